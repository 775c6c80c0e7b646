"""The three tariffs of a simulated operator and what a session costs by them, exact to 4 decimals.

Source: OCPI 2.2.1, mod_tariffs; types, number (4 decimals).
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.wire.party import Party

CURRENCY = "EUR"
VAT_PERCENT = Decimal(20)
_LAST_UPDATED = "2025-01-01T00:00:00Z"
_FOUR_DECIMALS = Decimal("0.0001")
_AC, _DC, _FREE = "AC", "DC", "FREE"


def tariff_id(*, direct_current: bool, free: bool = False) -> str:
    """The id of the tariff of a connector."""
    if free:
        return _FREE
    return _DC if direct_current else _AC


def tariffs_of(party: Party) -> dict[str, dict[str, Any]]:
    """The tariffs of an operator by id; prices differ between operators, and are the same in each run."""
    spread = Decimal(sum(party.party_id.encode()) % 16) / 100
    return {
        _AC: _tariff(party, _AC, [_energy(Decimal("0.29") + spread), _flat(Decimal("0.50"))]),
        _DC: _tariff(party, _DC, [_energy(Decimal("0.45") + spread), _flat(Decimal("0.50"))]),
        _FREE: _tariff(party, _FREE, [{"type": "FLAT", "price": Decimal("0.00"), "step_size": 1}]),
    }


def cost_of(tariff: dict[str, Any], energy_kwh: Decimal) -> dict[str, dict[str, Decimal]]:
    """The costs of a session as OCPI Prices: `total_cost`, and `total_energy_cost` and `total_fixed_cost` where there are any.

    `tariff` has one element without restrictions; `energy_kwh` is a whole number of Wh, so step_size 1 changes nothing.
    """
    costs: dict[str, dict[str, Decimal]] = {}
    total = {"excl_vat": Decimal("0.0000"), "incl_vat": Decimal("0.0000")}
    for component in tariff["elements"][0]["price_components"]:
        fixed = component["type"] == "FLAT"
        excl_vat = component["price"] * (1 if fixed else energy_kwh)
        cost = {"excl_vat": _rounded(excl_vat), "incl_vat": _rounded(excl_vat * (100 + component.get("vat", 0)) / 100)}
        costs["total_fixed_cost" if fixed else "total_energy_cost"] = cost
        total = {name: total[name] + cost[name] for name in total}
    return costs | {"total_cost": total}


def _tariff(party: Party, identifier: str, price_components: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "id": identifier,
        "currency": CURRENCY,
        "elements": [{"price_components": price_components}],
        "last_updated": _LAST_UPDATED,
    }


def _energy(price: Decimal) -> dict[str, Any]:
    return {"type": "ENERGY", "price": price, "vat": VAT_PERCENT, "step_size": 1}


def _flat(price: Decimal) -> dict[str, Any]:
    return {"type": "FLAT", "price": price, "vat": VAT_PERCENT, "step_size": 1}


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_FOUR_DECIMALS, rounding=ROUND_HALF_UP)
