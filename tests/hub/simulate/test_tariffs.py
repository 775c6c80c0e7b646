"""What a session costs is exact."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.simulate.tariffs import cost_of, tariff_id, tariffs_of
from hub.wire.party import Party

PDR = Party(country_code="FR", party_id="PDR")
TARIFFS = tariffs_of(PDR)


def test_energy_and_the_fixed_fee_add_up() -> None:
    """10.5 kWh at the AC price plus 0.50, each with 20 percent VAT."""
    price = TARIFFS["AC"]["elements"][0]["price_components"][0]["price"]

    costs = cost_of(TARIFFS["AC"], Decimal("10.500"))

    assert costs["total_energy_cost"]["excl_vat"] == Decimal("10.5") * price
    assert costs["total_fixed_cost"] == {"excl_vat": Decimal("0.5000"), "incl_vat": Decimal("0.6000")}
    assert costs["total_cost"]["excl_vat"] == Decimal("10.5") * price + Decimal("0.5")


@given(st.integers(0, 200_000), st.sampled_from(sorted(TARIFFS)))
def test_the_total_is_the_sum_of_its_parts(energy_wh: int, identifier: str) -> None:
    """No cent is lost between partial costs and total_cost, and VAT never makes anything cheaper."""
    costs = cost_of(TARIFFS[identifier], Decimal(energy_wh) / 1000)

    for name in ("excl_vat", "incl_vat"):
        parts = [cost[name] for kind, cost in costs.items() if kind != "total_cost"]
        assert costs["total_cost"][name] == sum(parts)
    assert costs["total_cost"]["incl_vat"] >= costs["total_cost"]["excl_vat"]


def test_free_of_charge_costs_nothing() -> None:
    """FLAT 0.00 gives a total of zero."""
    assert cost_of(TARIFFS["FREE"], Decimal(50))["total_cost"] == {"excl_vat": 0, "incl_vat": 0}


def test_the_current_decides_the_tariff() -> None:
    """Fast charging has its own price, and a free point no price at all."""
    named = [tariff_id(direct_current=dc, free=free) for dc, free in ((False, False), (True, False), (True, True))]

    assert named == ["AC", "DC", "FREE"]


def test_prices_are_the_same_in_each_run() -> None:
    """Tariffs depend on nothing but the party."""
    assert tariffs_of(PDR) == TARIFFS
