"""What a lane carries: one state of one object for one receiver, and how it should go."""

from dataclasses import dataclass
from enum import Enum

from hub.store.protocols import ObjectKey, StoredObject

Target = tuple[str, ObjectKey]
"""A receiver (as hub.delivery.receiver.Receiver writes it) and an object: the order is kept within a target."""
State = tuple[int, int]
"""seq and revision: an object that was withdrawn, dropped and pushed again has a higher seq."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """The owner's own request, to be sent as it is."""

    method: str
    suffix: str
    body: bytes
    correlation_id: str
    whole: bool
    """It needs nothing that was sent before it: a PUT of the whole object, or its withdrawal."""


@dataclass(frozen=True, slots=True)
class Item:
    """One state of one object for one receiver."""

    receiver: str
    stored: StoredObject
    push: Push | None = None
    """None: found behind in the store; it goes as the whole object."""

    @property
    def target(self) -> Target:
        """Whom and what it is for."""
        return (self.receiver, self.stored.key)

    @property
    def state(self) -> State:
        """Which state of the object it brings about."""
        return (self.stored.seq, self.stored.revision)

    @property
    def state_before(self) -> State:
        """The state that a partial push adds to."""
        return (self.stored.seq, self.stored.revision - 1)


class Form(Enum):
    """How an item goes."""

    AS_IS = "as_is"
    """The owner's method, path and bytes."""
    WHOLE = "whole"
    """The current object by PUT; a withdrawn one by DELETE."""


class Outcome(Enum):
    """What came of sending an item."""

    DONE = "done"
    REFUSED = "refused"
    """The receiver answered that it will not take it: sending it again would change nothing."""
    UNCLEAR = "unclear"
    """The platform answered, but neither took nor refused it (5xx, 401, 429)."""
    SILENT = "silent"
    """No answer: it may or may not have arrived."""
    BUSY = "busy"
    """Nothing was sent: too much is under way to this platform."""


class Effect(Enum):
    """What the store should learn of an outcome."""

    NOTHING = "nothing"
    SETTLE = "settle"
    REFUSE = "refuse"
    """Settle it, and keep for people why."""
    BEHIND = "behind"
    """It stays behind; keep for people why."""


@dataclass(frozen=True, slots=True)
class Send:
    """One item on its way."""

    item: Item
    form: Form
