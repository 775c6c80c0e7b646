"""T-SEGMENT-PROBE: sessions that differ by a minute, and how far apart their prices are."""

from typing import Any

import pytest

from hub.money.linting.lint import lint_tariff
from tests.hub.money.linting.linting import GOOD, told
from tests.hub.money.sessions import component, element, tariff

CHEAP = component("ENERGY", "0.3")


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ([element(CHEAP), element(component("PARKING_TIME", 2))], 0),
        ([element(CHEAP), element(component("FLAT", 9), min_duration=3600)], 2),
        ([element(CHEAP), element(component("PARKING_TIME", 60), min_duration=7200)], 1),
        ([element(CHEAP), element(component("PARKING_TIME", 40, step_size=900))], 1),
        ([element(CHEAP, component("TIME", -9), min_kwh=20), element(CHEAP)], 1),
    ],
)
def test_jumps(elements: Any, found: int) -> None:
    """A fee that comes later, a step worth more than a fifth, a price that falls; ordinary tariffs have none."""
    assert len(told(tariff(*elements), "T-SEGMENT-PROBE")) == found


def test_the_minute_is_told() -> None:
    """Where it jumps, from what to what."""
    finding = next(
        one
        for one in lint_tariff(tariff(element(CHEAP), element(component("PARKING_TIME", 40, step_size=900))))
        if one.rule == "T-SEGMENT-PROBE"
    )

    assert finding.detail == {"minute": 1, "power_kw": "11", "step": "10.00"}
    assert "from 3.30 to 13.30" in finding.message


def test_a_large_tariff_is_not_probed() -> None:
    """Bounded work: more than 200 components are not priced hundreds of times."""
    many = [element(component("PARKING_TIME", 40, step_size=900), min_kwh=1000 + at) for at in range(300)]

    assert told(tariff(*many, *GOOD["elements"]), "T-SEGMENT-PROBE") == []
