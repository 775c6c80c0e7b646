"""L-INVOICE: invoices against the CDRs that they are for. An invoice comes as an InvoiceReconciliationRecord, which lists CDRs.

OCPI has the sum on the invoice itself alone: a record may carry it beside its own members, as `currency` and `total_cost` (a
Price). Source: OCPI 2.3.0, mod_invoice_reconciliation; 2.2.1, mod_cdrs, invoice_reference_id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.money.checking.ledger import ID, INVOICE, Entry, InvoicePair, costs_of, invoice_key
from hub.money.checking.sources import owner_of
from hub.money.currencies import digits_of_currency
from hub.money.exact import EXACT, fixed_text, rounded
from hub.money.findings import Finding, error, info, warning

_RULE = "L-INVOICE"


class WrongInvoice(ValueError):
    """This is no InvoiceReconciliationRecord; in words."""


def entries_of_invoice(record: Any) -> Iterator[Entry]:
    """The invoice itself, then each CDR that it lists, as entries without a CDR; the `content` of these is the id as written.

    Raises WrongInvoice.
    """
    if not isinstance(record, dict):
        raise WrongInvoice("is no object")
    invoice, cdrs = record.get("invoice_id"), record.get("cdrs")
    if not isinstance(invoice, str) or not invoice:
        raise WrongInvoice("has no invoice_id")
    if not isinstance(cdrs, list) or not cdrs or not all(isinstance(one, str) and one for one in cdrs):
        raise WrongInvoice("has no list of ids in cdrs")
    issuer, costs = owner_of(record), costs_of(record.get("total_cost"))
    if "total_cost" in record and not costs:
        raise WrongInvoice("has a total_cost that is no Price")
    currency = record.get("currency")
    if costs and not (isinstance(currency, str) and currency):
        raise WrongInvoice("has a total_cost and no currency")
    bare = Entry(
        rule=INVOICE,
        key=invoice_key(issuer, invoice),
        cdr="",
        owner=issuer,
        credits="",
        start="",
        end="",
        content="",
        same="",
        costs=costs,
        currency=currency.upper() if isinstance(currency, str) else "",
        invoice=invoice,
    )
    yield bare
    for one in cdrs:
        yield bare._replace(rule=ID, key=one.lower(), content=one, costs=(), currency="")


def on_invoices(entries: Sequence[Entry]) -> Iterator[Entry]:
    """What a CDR adds to the invoices that it names or that list it, once however often it came; the entries of one id."""
    for one in _named(entries):
        keys = [invoice_key(one.owner, one.invoice)] if one.invoice else []
        listed = [(invoice_key(by.owner, by.invoice), by.invoice) for by in _listing(entries, one)]
        names = dict.fromkeys(keys, one.invoice) | dict(listed)
        for key, invoice in names.items():
            yield one._replace(rule=INVOICE, key=key, invoice=invoice, content="", same="")


def judge_listed(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Whether each CDR is on one invoice, and each that is on one is there; the entries of one id."""
    named = _named(entries)
    for by in (one for one in entries if not one.cdr):
        if not named:
            text = f"is on the invoice {by.invoice}, and not among the CDRs"
            yield error(_RULE, "", text, cdr=by.content[:64], owner=by.owner)
        elif not any(_fits(by, one) for one in named):
            text = f"is on the invoice {by.invoice} of {by.owner}, and is from {named[0].owner} to {named[0].provider or '?'}"
            yield error(_RULE, "", text, cdr=by.content[:64], owner=by.owner)
    for one in named:
        detail = {"cdr": one.cdr[:64], "owner": one.owner}
        invoices = {by.invoice.lower(): by.invoice for by in _listing(entries, one)}
        if not invoices:
            yield warning(_RULE, "", "is on no invoice", **detail)
        elif len(invoices) > 1:
            yield error(_RULE, "", f"is on the invoices {' and '.join(invoices.values())}", **detail)
        if invoices and one.invoice and one.invoice.lower() not in invoices:
            text = f"names the invoice {one.invoice}, and is on {' and '.join(invoices.values())}"
            yield error(_RULE, "/invoice_reference_id", text, **detail)


def judge_invoices(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Whether the CDRs of each invoice fit together, and its sum is theirs; each invoice comes before its CDRs."""
    invoices: dict[str, _Invoice] = {}
    for one in entries:
        yield from invoices.setdefault(one.key, _Invoice()).add(one)
    for invoice in invoices.values():
        yield from invoice.end()


class _Invoice:
    """One invoice, as its CDRs come."""

    def __init__(self) -> None:
        self._pair = InvoicePair()
        self._record: Entry | None = None
        self._cdrs = 0
        self._sums: list[Decimal] = []
        self._one_currency = True

    def add(self, one: Entry) -> Iterator[Finding]:
        if not one.cdr:
            self._record = one if one.costs or self._record is None else self._record
            return
        self._sums = [
            EXACT.add(sum_, Decimal(cost))
            for sum_, cost in zip(self._sums if self._cdrs else [Decimal(0)] * len(one.costs), one.costs, strict=False)
        ]
        self._cdrs += 1
        yield from self._pair.compare(one)
        self._one_currency &= self._pair.first is not None and self._pair.first.currency == one.currency

    def end(self) -> Iterator[Finding]:
        record, first = self._record, self._pair.first
        if record is None or first is None or not self._one_currency:
            return
        detail = {"cdr": record.invoice[:64], "owner": record.owner}
        sums = _amounts(self._sums, first.currency)
        text = f"its {self._cdrs} CDRs add up to {sums} {first.currency}"
        if not record.costs:
            yield info(_RULE, "", text, **detail)
            return
        stated = _amounts([Decimal(cost) for cost in record.costs][: len(self._sums)], record.currency)
        if (stated, record.currency) != (sums, first.currency):
            yield error(_RULE, "", f"{text}; it states {stated} {record.currency}", **detail)


def _amounts(amounts: Sequence[Decimal], currency: str) -> str:
    """Each in whole minor units, half up."""
    digits = digits_of_currency(currency)
    return " / ".join(fixed_text(rounded(*amount.as_integer_ratio(), digits), digits) for amount in amounts)


def _named(entries: Sequence[Entry]) -> list[Entry]:
    """The CDRs with this id, the first of each owner."""
    found: Mapping[str, Entry] = {one.owner: one for one in reversed(entries) if one.cdr.lower() == one.key}
    return [*found.values()][::-1]


def _listing(entries: Sequence[Entry], cdr: Entry) -> list[Entry]:
    return [one for one in entries if not one.cdr and _fits(one, cdr)]


def _fits(listing: Entry, cdr: Entry) -> bool:
    """One of its two parties wrote the invoice: its operator, or in reverse billing its provider."""
    return not cdr.owner or not listing.owner or listing.owner in {cdr.owner, cdr.provider}
