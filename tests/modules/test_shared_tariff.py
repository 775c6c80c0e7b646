"""The bounds of a Tariff's parts."""

import pytest

from hub.wire.types import validate
from modules.shared_tariff import Tariff, TariffRestrictions
from tests import words


@pytest.mark.parametrize(
    "restriction",
    [
        {"start_time": "24:00"},
        {"end_time": "9:00"},
        {"start_date": "2024-1-1"},
        {"end_date": "2024-13-01"},
        {"day_of_week": ["monday"]},
        {"reservation": "YES"},
        {"min_kwh": "20"},
        {"min_duration": words.number("1.5")},
    ],
)
def test_what_is_no_restriction(restriction: dict[str, object]) -> None:
    """H7.05, H7.07: a restriction in another notation is one fault, at its own pointer."""
    (problem,) = validate(TariffRestrictions, restriction)

    assert problem.pointer.startswith(f"/{next(iter(restriction))}")


def test_a_tariff_has_elements_and_they_have_prices() -> None:
    """H6.03: elements and price components are lists of at least one."""
    assert len(validate(Tariff, words.tariff(elements=[]))) == 1
    assert [str(problem) for problem in validate(Tariff, words.tariff(elements=[{"price_components": []}]))] == [
        "/elements/0/price_components: should have at least one element"
    ]


def test_a_free_tariff_is_a_price_of_zero() -> None:
    """H6.51: one FLAT price of 0.00 without restrictions is a valid Tariff."""
    free = {"price_components": [{"type": "FLAT", "price": words.number("0.00"), "step_size": words.number("0")}]}

    assert validate(Tariff, words.tariff(elements=[free])) == []
