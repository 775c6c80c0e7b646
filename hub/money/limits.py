"""min_price and max_price: the totals before and after tax, each held within its own bounds, once for the session.

Source: OCPI 2.2.1, mod_tariffs, Tariff, notes on min_price and max_price.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hub.money.notes import Note
from hub.money.policy import Limits, Policy
from hub.money.sums import Sum
from hub.money.tariff import CompiledTariff


class Ratio(NamedTuple):
    """An exact amount: `numerator` / `denominator` of the currency."""

    numerator: int
    denominator: int


class Held(NamedTuple):
    """Totals within their limits; None where a limit makes an amount unknowable."""

    net: Ratio | None
    gross: Ratio | None
    by: str = ""
    """The limit that changed something: `max_price`."""


def hold(whole: Sum, unit: int, chosen: Sequence[CompiledTariff | None], policy: Policy, notes: list[Note]) -> Held:
    """Clamp the total; where both limits contradict each other max_price wins."""
    held = Held(Ratio(whole.net, unit), Ratio(whole.gross, unit))
    tariff = _whose(chosen, policy)
    if tariff is None or (tariff.min_price is None and tariff.max_price is None):
        return held
    if len({id(one) for one in chosen if one is not None}) > 1:
        notes.append(Note("limits_of_one", f"several tariffs: the limits are those of {tariff.id}"))
    share = unit // tariff.unit
    net, gross, by = whole.net, whole.gross, ""
    for name, bounds, pick in (("min_price", tariff.min_price, max), ("max_price", tariff.max_price, min)):
        if bounds is None:
            continue
        if bounds.net is not None and pick(net, bounds.net * share) != net:
            net, by = bounds.net * share, name
            if bounds.gross is None:
                notes.append(Note("limit_without_tax", f"{name} has no amount with tax: tax shrinks or grows alike"))
                return Held(Ratio(net, unit), _alike(net, whole, unit), name)
        if bounds.gross is not None and pick(gross, bounds.gross * share) != gross:
            gross, by = bounds.gross * share, name
    return Held(Ratio(net, unit), Ratio(gross, unit), by)


def _whose(chosen: Sequence[CompiledTariff | None], policy: Policy) -> CompiledTariff | None:
    """The tariff whose limits count; the specification does not say which, where there are several."""
    if policy.limits is Limits.IGNORED:
        return None
    order = chosen if policy.limits is Limits.AT_START else reversed(chosen)
    return next((one for one in order if one is not None), None)


def _alike(net: int, whole: Sum, unit: int) -> Ratio | None:
    """The total with tax, when the net total became `net`: in the same proportion. Nothing is the proportion of nothing."""
    return Ratio(net * whole.gross, unit * whole.net) if whole.net else None
