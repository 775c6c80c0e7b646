"""A CDR with a mistake in it, for a hub that should find it: FLAT is charged in each period, as some operators do."""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hub.wire.types import format_datetime, parse_datetime

SUFFIX = "-WRONG"
"""Of the ids of the CDR and of its session: it is a bill of its own."""
_HALF = Decimal("0.5")
_ONE_WH, _FOUR_DECIMALS = Decimal("0.001"), Decimal("0.0001")


def mistaken(cdr: dict[str, Any]) -> dict[str, Any]:
    """The same session under another id, with a fee for each charging period; of a single period it makes two.

    Where the tariff has no fee the total is one unit of the currency too high, which nothing explains.
    """
    wrong = deepcopy(cdr)
    for name in ("id", "session_id"):
        wrong[name] = f"{cdr[name]}{SUFFIX}"
    fee = cdr.get("total_fixed_cost", {"excl_vat": 0})
    if not fee["excl_vat"]:
        wrong["total_cost"] = {side: amount + 1 for side, amount in cdr["total_cost"].items()}
        return wrong
    if len(wrong["charging_periods"]) == 1:
        wrong["charging_periods"] = _halves(wrong["charging_periods"][0], cdr["end_date_time"])
    times = len(wrong["charging_periods"])
    for side in ("excl_vat", "incl_vat"):
        wrong["total_fixed_cost"][side] = fee[side] * times
        wrong["total_cost"][side] = cdr["total_cost"][side] + fee[side] * (times - 1)
    return wrong


def _halves(period: dict[str, Any], end: str) -> list[dict[str, Any]]:
    start = parse_datetime(period["start_date_time"])
    middle = start + timedelta(seconds=(parse_datetime(end) - start).total_seconds() // 2)
    first, second = deepcopy(period), deepcopy(period)
    second["start_date_time"] = format_datetime(middle)
    for one, other in zip(first["dimensions"], second["dimensions"], strict=True):
        exponent = _ONE_WH if one["type"] == "ENERGY" else _FOUR_DECIMALS
        whole = Decimal(one["volume"])
        one["volume"] = (whole * _HALF).quantize(exponent)
        other["volume"] = whole - one["volume"]
    return [first, second]
