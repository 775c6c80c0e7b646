"""Ranges that are taken away from ranges: what is left is exactly what no hole has."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.linting.cover import MAX_STEPS, Space, Undecided
from hub.money.moments import first_failed
from hub.money.policy import DEFAULT
from hub.money.restrictions import WEEKDAYS
from tests.hub.money.sessions import Json, component, element, tariff

ENERGY = component("ENERGY", 1)


def random_restrictions(rng: Random) -> Json:
    """Some ranges over some figures."""
    said: Json = {}
    if rng.random() < 0.5:
        said["start_time"], said["end_time"] = (f"{rng.randrange(24):02}:00" for _ in range(2))
    if rng.random() < 0.4:
        said["min_kwh"] = rng.randrange(10)
    if rng.random() < 0.4:
        said["max_kwh"] = rng.randrange(1, 12)
    if rng.random() < 0.3:
        said["max_duration"] = rng.randrange(1, 6)
    if rng.random() < 0.3:
        said["day_of_week"] = rng.sample(WEEKDAYS, rng.randint(1, 6))
    if rng.random() < 0.2:
        said["start_date"] = f"2024-01-{rng.randint(1, 28):02}"
    if rng.random() < 0.2:
        said["min_power"] = rng.randrange(5)
    return said


def a_moment(rng: Random) -> list[Any]:
    """Figures of some instant."""
    day = date(2024, 1, rng.randint(1, 28))
    power = rng.randrange(6)
    return [
        rng.randrange(13), rng.randrange(8), rng.randrange(24) * 60, day.toordinal(), day.weekday(), 0, 0, power, power,
    ]  # fmt: skip


@given(seed=st.integers(0, 2**32))
def test_a_range_is_covered_exactly_when_no_instant_is_left(seed: int) -> None:
    """What the engine would match first is what the boxes say: for random instants inside the last element's range."""
    rng = Random(seed)
    elements = [element(ENERGY, **random_restrictions(rng)) for _ in range(rng.randint(2, 5))]
    compiled = compile_tariff(tariff(*elements))
    space = Space(compiled, one_measure=False)
    *holes, last = [space.box(tests) for tests in compiled.restrictions]

    left = space.left(last, holes)

    for _ in range(60):
        figures = a_moment(rng)
        matching = [first_failed(tests, figures, DEFAULT) is None for tests in compiled.restrictions]
        if matching[-1] and not any(matching[:-1]):
            assert left
    for box in left:
        assert all(box)
        assert all(not all(mine & other for mine, other in zip(box, hole, strict=True)) for hole in holes)


def test_words() -> None:
    """A box for people."""
    compiled = compile_tariff(
        tariff(
            element(
                ENERGY,
                start_time="22:00",
                end_time="06:00",
                day_of_week=["SATURDAY", "SUNDAY"],
                min_kwh="2.5",
                start_date="2024-01-01",
                end_date="2025-01-01",
                max_duration=600,
            )
        )
    )
    space = Space(compiled, one_measure=True)

    assert space.words(space.box(compiled.restrictions[0])) == {
        "kWh": "2.5 or more",
        "seconds": "0 to 600",
        "local time": "00:00 to 06:00, 22:00 to 24:00",
        "date": "from 2024-01-01 until 2025-01-01",
        "weekday": "SAT SUN",
    }
    assert space.words(space.everything) == {}


def test_the_work_is_bounded() -> None:
    """More than MAX_STEPS pieces are not looked at."""
    compiled = compile_tariff(tariff(*[element(ENERGY, min_kwh=at, max_duration=at + 1) for at in range(300)]))
    space = Space(compiled, one_measure=True)
    holes = [space.box(tests) for tests in compiled.restrictions]

    with pytest.raises(Undecided):
        space.left(space.everything, holes * MAX_STEPS)
