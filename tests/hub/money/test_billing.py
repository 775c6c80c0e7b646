"""What is billed: FLAT once for each phase, reservations that were used or expired, quantities that nobody prices."""

from datetime import UTC

import pytest

from hub.money.billing import MAX_WORK
from hub.money.compiling import compile_tariff
from hub.money.notes import Doubt
from hub.money.policy import Flat, Policy
from hub.money.pricing import price
from tests.hub.money.sessions import charged, component, cost, element, facts_of, tariff

RESERVED = facts_of(
    ("2024-01-15T10:00:00Z", {"RESERVATION_TIME": "0.5"}),
    ("2024-01-15T10:30:00Z", {"ENERGY": 10, "TIME": 1}),
    end="2024-01-15T11:30:00Z",
    session_id="S1",
)
EXPIRED = facts_of(("2024-01-15T10:00:00Z", {"RESERVATION_TIME": 1}), end="2024-01-15T11:00:00Z")


@pytest.mark.parametrize(
    ("flat", "fees"),
    [(Flat.FIRST_OF_PHASE, 1), (Flat.EACH_COMPONENT, 1 + 10), (Flat.EACH_PERIOD, 1 + 10 + 10)],
)
def test_flat_is_due_once_and_others_do_otherwise(flat: Flat, fees: int) -> None:
    """The first FLAT of the session; or each different one; or one in each period."""
    written = tariff(element(component("FLAT", 1), max_duration=600), element(component("FLAT", 10)))
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"ENERGY": 1}),
        ("2024-01-15T10:10:00Z", {"ENERGY": 1}),
        ("2024-01-15T10:20:00Z", {"ENERGY": 1}),
        end="2024-01-15T10:30:00Z",
    )

    assert cost(written, facts, Policy(flat=flat)) == fees


def test_a_reservation_has_a_fee_of_its_own() -> None:
    """Two FLATs are due: one for the reservation, one for the session."""
    written = tariff(
        element(component("FLAT", 2), component("TIME", 4), reservation="RESERVATION"),
        element(component("FLAT", "0.5"), component("ENERGY", 1)),
    )
    priced = price(RESERVED, [compile_tariff(written)], UTC)

    assert cost(written, RESERVED) == 2 + 2 + 10 + 0.5
    assert sorted(charged(priced)) == ["ENERGY", "FLAT", "FLAT", "TIME"]


def test_elements_of_the_session_never_price_a_reservation() -> None:
    """Nor the other way round."""
    assert cost(tariff(element(component("TIME", 4), component("FLAT", 1))), EXPIRED) == 0
    assert cost(tariff(element(component("TIME", 4), reservation="RESERVATION")), RESERVED) == 2


@pytest.mark.parametrize("order", [0, 1])
def test_an_expired_reservation_costs_what_expiring_costs(order: int) -> None:
    """RESERVATION_EXPIRES wins for each dimension wherever it stands; what it does not price, RESERVATION does."""
    elements = [
        element(component("TIME", 6), reservation="RESERVATION_EXPIRES"),
        element(component("TIME", 3), component("FLAT", 1), reservation="RESERVATION"),
    ]
    if order:
        elements.reverse()

    assert EXPIRED.expired
    assert cost(tariff(*elements), EXPIRED) == 6 + 1
    assert cost(tariff(*elements), RESERVED) == 1.5 + 1


def test_reserved_and_charged_in_one_period() -> None:
    """Each quantity is looked up in its own phase, and the session begins after the reservation."""
    written = tariff(
        element(component("TIME", 2), reservation="RESERVATION"),
        element(component("TIME", 10), max_duration=1800),
        element(component("TIME", 100)),
    )
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"RESERVATION_TIME": "0.5", "TIME": "0.25"}),
        ("2024-01-15T10:45:00Z", {"TIME": "1"}),
        end="2024-01-15T11:45:00Z",
    )

    assert cost(written, facts) == 1 + 2.5 + 10


def test_what_nobody_prices_is_free_and_told() -> None:
    """No component, no cost; the elements that were passed over are remembered."""
    written = tariff(element(component("ENERGY", 1), min_kwh=5))
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 3, "TIME": 1}), end="2024-01-15T11:00:00Z")

    bill = price(facts, [compile_tariff(written)], UTC).bill

    assert bill.lines == []
    assert [(one.dimension, len(one.skipped)) for one in bill.unpriced] == [("ENERGY", 1), ("TIME", 0)]


def test_energy_that_flows_back_is_paid_for() -> None:
    """Negative volumes give negative lines, exactly."""
    written = tariff(element(component("ENERGY", "0.3")))
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"ENERGY": 10}),
        ("2024-01-15T11:00:00Z", {"ENERGY": "-4.5"}),
        end="2024-01-15T12:00:00Z",
    )

    assert cost(written, facts) * 100 == 165


def test_what_would_take_long_is_refused() -> None:
    """Components times periods are bounded; beyond that there are no lines and the price is in doubt."""
    compiled = compile_tariff(tariff(*[element(component("ENERGY", 1), min_kwh=900 + at) for at in range(1000)]))
    periods = [(f"2024-01-15T10:{at:02}:00Z", {"ENERGY": 1}) for at in range(50)]

    priced = price(facts_of(*periods, end="2024-01-15T11:00:00Z"), [compiled])

    assert compiled.size * len(periods) > MAX_WORK
    assert priced.bill.lines == []
    assert priced.doubts == {Doubt.TOO_MUCH}
