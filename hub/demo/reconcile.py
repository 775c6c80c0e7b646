"""Does a CDR reconcile: its charging periods make its energy, and its tariff times that energy its cost.

It handles what the simulated operators use: a tariff of one element without restrictions, with prices for ENERGY and FLAT.
Source: OCPI 2.2.1, mod_cdrs and mod_tariffs; types, number (4 decimals).
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_FOUR_DECIMALS = Decimal("0.0001")


def check(cdr: Mapping[str, Any]) -> str:
    """What is wrong, in a clause; nothing when it reconciles. Numbers are int or Decimal, as `read_json` reads them."""
    energy_kwh = sum((_energy_kwh(period) for period in cdr["charging_periods"]), Decimal(0))
    if energy_kwh != cdr["total_energy"]:
        return f"its charging periods make {energy_kwh} kWh, it says {cdr['total_energy']} kWh"
    for field, wanted in _total_cost(cdr["tariffs"][0], energy_kwh).items():
        if cdr["total_cost"][field] != wanted:
            return f"its tariff makes {wanted} {field}, it says {cdr['total_cost'][field]}"
    return ""


def _energy_kwh(period: Mapping[str, Any]) -> Decimal:
    volumes = (one["volume"] for one in period["dimensions"] if one["type"] == "ENERGY")
    return sum((Decimal(volume) for volume in volumes), Decimal(0))


def _total_cost(tariff: Mapping[str, Any], energy_kwh: Decimal) -> dict[str, Decimal]:
    """Each component is rounded to 4 decimals, with and without its VAT (percent)."""
    total = {"excl_vat": Decimal(0), "incl_vat": Decimal(0)}
    for component in tariff["elements"][0]["price_components"]:
        cost = component["price"] * (energy_kwh if component["type"] == "ENERGY" else 1)
        total["excl_vat"] += _rounded(cost)
        total["incl_vat"] += _rounded(cost * (100 + component.get("vat", 0)) / 100)
    return total


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_FOUR_DECIMALS, rounding=ROUND_HALF_UP)
