"""Waiting grows and is bounded; catching up is even."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.schedule import BACKOFF_LEAST_S, BACKOFF_MAX_S, Pace, backoff_s, read_retry_after_s


def test_the_wait_doubles_up_to_a_minute() -> None:
    """D5: 1 s, 2 s, 4 s … 60 s."""
    assert [backoff_s(tries, 1.0) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_whole_wait_is_left_to_chance(tries: int, jitter: float) -> None:
    """P6: full jitter: platforms that failed together come back spread over the whole wait, and none at once."""
    longest = backoff_s(tries, 1.0)

    assert 1.0 <= longest <= BACKOFF_MAX_S
    assert backoff_s(tries, jitter) == max(longest * jitter, BACKOFF_LEAST_S)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("999999", 3600.0),
        ("", 0.0),
        ("-1", 0.0),
        ("1e9", 0.0),
        ("٣", 0.0),
        ("9" * 99, 0.0),
    ],
)
def test_retry_after_is_read_with_care(value: str, seconds: float) -> None:
    """Whole seconds up to an hour; anything else counts as absent."""
    assert read_retry_after_s(value) == seconds


@given(st.floats(1, 1000), st.lists(st.floats(0, 0.5), max_size=300))
def test_the_pace_is_never_exceeded(per_s: float, steps: list[float]) -> None:
    """Over any stretch of time no more goes than the rate, and one burst."""
    pace, now_s, sent = Pace(per_s), 0.0, 0
    for step_s in steps:
        now_s += step_s
        while pace.take(now_s):
            sent += 1

    assert sent <= per_s * now_s + max(1.0, per_s * 0.1) + 1


def test_the_pace_is_reached() -> None:
    """Looked at often enough, the whole rate goes."""
    pace = Pace(100.0)

    assert 995 <= sum(pace.take(tick / 1000) for tick in range(10_000)) <= 1011
