"""Statements: what one provider owes one operator for the CDRs of a month in one currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hub.money.clearing.entry import CdrState, ClearedCdr, VatShare
from hub.money.exact import EXACT, fixed_text, plain_text
from hub.wire.party import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Amounts in minor units; `charged` and `credited` are its two parts, `net` and `gross` their signed sums."""

    statement_id: str
    """`2024-03/EUR/NL*CPA>DE*EMA`."""
    month: str
    currency: str
    digits: int
    operator: Party
    provider: Party
    closed_at: datetime | None = None
    """None while the month is open: then it is a preview."""
    cdrs: int
    """How many are in the sums, credits among them."""
    credits: int
    late: int
    """Of an earlier month that was closed before they came."""
    energy_kwh: str
    """Of what was charged; a Credit CDR repeats the energy of its original, so it is taken off."""
    charged_net: int
    charged_gross: int
    credited_net: int
    credited_gross: int
    vat: tuple[VatShare, ...]
    disputed: int
    """How many are left out, because they are disputed."""
    disputed_gross: int

    @property
    def net(self) -> int:
        """What is owed without tax."""
        return self.charged_net + self.credited_net

    @property
    def gross(self) -> int:
        """What is owed."""
        return self.charged_gross + self.credited_gross

    def amount(self, minor: int) -> str:
        """Minor units as a decimal string."""
        return fixed_text(minor, self.digits)


def statement_id(month: str, cdr: ClearedCdr) -> str:
    """On which statement of a month a CDR is."""
    return f"{month}/{cdr.currency}/{cdr.operator}>{cdr.provider}"


def statements_of(month: str, cdrs: Iterable[ClearedCdr], closed_at: datetime | None = None) -> list[Statement]:
    """One statement for each operator, provider and currency, by id; disputed CDRs are told apart and not in the sums."""
    groups: dict[str, list[ClearedCdr]] = defaultdict(list)
    for cdr in cdrs:
        groups[statement_id(month, cdr)].append(cdr)
    return [_statement(identifier, month, groups[identifier], closed_at) for identifier in sorted(groups)]


def _statement(identifier: str, month: str, cdrs: Sequence[ClearedCdr], closed_at: datetime | None) -> Statement:
    disputed = [one for one in cdrs if one.state is CdrState.DISPUTED]
    counted = [one for one in cdrs if one.state is not CdrState.DISPUTED]
    charged = [one for one in counted if not one.credits_key]
    credited = [one for one in counted if one.credits_key]
    return Statement(
        statement_id=identifier,
        month=month,
        currency=cdrs[0].currency,
        digits=cdrs[0].digits,
        operator=cdrs[0].operator,
        provider=cdrs[0].provider,
        closed_at=closed_at,
        cdrs=len(counted),
        credits=len(credited),
        late=sum(one.month < month for one in counted),
        energy_kwh=plain_text(EXACT.subtract(_energy(charged), _energy(credited))),
        charged_net=sum(one.net for one in charged),
        charged_gross=sum(one.gross for one in charged),
        credited_net=sum(one.net for one in credited),
        credited_gross=sum(one.gross for one in credited),
        vat=_by_rate(counted),
        disputed=len(disputed),
        disputed_gross=sum(one.gross for one in disputed),
    )


def _by_rate(cdrs: Iterable[ClearedCdr]) -> tuple[VatShare, ...]:
    """The known rates by size, then what has no known rate."""
    nets: dict[str, int] = defaultdict(int)
    taxes: dict[str, int] = defaultdict(int)
    for share in (share for cdr in cdrs for share in cdr.vat):
        nets[share.rate] += share.net
        taxes[share.rate] += share.tax
    order = sorted(nets, key=lambda rate: (not rate, Decimal(rate or 0)))
    return tuple(VatShare(rate=rate, net=nets[rate], tax=taxes[rate]) for rate in order)


def _energy(cdrs: Iterable[ClearedCdr]) -> Decimal:
    whole = Decimal(0)
    for cdr in cdrs:
        whole = EXACT.add(whole, Decimal(cdr.energy_kwh))
    return whole
