"""When a platform is pulled: only when it is silent, each at its own place in the interval, all of it now and then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import Settings
from hub.pulling.due import OVERLAP, Pulled, again, date_from, first, following, is_silent

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SETTINGS = Settings(_env_file=None, data_dir=Path("nowhere"), pull_after_h=24, pull_every_s=300, pull_full_every_h=24)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("registered_ago_h", "pushed_ago_h", "silent"),
    [(25, None, True), (23, None, False), (99, 23, False), (99, 24, True), (1, 99, False), (None, None, False)],
)
def test_an_operator_is_silent_after_a_while(
    registered_ago_h: int | None, pushed_ago_h: int | None, silent: bool
) -> None:
    """Since its last push, or since it registered; never one that did not register, never with 0 hours."""
    registered_at = NOON - registered_ago_h * HOUR if registered_ago_h is not None else None
    pushed_at = NOON - pushed_ago_h * HOUR if pushed_ago_h is not None else None
    off = SETTINGS.model_copy(update={"pull_after_h": 0.0})

    assert is_silent(SETTINGS, registered_at=registered_at, last_push_at=pushed_at, now=NOON) is silent
    assert not is_silent(off, registered_at=registered_at, last_push_at=pushed_at, now=NOON)


@given(st.lists(st.uuids().map(str), min_size=100, max_size=200, unique=True))
def test_platforms_are_spread_over_the_interval(names: list[str]) -> None:
    """Each at the same place every time; not all in one tenth of it."""
    places = [(first(SETTINGS, name, NOON).next_at - NOON).total_seconds() for name in names]

    assert places == [(first(SETTINGS, name, NOON).next_at - NOON).total_seconds() for name in names]
    assert all(0 <= place <= 300 for place in places)
    assert max(sum(start <= place < start + 30 for place in places) for start in range(0, 300, 30)) < len(names) / 2


def test_full_at_first_then_what_changed_then_full_again() -> None:
    """What changed is asked for from a little before the last pull on; a failure asks the same again."""
    new = first(SETTINGS, "p-1", NOON)
    assert date_from(SETTINGS, new, NOON) is None
    failed = again(SETTINGS, new, NOON)
    assert date_from(SETTINGS, failed, NOON) is None
    full = following(SETTINGS, failed, NOON, full=True)
    assert full == Pulled(next_at=NOON + timedelta(seconds=300), since=NOON, full_at=NOON)
    assert date_from(SETTINGS, full, NOON + HOUR) == NOON - OVERLAP
    partial = following(SETTINGS, full, NOON + HOUR, full=False)
    assert date_from(SETTINGS, partial, NOON + 2 * HOUR) == NOON + HOUR - OVERLAP
    assert date_from(SETTINGS, partial, NOON + 24 * HOUR) is None
    assert date_from(SETTINGS, again(SETTINGS, partial, NOON + 3 * HOUR), NOON + 4 * HOUR) == NOON + HOUR - OVERLAP
