"""What the two parties of a CDR have agreed to, from the picture of this moment."""

from collections.abc import Iterator

from hub.money.checking.agreed import CdrPolicy, Direction, Duty, duty_of
from hub.registry import Directory
from hub.wire.party import Party


def duty_between(sender: Party, receiver: Party, directory: Directory) -> Duty | None:
    """None when neither wants its CDRs to be checked."""
    return duty_of([*_of(sender, Direction.SENT, directory), *_of(receiver, Direction.RECEIVED, directory)])


def cleared(sender: Party, receiver: Party, directory: Directory) -> bool:
    """Both parties are in the clearing."""
    return all(
        any(party in one.platform.clearing for one in directory.hosted.get(party, ())) for party in (sender, receiver)
    )


def _of(party: Party, direction: Direction, directory: Directory) -> Iterator[CdrPolicy]:
    platforms = {one.platform.platform_id: one.platform for one in directory.hosted.get(party, ())}
    for platform in platforms.values():
        yield from (one for one in platform.cdr_policies if one.party == party and one.direction is direction)
