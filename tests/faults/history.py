"""What senders were told and what receivers got, and the checker that holds it against the hub's promises.

A push is one state of one object, numbered by its owner: numbers of an object rise. A sender hears OK (kept), FAIL (surely not
kept) or INFO (no answer, or one that leaves it open). A receiver takes states of objects, in the order of `arrivals`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Object = str
Receiver = str


class Heard(StrEnum):
    """What the sender of a push knows."""

    OK = "ok"
    FAIL = "fail"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Push:
    """One state of an object that its owner pushed."""

    object_id: Object
    number: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Arrival:
    """One state of an object that a receiver took."""

    receiver: Receiver
    object_id: Object
    number: int
    delivery_id: str
    digest: int
    """Of the bytes of the whole object."""


@dataclass(slots=True)
class History:
    """Everything that happened, in order."""

    pushes: list[Push] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    def heard(self, heard: Heard) -> int:
        """How many pushes ended so."""
        return sum(push.heard is heard for push in self.pushes)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What breaks the promises, each a sentence, and how many deliveries came more than once."""

    lost: tuple[str, ...]
    """P1: a receiver ends with an older state than the newest that was acknowledged, or with none."""
    reordered: tuple[str, ...]
    """P3: an older state came after a newer one."""
    changed: tuple[str, ...]
    """P2: the same state came again with another delivery id or other bytes."""
    invented: tuple[str, ...]
    """A state that nobody pushed, or whose sender was told that it is not kept."""
    repeated: int
    """Deliveries beyond the first of a state: at-least-once allows them."""

    @property
    def faults(self) -> int:
        """Broken promises."""
        return len(self.lost) + len(self.reordered) + len(self.changed) + len(self.invented)


def check(history: History, receivers: Iterable[Receiver]) -> Verdict:
    """Hold a finished history (nothing is on its way any more) against P1, P2 and P3."""
    newest_ok, possible = _pushed(history.pushes)
    got: dict[tuple[Receiver, Object], list[Arrival]] = defaultdict(list)
    for arrival in history.arrivals:
        got[arrival.receiver, arrival.object_id].append(arrival)
    lost = [
        f"{receiver} has {object_id} at {seen[-1].number if seen else 'nothing'}, acknowledged was {number}"
        for receiver in receivers
        for object_id, number in newest_ok.items()
        if not (seen := got.get((receiver, object_id), [])) or seen[-1].number < number
    ]
    reordered: list[str] = []
    changed: list[str] = []
    invented: list[str] = []
    repeated = 0
    for (receiver, object_id), arrivals in got.items():
        known: dict[int, Arrival] = {}
        highest = -1
        for one in arrivals:
            where = f"{receiver} got {object_id} at {one.number}"
            if one.number < highest:
                reordered.append(f"{where} after {highest}")
            highest = max(highest, one.number)
            if one.number not in possible.get(object_id, ()):
                invented.append(f"{where}, which was never pushed, or refused")
            first = known.setdefault(one.number, one)
            if first is not one:
                repeated += 1
                if (first.delivery_id, first.digest) != (one.delivery_id, one.digest):
                    changed.append(f"{where} again, with another delivery id or other bytes")
    return Verdict(tuple(lost), tuple(reordered), tuple(changed), tuple(invented), repeated)


def _pushed(pushes: Iterable[Push]) -> tuple[Mapping[Object, int], Mapping[Object, set[int]]]:
    """The newest acknowledged number of each object, and every number that a receiver may see."""
    newest: dict[Object, int] = {}
    possible: dict[Object, set[int]] = defaultdict(set)
    for push in pushes:
        if push.heard is Heard.OK:
            newest[push.object_id] = max(push.number, newest.get(push.object_id, -1))
        if push.heard is not Heard.FAIL:
            possible[push.object_id].add(push.number)
    return newest, possible
