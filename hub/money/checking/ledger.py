"""Rules over a set of CDRs: duplicates, sessions that overlap, credits and what they credit, invoices.

A CDR leaves a few small entries, each under a key; the rules look at the entries of one key at a time, so that a set of
any size can be split by key. Source: OCPI 2.2.1, mod_cdrs, Credit CDRs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from hub.money.cdr_reading import NOT_AVAILABLE
from hub.money.checking.sources import owner_of
from hub.money.exact import EXACT, read_number
from hub.money.findings import Finding, error, info, warning
from hub.wire.types import parse_datetime

ID, SESSION, EVSE, TOKEN, INVOICE = "id", "session", "evse", "token", "invoice"
_DIGEST_BYTES = 12
_CHANGED_BY_CREDIT = frozenset(
    {"id", "total_cost", "credit", "credit_reference_id", "last_updated", "remark", "invoice_reference_id"}
)
"""Fields in which a Credit CDR may differ from its original."""


class Entry(NamedTuple):
    """What one rule must know of one CDR; plain values, so that it can be written to a file and read again."""

    rule: str
    key: str
    cdr: str
    owner: str
    credits: str
    """Folded id of the CDR that this one credits; empty for a CDR that is no credit."""
    start: str
    end: str
    """ISO, UTC: they compare as text."""
    content: str
    """Digest of the whole CDR."""
    same: str
    """Digest of what a Credit CDR must repeat."""
    costs: tuple[str, ...]
    """total_cost as decimal strings."""
    provider: str = ""
    """`DE*EMA`: of the token; empty where the CDR names none, as in 2.2."""
    currency: str = ""
    invoice: str = ""
    """The invoice that the CDR names."""


def entries_of(cdr: Mapping[str, Any]) -> Iterator[Entry]:
    """The entries of one CDR; none for one without an id."""
    identifier = _folded(cdr.get("id"))
    if not identifier:
        return
    owner = owner_of(cdr)
    location, token = _mapping(cdr, "cdr_location"), _mapping(cdr, "cdr_token")
    content, same = digests(cdr)
    credited = _folded(cdr.get("credit_reference_id")) if cdr.get("credit") is True else ""
    entry = Entry(
        rule=ID,
        key=credited or identifier,
        cdr=str(cdr["id"]),
        owner=owner,
        credits=credited,
        start=_instant(cdr, "start_date_time"),
        end=_instant(cdr, "end_date_time") or _instant(cdr, "stop_date_time"),
        content=content,
        same=same,
        costs=costs_of(cdr.get("total_cost")),
        provider=owner_of(token) if owner else "",
        currency=_text(cdr.get("currency")).upper(),
        invoice=_text(cdr.get("invoice_reference_id")),
    )
    yield entry
    if credited:
        yield entry._replace(key=identifier)
    if entry.invoice:
        yield entry._replace(rule=INVOICE, key=invoice_key(owner, entry.invoice), content="", same="")
    session, evse, uid = cdr.get("session_id"), location.get("evse_uid"), token.get("uid") or cdr.get("auth_id")
    bare = entry._replace(content="", same="", costs=(), provider="", currency="", invoice="")
    if _folded(session):
        yield bare._replace(rule=SESSION, key=f"{owner}/{_folded(session)}")
    if not (entry.start and entry.end) or evse == NOT_AVAILABLE:
        return
    if _folded(evse):
        yield bare._replace(rule=EVSE, key=f"{owner}/{_folded(evse)}/{_folded(location.get('connector_id'))}")
    if _folded(uid):
        holder = "*".join(_folded(token.get(name)) for name in ("country_code", "party_id"))
        yield bare._replace(rule=TOKEN, key=f"{holder}/{_folded(uid)}")


def credit_without_reference(cdr: Mapping[str, Any]) -> Iterator[Finding]:
    """L-CREDIT-REF of a CDR alone."""
    if cdr.get("credit") is True and not _folded(cdr.get("credit_reference_id")):
        yield error("L-CREDIT-REF", "/credit_reference_id", "is required for a Credit CDR", cdr=str(cdr.get("id"))[:64])


def judge_entries(entries: Sequence[Entry]) -> Iterator[Finding]:
    """What is wrong among the entries of one rule and key, in the order in which the CDRs came."""
    if entries[0].rule == ID or len(entries) > 1:
        yield from _RULES[entries[0].rule](entries)


def _of_id(entries: Sequence[Entry]) -> Iterator[Finding]:
    """CDRs with one id, and credits of it."""
    key = entries[0].key
    named = [one for one in entries if _folded(one.cdr) == key]
    yield from _twice(named)
    done: set[str] = set()
    for credit in (one for one in entries if one.credits == key):
        originals = [one for one in named if one.owner == credit.owner]
        if credit.cdr in done:
            continue
        if not originals:
            text = "credits a CDR of another owner" if named else "credits a CDR that is not known"
            yield _said(error, "L-CREDIT-REF", credit, text)
        elif originals[0].credits:
            yield _said(error, "L-CREDIT-REF", credit, "credits a Credit CDR", originals[0])
        elif done:
            yield _said(error, "L-CREDIT-REF", credit, "credits a CDR that was credited before", originals[0])
        else:
            yield from _credit_sum(credit, originals[0])
        done.add(credit.cdr)


def _twice(named: Sequence[Entry]) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for one in named:
        before = first.setdefault(one.owner, one)
        if before is one:
            continue
        if before.content != one.content:
            yield _said(error, "L-DUP", one, "came before, with other content", before)
            if before.invoice.lower() != one.invoice.lower() and before.invoice and one.invoice:
                yield _said(error, "L-INVOICE", one, f"is on the invoice {one.invoice} and on {before.invoice}", before)
        else:
            yield _said(info, "L-DUP", one, "came twice, the same both times", before)


def _credit_sum(credit: Entry, original: Entry) -> Iterator[Finding]:
    if [Decimal(cost).copy_negate() for cost in original.costs] != [Decimal(cost) for cost in credit.costs]:
        yield _said(error, "L-CREDIT-SUM", credit, "has not the negative total_cost of its original", original)
    if credit.same != original.same:
        yield _said(error, "L-CREDIT-SUM", credit, "differs from its original in more than total_cost", original)


def _of_session(entries: Sequence[Entry]) -> Iterator[Finding]:
    standing = _standing(entries)
    for one in standing[1:]:
        yield _said(error, "L-DUP", one, "bills a session that another CDR bills, which was not credited", standing[0])


def _of_invoice(entries: Sequence[Entry]) -> Iterator[Finding]:
    invoice = InvoicePair()
    for one in entries:
        yield from invoice.compare(one)


class InvoicePair:
    """One invoice whose CDRs come one by one: all are of one currency, from one operator to one provider."""

    def __init__(self) -> None:
        self.first: Entry | None = None

    def compare(self, one: Entry) -> Iterator[Finding]:
        """L-INVOICE: this CDR is unlike the first one of the invoice."""
        first = self.first
        if first is None:
            self.first = one
            return
        if one.currency != first.currency and one.currency and first.currency:
            text = f"is in {one.currency}, and on the invoice {one.invoice} with CDRs in {first.currency}"
            yield _said(error, "L-INVOICE", one, text, first)
        mine, theirs = (one.owner, one.provider), (first.owner, first.provider)
        if mine != theirs and all((*mine, *theirs)):
            text = f"is for {one.provider}, and on the invoice {one.invoice} with CDRs for {first.provider}"
            if one.owner != first.owner:
                text = f"is of {one.owner}, and on the invoice {one.invoice} with CDRs of {first.owner}"
            yield _said(error, "L-INVOICE", one, text, first)


def _of_time(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Sessions at one EVSE, or of one token, one after the other."""
    what = {EVSE: "EVSE", TOKEN: "token"}[entries[0].rule]
    latest: Entry | None = None
    for one in sorted(_standing(entries), key=lambda entry: (entry.start, entry.end)):
        if latest is not None and one.start < latest.end:
            yield _said(warning, "L-OVERLAP", one, f"overlaps another session of the same {what}", latest)
        if latest is None or one.end > latest.end:
            latest = one


def _standing(entries: Sequence[Entry]) -> list[Entry]:
    """Those that are no credits and were not credited; one for each id."""
    credited = {(one.owner, one.credits) for one in entries if one.credits}
    standing = {(one.owner, _folded(one.cdr)): one for one in reversed(entries) if not one.credits}
    return [one for key, one in reversed(standing.items()) if key not in credited]


_RULES: Mapping[str, Callable[[Sequence[Entry]], Iterator[Finding]]] = {
    ID: _of_id,
    INVOICE: _of_invoice,
    SESSION: _of_session,
    EVSE: _of_time,
    TOKEN: _of_time,
}


def _said(tell: Callable[..., Finding], rule: str, one: Entry, text: str, other: Entry | None = None) -> Finding:
    detail = {"cdr": one.cdr[:64], "owner": one.owner} | ({"other": other.cdr[:64]} if other else {})
    return tell(rule, "", text, **detail)


def _mapping(cdr: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = cdr.get(name)
    return value if isinstance(value, dict) else {}


def _folded(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _instant(cdr: Mapping[str, Any], name: str) -> str:
    written = cdr.get(name)
    try:
        return parse_datetime(written).isoformat() if isinstance(written, str) else ""
    except ValueError:
        return ""


def digests(cdr: Mapping[str, Any]) -> tuple[str, str]:
    """Of the whole CDR, and of what a Credit CDR must repeat, whatever the order of members and the spelling of numbers."""
    same = _canonical({name: value for name, value in cdr.items() if name not in _CHANGED_BY_CREDIT})
    rest = _canonical({name: value for name, value in cdr.items() if name in _CHANGED_BY_CREDIT})
    whole = blake2b(same, digest_size=_DIGEST_BYTES)
    whole.update(rest)
    return whole.hexdigest(), blake2b(same, digest_size=_DIGEST_BYTES).hexdigest()


def _canonical(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS, default=_spelled)
    except (TypeError, RecursionError):
        return repr(value).encode(errors="backslashreplace")


@lru_cache(maxsize=4096)
def _spelled(number: Any) -> str:
    """One spelling of a JSON number: 10, 10.0 and 1e1 are the same."""
    try:
        return str(read_number(number).normalize(EXACT))
    except ValueError:
        return str(number)


def invoice_key(issuer: str, invoice: str) -> str:
    """Each party numbers its own invoices."""
    return f"{issuer}/{invoice.lower()}"


def costs_of(value: Any) -> tuple[str, ...]:
    """Of a number, or of all amounts of a Price in the order of their names."""
    amounts = [value] if not isinstance(value, dict) else [value[name] for name in sorted(value)]
    return tuple(text for amount in amounts for text in _cost(amount))


def _cost(amount: Any) -> Iterator[str]:
    """A tax list of 2.3.0 has amounts too."""
    if isinstance(amount, list):
        for tax in amount:
            yield from _cost(tax.get("amount") if isinstance(tax, dict) else None)
        return
    try:
        yield str(read_number(amount))
    except ValueError:
        return
