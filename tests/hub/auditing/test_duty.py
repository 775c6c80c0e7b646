"""Whose wishes count for a CDR, and who is cleared."""

from dataclasses import replace

import pytest

from hub.auditing.duty import cleared, duty_between
from hub.money.checking.agreed import CdrPolicy, Direction, Mode
from hub.registry import Directory, build
from tests.directories import AT, platform
from tests.words import CPO, EMSP, HUB


def directory(*policies: CdrPolicy, members: tuple[str, ...] = ()) -> Directory:
    """An operator and a provider, each on its own platform."""
    platforms = []
    for name, role in (("NL*CPA", "CPO"), ("DE*EMA", "EMSP")):
        own = platform(name, f"{name.replace('*', '/')}/{role}")
        mine = tuple(one for one in policies if str(one.party) == name)
        platforms.append(
            replace(own, cdr_policies=mine, clearing=frozenset({CPO, EMSP} if name in members else ()) & {CPO, EMSP})
        )
    return build(HUB, platforms, [], lambda _: "")


def wish(party: str, direction: Direction, mode: Mode = Mode.OBSERVE) -> CdrPolicy:
    """Of one party."""
    return CdrPolicy(party=CPO if party == "NL*CPA" else EMSP, direction=direction, mode=mode, changed_at=AT)


def test_nobody() -> None:
    """No wish, no duty; and none between parties that are not here."""
    assert duty_between(CPO, EMSP, directory()) is None
    assert duty_between(HUB, HUB, directory()) is None


@pytest.mark.parametrize(
    ("party", "direction", "counts"),
    [
        ("NL*CPA", Direction.SENT, True),
        ("NL*CPA", Direction.RECEIVED, False),
        ("DE*EMA", Direction.RECEIVED, True),
        ("DE*EMA", Direction.SENT, False),
    ],
)
def test_the_direction_counts(party: str, direction: Direction, counts: bool) -> None:
    """What the sender wants of sent ones, and the receiver of received ones."""
    assert (duty_between(CPO, EMSP, directory(wish(party, direction))) is not None) is counts


def test_both_sides() -> None:
    """The stricter one."""
    both = directory(wish("NL*CPA", Direction.SENT), wish("DE*EMA", Direction.RECEIVED, Mode.HOLD))
    duty = duty_between(CPO, EMSP, both)

    assert duty is not None
    assert duty.mode is Mode.HOLD


@pytest.mark.parametrize(("members", "both"), [((), False), (("NL*CPA",), False), (("NL*CPA", "DE*EMA"), True)])
def test_cleared_when_both_are(members: tuple[str, ...], both: bool) -> None:
    """One alone clears nothing."""
    assert cleared(CPO, EMSP, directory(members=members)) is both
