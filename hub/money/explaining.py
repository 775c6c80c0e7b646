"""A price as data that a person or a program can follow: each line, why it is there, and what leads from lines to total.

JSON with decimal strings. Lines, limit and rounding add up to the total exactly, as decimals.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from hub.money.exact import SHOWN_DIGITS, plain_text, shown, shown_text
from hub.money.limits import Ratio
from hub.money.lines import Bill, StepTaken, Unpriced
from hub.money.moments import Skipped
from hub.money.priced import Priced
from hub.money.rounding import Knowing
from hub.money.sums import by_rate
from hub.money.tariff import ENERGY, MEASURED_IN


class Pair(NamedTuple):
    """Amounts without and with tax as they are shown, in whole 10^-SHOWN_DIGITS."""

    excl: int
    incl: int


def explain(priced: Priced) -> dict[str, Any]:
    """The explanation of a price."""
    bill, knowing = priced.bill, priced.knowing
    costs, added = _costs(bill)
    digits = bill.digits
    limit = _limit(priced, added)
    total = priced.total
    finer = 10 ** (SHOWN_DIGITS - total.digits)
    rounding = Pair(
        _rest(total.net, finer, added.excl + limit.excl), _rest(total.gross, finer, added.incl + limit.incl)
    )
    said: dict[str, Any] = {
        "currency": priced.currency,
        "lines": [*_lines(priced, costs, digits)],
        "unpriced": [_unpriced(one, digits) for one in bill.unpriced],
    }
    if priced.held.by:
        said["limit"] = {"by": priced.held.by, **_amounts(limit, knowing)}
    said["rounding"] = _amounts(rounding, knowing)
    said["total"] = total.as_dict()
    said["parts"] = {str(kind): amounts.as_dict() for kind, amounts in priced.parts.items()}
    said["vat"] = _vat(priced)
    said["policy"] = priced.policy.changed()
    said["notes"] = [note.as_dict() for note in priced.notes]
    return said


def _costs(bill: Bill) -> tuple[list[Pair], Pair]:
    """What each line shows of its cost, and the sum of that."""
    unit, costs, excl, incl = bill.unit, [], 0, 0
    for line in bill.lines:
        net = shown(line.net, unit)
        gross = shown(line.net + line.tax, unit) if line.tax else net
        excl += net
        incl += gross
        costs.append(Pair(net, gross))
    return costs, Pair(excl, incl)


def instant_text(at: datetime, zone: tzinfo | None = None) -> str:
    """`2024-01-15T10:00:00Z`, or `2024-01-15T11:00:00+01:00` where the place's zone is known; whole seconds."""
    if zone is None:
        return f"{at.isoformat()[:19]}Z"
    local = at.astimezone(zone).isoformat()
    return local if len(local) == 25 else f"{local[:19]}{local[26:]}"


def _lines(priced: Priced, costs: list[Pair], digits: int) -> Iterator[dict[str, Any]]:
    periods, zone, (net_known, gross_known) = priced.facts.periods, priced.zone, priced.knowing
    last, start, end = -1, "", ""
    ended: datetime | None = None
    for line, cost in zip(priced.bill.lines, costs, strict=True):
        if line.period != last:
            last, period = line.period, periods[line.period]
            start = end if period.start is ended else instant_text(period.start, zone)
            end, ended = instant_text(period.end, zone), period.end
        dimension = line.dimension
        measured = shown_text(line.measured, digits) if dimension == ENERGY else str(line.measured)
        said: dict[str, Any] = {
            "period": line.period,
            "from": start,
            "to": end,
            "phase": line.phase,
            "measured": measured,
            "billed": measured,
            **line.component.told,
            "skipped": _skipped(line.skipped) if line.skipped else [],
            "excl": shown_text(cost.excl) if net_known else None,
            "incl": shown_text(cost.incl) if gross_known else None,
        }
        if line.step is not None:
            said["billed"] = _quantity(line.billed, dimension, digits)
            said["step"] = _step(line.step, dimension, digits)
        yield said


def _step(step: StepTaken, dimension: str, digits: int) -> dict[str, Any]:
    """Why more is billed than was measured."""
    total, billed = _quantity(step.total, dimension, digits), _quantity(step.billed, dimension, digits)
    unit, steps_in = MEASURED_IN[dimension], "Wh" if dimension == ENERGY else "s"
    return {
        "step_size": step.step_size,
        "element": step.component.element,
        "component": step.component.position,
        "total": total,
        "billed": billed,
        "why": f"{total} {unit} in all, in steps of {step.step_size} {steps_in}: {billed} {unit}",
    }


def _unpriced(one: Unpriced, digits: int) -> dict[str, Any]:
    return {
        "period": one.period,
        "dimension": one.dimension,
        "phase": one.phase,
        "measured": _quantity(one.measured, one.dimension, digits),
        "unit": MEASURED_IN[one.dimension],
        "skipped": _skipped(one.skipped) if one.skipped else [],
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


def _rest(total: int | None, finer: int, explained: int) -> int:
    """What rounding adds, so that the sum is exactly the total."""
    return 0 if total is None else total * finer - explained


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


def _amounts(pair: Pair, knowing: Knowing) -> dict[str, str | None]:
    return {
        "excl": shown_text(pair.excl) if knowing.net else None,
        "incl": shown_text(pair.incl) if knowing.gross else None,
    }


def _quantity(value: int, dimension: str, digits: int) -> str:
    return shown_text(value, digits) if dimension == ENERGY else str(value)
