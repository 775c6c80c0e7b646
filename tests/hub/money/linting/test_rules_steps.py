"""Rules about step_size."""

from typing import Any

import pytest

from tests.hub.money.linting.linting import GOOD, told
from tests.hub.money.sessions import component, element, tariff

FIRST = "/elements/0/price_components/0"


def of(kind: str, price: object, step_size: int) -> Any:
    """A tariff with one component."""
    return tariff(element(component(kind, price, step_size=step_size)))


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("T-STEP-ZERO", of("ENERGY", 1, 0), [("W", f"{FIRST}/step_size")]),
        ("T-STEP-ZERO", of("FLAT", 1, 0), []),
        ("T-STEP-ZERO", GOOD, []),
        (
            "T-STEP-UNUSED",
            tariff(element(component("TIME", 1, step_size=60), component("PARKING_TIME", 1))),
            [("I", f"{FIRST}/step_size")],
        ),
        ("T-STEP-UNUSED", of("TIME", 1, 60), []),
        (
            "T-STEP-DIFFERS",
            tariff(element(component("TIME", 1, step_size=60), max_duration=60), element(component("TIME", 2))),
            [("W", "/elements")],
        ),
        (
            "T-STEP-DIFFERS",
            tariff(
                element(component("TIME", 1, step_size=60), max_duration=60),
                element(component("TIME", 2, step_size=60)),
            ),
            [],
        ),
        ("T-STEP-LARGE", of("TIME", 1, 901), [("W", f"{FIRST}/step_size")]),
        ("T-STEP-LARGE", of("ENERGY", 1, 1001), [("W", f"{FIRST}/step_size")]),
        ("T-STEP-LARGE", of("ENERGY", 1, 1000), []),
        (
            "T-STEP-LARGE",
            tariff(element(component("PARKING_TIME", 60, step_size=900), component("ENERGY", "0.1"))),
            [("W", f"{FIRST}/step_size")],
        ),
        ("T-STEP-LARGE", of("TIME", 1, 600), []),
    ],
)
def test_a_rule(rule: str, value: Any, expected: Any) -> None:
    """What is named, and what is not."""
    assert told(value, rule) == expected
