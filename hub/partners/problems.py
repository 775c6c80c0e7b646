"""What an operator is told when something about a partner cannot be done: one sentence each, nothing secret in it."""

from hub.partners.steps import Step


class PartnerProblem(Exception):
    """Base of all; the message is a sentence for people."""


class UnknownPartner(PartnerProblem):
    """No partner has this name or hosts this party."""

    def __init__(self, name: str, suggestion: str = "") -> None:
        hint = f" Did you mean {suggestion!r}?" if suggestion else ""
        super().__init__(f"There is no partner {name!r}.{hint}")
        self.name = name
        self.suggestion = suggestion


class NotPossible(PartnerProblem):
    """The request is at odds with what is there: a name or party that is taken, a state that does not allow it."""


class PartnerFailed(PartnerProblem):
    """The partner could not be reached, refused, or answered something that cannot be used; nothing changed here."""

    def __init__(self, message: str, steps: tuple[Step, ...] = ()) -> None:
        super().__init__(message)
        self.steps = steps
