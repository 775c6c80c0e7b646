"""From a CDR to what it is in the books: its amounts in whole minor units, split by VAT rate so that the parts add up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.money.cdr_reading import CdrUnreadable, read_facts
from hub.money.checking.figures import TOTAL, WrongAmount, read_stated
from hub.money.checking.ledger import digests
from hub.money.clearing.entry import ClearedCdr, VatShare
from hub.money.currencies import digits_of_currency
from hub.money.exact import plain_text, read_number, rounded
from hub.money.priced import Priced
from hub.money.sums import by_rate
from hub.wire.interface import fold
from hub.wire.party import Party

MAX_MINOR = 10**15
"""More than this nobody owes for a session; sums of very many CDRs still fit into 64 bits."""


class NotClearable(ValueError):
    """A CDR whose amounts cannot be put into books; in words."""


def key_of(operator: Party, cdr_id: str) -> str:
    """`NL*CPA/cdr1`."""
    return f"{operator}/{fold(cdr_id)}"


def read_cleared(cdr: Mapping[str, Any], operator: Party, provider: Party) -> ClearedCdr:
    """Read a CDR of 2.2, 2.2.1 or 2.3.0; raises NotClearable. Its VAT rates are not known yet (`with_rates`)."""
    try:
        facts, stated = read_facts(cdr), read_stated(cdr)
    except (CdrUnreadable, WrongAmount) as wrong:
        raise NotClearable(str(wrong)) from None
    cdr_id, credited = cdr.get("id"), cdr.get("credit") is True
    reference = cdr.get("credit_reference_id")
    if not isinstance(cdr_id, str) or not cdr_id or not facts.currency:
        raise NotClearable("it has no id or no currency")
    if not stated or stated[0].name != TOTAL or stated[0].excl is None:
        raise NotClearable("it has no total_cost")
    if credited and not (isinstance(reference, str) and reference):
        raise NotClearable("it is a Credit CDR and names no CDR that it credits")
    digits, sign = digits_of_currency(facts.currency), -1 if credited else 1
    net = sign * _minor(stated[0].excl, digits)
    gross = net if stated[0].incl is None else sign * _minor(stated[0].incl, digits)
    return ClearedCdr(
        cdr_key=key_of(operator, cdr_id),
        cdr_id=cdr_id,
        operator=operator,
        provider=provider,
        month=f"{facts.end:%Y-%m}",
        currency=facts.currency,
        digits=digits,
        net=net,
        gross=gross,
        vat=(VatShare(rate="", net=net, tax=gross - net),),
        energy_kwh=_energy(cdr.get("total_energy")),
        start=facts.start.isoformat(),
        end=facts.end.isoformat(),
        credits_key=key_of(operator, reference) if credited and isinstance(reference, str) else "",
        content=digests(cdr)[0],
    )


def rates_of(cdr: ClearedCdr, priced: Priced) -> tuple[VatShare, ...]:
    """Its amounts split by the rates of the tariff, where the tariff gives what the CDR states; else as they were."""
    total = priced.total_as(priced.policy, cdr.digits)
    if (total.net, total.gross) != (abs(cdr.net), abs(cdr.gross)):
        return cdr.vat
    sums = by_rate(priced.groups)
    nets = apportion(cdr.net, [one.net for one in sums.values()])
    taxes = apportion(cdr.tax, [one.tax for one in sums.values()])
    if nets is None or taxes is None:
        return cdr.vat
    names = ["0" if rate is None else plain_text(rate.normalize()) for rate in sums]
    return tuple(
        VatShare(rate=name, net=net, tax=tax) for name, net, tax in zip(names, nets, taxes, strict=True) if net or tax
    )


def apportion(amount: int, weights: Sequence[int]) -> list[int] | None:
    """An amount split in proportion to the weights, to the unit: the largest remainders get what rounding leaves.

    None where that makes no sense: a weight below nothing, or something to split by nothing.
    """
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or (whole == 0 and amount):
        return None
    if whole == 0:
        return [0] * len(weights)
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    parts = [divmod(size * weight, whole) for weight in weights]
    left = size - sum(part for part, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    more = {*by_remainder[:left]}
    return [sign * (part + (at in more)) for at, (part, _) in enumerate(parts)]


def _minor(amount: Decimal, digits: int) -> int:
    """Rounded half up."""
    minor = rounded(*amount.as_integer_ratio(), digits)
    if abs(minor) > MAX_MINOR:
        raise NotClearable("its total_cost is beyond anything that is owed for a session")
    return minor


def _energy(written: Any) -> str:
    try:
        return plain_text(read_number(written))
    except ValueError:
        return "0"
