"""step_size: when it counts, for what, and who does otherwise."""

from fractions import Fraction

import pytest

from hub.money.policy import Policy, StepSize, TimeStep
from tests.hub.money.sessions import component, cost, element, facts_of, tariff

CHARGE_PARK_CHARGE = facts_of(
    ("2024-01-15T10:00:00Z", {"TIME": "0.35"}),
    ("2024-01-15T10:21:00Z", {"PARKING_TIME": "0.1167"}),
    ("2024-01-15T10:28:00Z", {"TIME": "0.4333"}),
    end="2024-01-15T10:54:00Z",
)
BOTH = tariff(element(component("TIME", 1, step_size=600), component("PARKING_TIME", 2, step_size=600)))


def test_charge_park_charge_has_two_readings() -> None:
    """The text rounds the parking, its reasoning rounds what came last; the policy says which, and both are known."""
    minutes = Fraction(1, 60)

    assert cost(BOTH, CHARGE_PARK_CHARGE) == 47 * minutes + 10 * 2 * minutes
    assert cost(BOTH, CHARGE_PARK_CHARGE, Policy(time_step=TimeStep.LAST)) == 50 * minutes + 7 * 2 * minutes
    assert cost(BOTH, CHARGE_PARK_CHARGE, Policy(time_step=TimeStep.BOTH)) == 50 * minutes + 10 * 2 * minutes


@pytest.mark.parametrize(
    ("hours", "minutes"), [("0.0833", 5), ("0.0834", 5), ("0.08333333333333333", 5), ("0.0837", 6)]
)
def test_hours_mean_whole_seconds(hours: str, minutes: int) -> None:
    """0.0834 h is 5 minutes that were rounded, not 5 minutes and a bit: step_size must not see the rounding."""
    facts = facts_of(("2024-01-15T10:00:00Z", {"TIME": hours}), end="2024-01-15T10:06:00Z")

    assert cost(tariff(element(component("TIME", 60, step_size=60))), facts) == minutes


@pytest.mark.parametrize(
    ("kwh", "billed"), [("5", 5), ("5.0000001", 6), ("0.001", 1), ("0", 0), ("-2.5", Fraction(-5, 2))]
)
def test_energy_goes_up_to_a_multiple_and_an_exact_multiple_stays(kwh: str, billed: Fraction) -> None:
    """1 kWh steps: 5 is 5, a bit more is 6; energy that flowed back is not rounded."""
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": kwh}), end="2024-01-15T11:00:00Z")

    assert cost(tariff(element(component("ENERGY", 1, step_size=1000))), facts) == billed


def test_a_step_of_nothing_rounds_nothing() -> None:
    """The specification's free tariff has step_size 0."""
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "1.2345", "TIME": "0.5"}), end="2024-01-15T11:00:00Z")
    written = tariff(element(component("ENERGY", 1, step_size=0), component("TIME", 1, step_size=0)))

    assert cost(written, facts) == Fraction("1.7345")


def test_free_parking_leaves_the_step_to_charging() -> None:
    """Parking that no component prices is no time-based period of the bill."""
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"TIME": "0.35"}),
        ("2024-01-15T10:21:00Z", {"PARKING_TIME": "0.5"}),
        end="2024-01-15T10:51:00Z",
    )

    assert cost(tariff(element(component("TIME", 60, step_size=600))), facts) == 30


def test_what_is_added_has_the_price_of_the_last_period() -> None:
    """35 minutes are 45 in steps of 15; the ten more cost what the last ones cost, and the last step counts."""
    written = tariff(
        element(component("TIME", 60, step_size=1800), max_duration=1500),
        element(component("TIME", 120, step_size=900)),
    )
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"TIME": "0.4167"}),
        ("2024-01-15T10:25:00Z", {"TIME": "0.1667"}),
        end="2024-01-15T10:35:00Z",
    )

    assert cost(written, facts) == 25 + 20 * 2


def test_a_reservation_has_a_bucket_of_its_own() -> None:
    """Its time is rounded for itself, and the charging time for itself."""
    written = tariff(
        element(component("TIME", 60, step_size=600), reservation="RESERVATION"),
        element(component("TIME", 60, step_size=600)),
    )
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"RESERVATION_TIME": "0.2167"}),
        ("2024-01-15T10:13:00Z", {"TIME": "0.35"}),
        end="2024-01-15T10:34:00Z",
    )

    assert cost(written, facts) == 20 + 30


@pytest.mark.parametrize(
    ("step_size", "minutes"), [(StepSize.EACH_PERIOD, 60), (StepSize.IGNORED, 47), (StepSize.ONCE, 50)]
)
def test_other_ways_to_count_steps(step_size: StepSize, minutes: int) -> None:
    """Each period for itself, or not at all."""
    written = tariff(element(component("TIME", 60, step_size=600)))

    assert cost(written, CHARGE_PARK_CHARGE, Policy(step_size=step_size)) == minutes


def test_free_parking_can_be_counted_as_some_do() -> None:
    """8 priced and 12 free minutes are 20 in all: rounded up to 30, ten are added to the priced ones."""
    written = tariff(element(component("PARKING_TIME", 60, step_size=900), end_time="20:00"))
    facts = facts_of(
        ("2024-01-15T19:52:00Z", {"PARKING_TIME": "0.1333"}),
        ("2024-01-15T20:00:00Z", {"PARKING_TIME": "0.2"}),
        end="2024-01-15T20:12:00Z",
    )

    assert cost(written, facts) == 15
    assert cost(written, facts, Policy(unpriced_parking_counts=True)) == 18
