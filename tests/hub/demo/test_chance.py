"""Events drawn from a seed: the same again, others for another seed, always within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from hub.demo.chance import PAUSE_MS, event


@given(st.integers(), st.integers(1, 10_000), st.integers(1, 15), st.integers(2, 4))
def test_an_event_is_drawn_within_bounds_and_the_same_again(seed: int, number: int, cpos: int, emsps: int) -> None:
    """Whatever the seed: operator and provider are there, the pause is neither nothing nor an age."""
    drawn = event(seed, number, cpos=cpos, emsps=emsps)

    assert drawn == event(seed, number, cpos=cpos, emsps=emsps)
    assert 0 <= drawn.cpo < cpos
    assert 0 <= drawn.emsp < emsps
    assert PAUSE_MS[0] <= drawn.pause_ms <= PAUSE_MS[1]


def test_another_seed_makes_another_run() -> None:
    """The first events of two seeds differ."""
    runs = [[event(seed, number, cpos=15, emsps=2) for number in range(1, 10)] for seed in (1, 2)]

    assert runs[0] != runs[1]


def test_a_run_has_every_kind_of_event() -> None:
    """In a minute there are sessions by app and by card, and EVSEs that break, at many operators of both providers."""
    drawn = [event(1, number, cpos=15, emsps=2) for number in range(1, 40)]

    assert {one.by_app for one in drawn} == {one.breaks for one in drawn} == {True, False}
    assert len({one.cpo for one in drawn}) > 10
    assert {one.emsp for one in drawn} == {0, 1}
