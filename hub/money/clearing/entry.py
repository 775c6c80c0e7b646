"""One CDR in the books: who owes whom, how much, in which month, and where it stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.money.exact import fixed_text
from hub.wire.party import Party


class CdrState(StrEnum):
    """Where a CDR stands."""

    NEW = "new"
    """Its receiver took it; nobody has looked at what is odd about it."""
    ACCEPTED = "accepted"
    """Its receiver took it, and the check found nothing wrong."""
    APPROVED = "approved"
    """A person said that it is right, or its month was closed with it."""
    DISPUTED = "disputed"
    """It is on no statement until that is settled."""
    CREDITED = "credited"
    """A Credit CDR took it back; both are in the sums."""


NEXT: dict[CdrState, frozenset[CdrState]] = {
    CdrState.NEW: frozenset({CdrState.ACCEPTED, CdrState.APPROVED, CdrState.DISPUTED}),
    CdrState.ACCEPTED: frozenset({CdrState.APPROVED, CdrState.DISPUTED}),
    CdrState.APPROVED: frozenset({CdrState.DISPUTED}),
    CdrState.DISPUTED: frozenset({CdrState.ACCEPTED, CdrState.APPROVED}),
    CdrState.CREDITED: frozenset(),
}
"""What a person may make of it; CREDITED comes with a Credit CDR alone."""


class WrongMove(ValueError):
    """A change of state that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatShare:
    """What a CDR or a statement has of one VAT rate, in minor units."""

    rate: str
    """Percent; empty where it is not known."""
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of state."""

    at: datetime
    by: str
    state: CdrState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedCdr:
    """One CDR between two parties that are cleared; amounts in minor units of its currency, with the sign it has."""

    cdr_key: str
    """`NL*CPA/cdr1`."""
    cdr_id: str
    operator: Party
    """Who sent it, and is paid."""
    provider: Party
    month: str
    """`2024-03`, by the end of the session in UTC."""
    currency: str
    digits: int
    """Decimals of the currency's minor unit."""
    net: int
    gross: int
    """With tax; the same as `net` where the CDR states none: then no VAT applies."""
    vat: tuple[VatShare, ...]
    energy_kwh: str
    start: str
    end: str
    credits_key: str = ""
    """The CDR that this one takes back; empty for one that is no Credit CDR."""
    content: str
    """Digest of the whole CDR."""
    state: CdrState = CdrState.NEW
    verdict: str = ""
    delivered_at: datetime | None = None
    """None: nobody saw that its receiver took it."""
    statement_id: str = ""
    changes: tuple[Change, ...] = ()
    breakdowns: bytes = b""
    """Of a disputed one: what the CDR states and what the tariff gives, side by side, as JSON packed by zlib."""
    revision: int = 0

    @property
    def tax(self) -> int:
        """What is added to `net`."""
        return self.gross - self.net

    def amount(self, minor: int) -> str:
        """Minor units as a decimal string."""
        return fixed_text(minor, self.digits)


def moved(cdr: ClearedCdr, change: Change) -> ClearedCdr:
    """The CDR in another state; raises WrongMove."""
    if change.state not in NEXT[cdr.state]:
        allowed = " or ".join(sorted(NEXT[cdr.state])) or "nothing else"
        raise WrongMove(f"{cdr.cdr_id} is {cdr.state} and can become {allowed}, not {change.state}")
    if change.state is CdrState.DISPUTED and cdr.statement_id:
        raise WrongMove(f"{cdr.cdr_id} is on the statement {cdr.statement_id}: only a Credit CDR takes it back")
    return replace(cdr, state=change.state, changes=(*cdr.changes, change))
