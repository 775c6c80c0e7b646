"""A CDR reconciles when periods, energy, tariff and cost agree to the digit."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.demo.reconcile import check
from hub.simulate.tariffs import cost_of, tariffs_of
from hub.wire.party import Party

TARIFF = tariffs_of(Party(country_code="FR", party_id="PDR"))["DC"]
WATT_HOURS = st.lists(st.integers(0, 500_000), min_size=1, max_size=6)


def cdr(watt_hours: list[int]) -> dict[str, Any]:
    """What an operator would write for charging periods with these energies."""
    volumes = [Decimal(one) / 1000 for one in watt_hours]
    energy_kwh = sum(volumes, Decimal(0))
    periods = [{"dimensions": [{"type": "ENERGY", "volume": one}, {"type": "TIME", "volume": 1}]} for one in volumes]
    return {
        "charging_periods": periods,
        "total_energy": energy_kwh,
        "tariffs": [TARIFF],
        **cost_of(TARIFF, energy_kwh),
    }


@given(WATT_HOURS)
def test_what_an_operator_writes_reconciles(watt_hours: list[int]) -> None:
    """Any energy, in any number of periods."""
    assert check(cdr(watt_hours)) == ""


@given(WATT_HOURS, st.sampled_from(["excl_vat", "incl_vat"]))
def test_a_cost_that_is_off_by_the_last_digit_does_not(watt_hours: list[int], field: str) -> None:
    """Neither with nor without VAT; the complaint names the field."""
    wrong = cdr(watt_hours)
    wrong["total_cost"] = wrong["total_cost"] | {field: wrong["total_cost"][field] + Decimal("0.0001")}

    assert field in check(wrong)


@given(WATT_HOURS)
def test_energy_that_is_not_that_of_the_periods_does_not(watt_hours: list[int]) -> None:
    """One watt-hour too many."""
    wrong = cdr(watt_hours)
    wrong["total_energy"] += Decimal("0.001")

    assert "charging periods" in check(wrong)
