"""How timely operators are: counted in bands, summed over days, never lost for a store that is away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.receiver import Accepted
from hub.store.observing import Timeliness
from hub.store.protocols import StoreUnavailable
from hub.timeliness import Timely, band, summed
from tests.hub.store.samples import CPA, stored

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Shelf:
    """A TimelinessStore that can be away."""

    def __init__(self) -> None:
        self.kept: list[Timeliness] = []
        self.away = False

    async def add(self, some: Sequence[Timeliness]) -> None:
        """Keep, or refuse."""
        if self.away:
            raise StoreUnavailable("away")
        self.kept += some

    async def of(self, owner: str, since: datetime) -> list[Timeliness]:
        """Of this party and these days."""
        return [one for one in self.kept if one.owner == owner and one.day >= since]


def accepted(delay_s: float, *, changed: bool = True, **changes: Any) -> Accepted:
    """A push of a Location that is so old."""
    kept = stored(
        received_at=NOON,
        changed_at=NOON if changed else NOON - timedelta(days=1),
        last_updated=NOON - timedelta(seconds=delay_s),
        **changes,
    )
    return Accepted(
        stored=kept, method="PUT", suffix="/NL/CPA/LOC1", body=b"", correlation_id="c", receivers=frozenset()
    )


async def test_delays_and_updates_without_change_are_counted() -> None:
    """By party and day; a withdrawal is no update; what is pulled is no push."""
    shelf = Shelf()
    timely = Timely(shelf, lambda: NOON)
    for _ in range(18):
        timely.count(accepted(1.9))
    timely.count(accepted(3_000, changed=False))
    timely.count(accepted(3_000, changed=False))
    timely.count(accepted(1, withdrawn=True))
    await timely.tell()
    found = await timely.figures(str(CPA))

    assert found is not None
    assert (found.updates, found.unchanged_share, found.last_push_at) == (20, 0.1, NOON)
    assert (found.delay_p50_s, found.delay_p95_s) == (2.0, 4096.0)
    assert await timely.last_push_at(str(CPA)) == NOON
    assert await timely.figures("DE*CPB") is None
    assert await timely.last_push_at("DE*CPB") is None


async def test_what_is_pulled_is_no_push() -> None:
    """It is an update all the same."""
    timely = Timely(Shelf(), lambda: NOON)
    timely.count(accepted(5), pulled=True)
    await timely.tell()
    found = await timely.figures(str(CPA))

    assert found is not None
    assert (found.updates, found.last_push_at) == (1, None)


async def test_a_store_that_is_away_gets_it_later() -> None:
    """Together with what came meanwhile."""
    shelf = Shelf()
    shelf.away = True
    timely = Timely(shelf, lambda: NOON)
    timely.count(accepted(5))
    await timely.tell()
    shelf.away = False
    timely.count(accepted(5))
    await timely.tell()
    await timely.tell()

    assert [(one.updates, one.delays) for one in shelf.kept] == [(2, {band(5): 2})]


@given(st.floats(0, 1e9))
def test_a_band_is_at_most_so_wide(delay_s: float) -> None:
    """The figure shown is at least the delay, and less than half as much again."""
    upper = 2 ** (band(delay_s) / 2)

    assert band(delay_s) == 60 or delay_s <= upper * 1.000001
    assert band(delay_s) <= 1 or upper / 1.4143 <= delay_s


@pytest.mark.parametrize("delay_s", [-1e9, -1.0, 0.0, 1.0])
def test_stamps_of_the_future_are_no_delay(delay_s: float) -> None:
    """Clocks of owners are not ours."""
    assert band(delay_s) == 0


def test_days_are_summed() -> None:
    """The percentiles are those of all of them together."""
    one = Timeliness(owner="NL*CPA", day=NOON, updates=3, unchanged=1, delays={2: 3}, last_push_at=NOON)
    later = replace(one, day=NOON + timedelta(days=1), updates=1, unchanged=1, delays={10: 1}, last_push_at=None)
    found = summed([one, later])

    assert found is not None
    assert (found.updates, found.unchanged_share, found.delay_p50_s, found.delay_p95_s) == (4, 0.5, 2.0, 32.0)
    assert summed([]) is None
