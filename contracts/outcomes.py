"""How a check can end before its last step."""


class CheckFailed(Exception):
    """The platform did not do what the check expects: both sides in words, without secrets."""

    def __init__(self, expected: str, observed: str) -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected = expected
        self.observed = observed


class CheckSkipped(Exception):
    """The check cannot be judged here; the text says why."""
