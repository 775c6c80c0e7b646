"""A price as data that a person or a program can follow: each line, why it is there, and what leads from lines to total.

JSON with decimal strings. Lines, limit and rounding add up to the total exactly, as decimals.
"""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from hub.money.exact import plain_text, shown, shown_text
from hub.money.limits import Ratio
from hub.money.lines import Line, StepTaken, Unpriced
from hub.money.moments import Skipped
from hub.money.priced import Priced
from hub.money.rounding import Amounts, Knowing
from hub.money.sums import by_rate
from hub.money.tariff import ENERGY, FLAT, UNITS


class Pair(NamedTuple):
    """Amounts without and with tax as they are shown, in whole 10^-SHOWN_DIGITS."""

    excl: int
    incl: int


def explain(priced: Priced) -> dict[str, Any]:
    """The explanation of a price."""
    bill, knowing = priced.bill, priced.knowing
    costs = [_pair(line.net, line.net + line.tax, bill.unit) for line in bill.lines]
    added = Pair(sum(cost.excl for cost in costs), sum(cost.incl for cost in costs))
    digits = len(str(bill.scale)) - 1
    lines = [_line(line, cost, priced, digits) for line, cost in zip(bill.lines, costs, strict=True)]
    limit = _limit(priced, added)
    total = priced.total
    rounding = Pair(_rest(total.excl, added.excl + limit.excl), _rest(total.incl, added.incl + limit.incl))
    said: dict[str, Any] = {
        "currency": priced.currency,
        "lines": lines,
        "unpriced": [_unpriced(one, digits) for one in bill.unpriced],
    }
    if priced.held.by:
        said["limit"] = {"by": priced.held.by, **_amounts(limit, knowing)}
    said["rounding"] = _amounts(rounding, knowing)
    said["total"] = amounts_as_dict(total)
    said["parts"] = {str(kind): amounts_as_dict(amounts) for kind, amounts in priced.parts.items()}
    said["vat"] = _vat(priced)
    said["policy"] = priced.policy.changed()
    said["notes"] = [note.as_dict() for note in priced.notes]
    return said


def amounts_as_dict(amounts: Amounts) -> dict[str, str | None]:
    """`{"excl": "5.63", "incl": "6.24"}`; None where an amount is not known."""
    return {"excl": _text(amounts.excl), "incl": _text(amounts.incl)}


def instant_text(at: datetime, zone: tzinfo | None = None) -> str:
    """`2024-01-15T10:00:00Z`, or `2024-01-15T11:00:00+01:00` where the place's zone is known; whole seconds."""
    if zone is None:
        return f"{at.isoformat()[:19]}Z"
    local = at.astimezone(zone).isoformat()
    return local if len(local) == 25 else f"{local[:19]}{local[26:]}"


def _line(line: Line, cost: Pair, priced: Priced, digits: int) -> dict[str, Any]:
    period, component = priced.facts.periods[line.period], line.component
    energy = line.dimension == ENERGY
    measured = shown_text(line.measured, digits) if energy else str(line.measured)
    said: dict[str, Any] = {
        "period": line.period,
        "from": instant_text(period.start, priced.zone),
        "to": instant_text(period.end, priced.zone),
        "dimension": line.dimension,
        "phase": line.phase,
        "measured": measured,
        "billed": measured if line.step is None else _quantity(line.billed, energy, digits),
        "unit": _unit(line.dimension),
        "tariff": line.tariff.id,
        "element": component.element,
        "component": component.position,
        "restrictions": [one.text for one in line.tariff.restrictions[component.element]],
        "skipped": _skipped(line.skipped),
        "price": plain_text(component.price),
        "per": UNITS[line.dimension],
        "vat": None if component.vat is None else plain_text(component.vat),
        **_amounts(cost, priced.knowing),
    }
    if line.step is not None:
        said["step"] = _step(line.step, energy, digits)
    return said


def _step(step: StepTaken, energy: bool, digits: int) -> dict[str, Any]:
    """Why more is billed than was measured."""
    total, billed = _quantity(step.total, energy, digits), _quantity(step.billed, energy, digits)
    unit = "kWh" if energy else "s"
    return {
        "step_size": step.step_size,
        "element": step.component.element,
        "component": step.component.position,
        "total": total,
        "billed": billed,
        "why": f"{total} {unit} in all, in steps of {step.step_size} {'Wh' if energy else 's'}: {billed} {unit}",
    }


def _unpriced(one: Unpriced, digits: int) -> dict[str, Any]:
    return {
        "period": one.period,
        "dimension": one.dimension,
        "phase": one.phase,
        "measured": _quantity(one.measured, one.dimension == ENERGY, digits),
        "unit": _unit(one.dimension),
        "skipped": _skipped(one.skipped),
    }


def _skipped(skipped: tuple[Skipped, ...]) -> list[dict[str, Any]]:
    """The elements that were passed over; of very many only the first ones."""
    return [{"element": one.element, "failed": one.restriction.text} for one in skipped]


def _limit(priced: Priced, added: Pair) -> Pair:
    """What min_price or max_price adds to the lines."""
    if not priced.held.by:
        return Pair(0, 0)
    net, gross = priced.held.net, priced.held.gross
    return Pair(_shown(net, added.excl) - added.excl, _shown(gross, added.incl) - added.incl)


def _shown(ratio: Ratio | None, otherwise: int) -> int:
    return otherwise if ratio is None else shown(*ratio)


def _rest(total: Decimal | None, explained: int) -> int:
    """What rounding adds, so that the sum is exactly the total."""
    if total is None:
        return 0
    numerator, denominator = total.as_integer_ratio()
    return shown(numerator, denominator) - explained


def _vat(priced: Priced) -> list[dict[str, Any]]:
    unit = priced.bill.unit
    return [
        {
            "rate": None if rate is None else plain_text(rate),
            "net": shown_text(shown(one.net, unit)) if priced.knowing.net else None,
            "tax": shown_text(shown(one.tax, unit)) if priced.knowing.gross and priced.knowing.net else None,
        }
        for rate, one in by_rate(priced.groups).items()
    ]


def _pair(net: int, gross: int, unit: int) -> Pair:
    excl = shown(net, unit)
    return Pair(excl, excl if net == gross else shown(gross, unit))


def _amounts(pair: Pair, knowing: Knowing) -> dict[str, str | None]:
    return {
        "excl": shown_text(pair.excl) if knowing.net else None,
        "incl": shown_text(pair.incl) if knowing.gross else None,
    }


def _quantity(value: int, energy: bool, digits: int) -> str:
    return shown_text(value, digits) if energy else str(value)


def _unit(dimension: str) -> str:
    """Of a measured quantity."""
    return {ENERGY: "kWh", FLAT: "once"}.get(dimension, "s")


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain_text(amount)
