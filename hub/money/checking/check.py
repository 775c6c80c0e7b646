"""The check of one CDR: its shape, every rule, and the verdict on its costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.money.cdr_reading import SCHEMA, CdrUnreadable, read_facts, version_of
from hub.money.checking import rules_known, rules_limits, rules_sums, rules_tariff, rules_time
from hub.money.checking.deviations import text_of
from hub.money.checking.examined import Examined, Rule
from hub.money.checking.figures import TOTAL, Stated, WrongAmount, read_stated
from hub.money.checking.known import NOTHING_KNOWN, Known
from hub.money.checking.place import zone_of
from hub.money.checking.schema import check_schema
from hub.money.checking.sources import embedded, owner_of, published
from hub.money.checking.spans import Interval, cost_interval, find_spans
from hub.money.checking.verdict import Case, Judgement, Repricer, Verdict, judge
from hub.money.exact import plain_text
from hub.money.findings import Finding, Severity, error, info, warning
from hub.money.policy import DEFAULT, Policy
from hub.money.priced import Priced
from hub.money.pricing import price
from hub.money.refusal import TariffRefused

MAX_SHOWN = 64
"""Characters of an id that are told."""
RULES: tuple[Rule, ...] = (
    rules_time.time_order,
    rules_time.time_cover,
    rules_time.age,
    rules_sums.energy,
    rules_sums.time,
    rules_sums.parking,
    rules_sums.parts,
    rules_sums.negative,
    rules_tariff.time_zone,
    rules_tariff.reference,
    rules_tariff.drift,
    rules_tariff.spans,
    rules_tariff.unpriced,
    rules_limits.power,
    rules_limits.zero,
    rules_limits.most,
    rules_known.token,
    rules_known.evse,
    rules_known.session,
    rules_known.signed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of checking one CDR."""

    id: str
    owner: str
    """`NL*TNM`; empty in 2.1.1."""
    judgement: Judgement
    findings: Sequence[Finding]
    priced: Priced | None = None
    """None when nothing could be priced."""
    interval: Interval | None = None

    @property
    def verdict(self) -> Verdict:
        """On the costs."""
        return self.judgement.verdict

    @property
    def ok(self) -> bool:
        """No finding of severity E, and the costs are right or explained."""
        return not any(one.severity is Severity.ERROR for one in self.findings)

    def with_findings(self, more: Sequence[Finding]) -> "Checked":
        """The same with more findings."""
        return replace(self, findings=[*self.findings, *more])

    def as_dict(self) -> dict[str, Any]:
        """As JSON with decimal strings."""
        judgement, priced = self.judgement, self.priced
        said: dict[str, Any] = {
            "cdr": self.id,
            "owner": self.owner,
            "verdict": str(judgement.verdict),
            "cause": judgement.cause or None,
            "also": [*judgement.also],
            "findings": [one.as_dict() for one in self.findings],
            "figures": [one.as_dict() for one in judgement.figures],
        }
        if priced is not None:
            parts = {f"total_{kind}_cost": amounts.as_dict() for kind, amounts in priced.parts.items()}
            said["currency"] = priced.currency
            said["computed"] = {"total_cost": priced.total.as_dict(), **parts}
            said["notes"] = [note.as_dict() for note in priced.notes]
        if self.interval is not None:
            said["between"] = [self.interval.low.as_dict(), self.interval.high.as_dict()]
        return said


def check_cdr(cdr: Any, known: Known = NOTHING_KNOWN, policy: Policy = DEFAULT) -> Checked:
    """Check a parsed CDR (numbers as hub.wire.json_text reads them). Never raises for what a partner wrote."""
    written: Mapping[str, Any] = cdr if isinstance(cdr, dict) else {}
    findings = [*check_schema(written, version_of(written))] if written else []
    try:
        facts, stated, carried = read_facts(cdr), _read_stated(written), embedded(written)
    except CdrUnreadable as unreadable:
        return _unverifiable(written, [unreadable.finding, *findings])
    except TariffRefused as refused:
        return _unverifiable(written, [*refused.findings, *findings])
    known_tariffs, said = published(written, facts, carried, known)
    tariffs = carried or [*known_tariffs.values()]
    needed = any(tariff.needs_zone for tariff in (*tariffs, *known_tariffs.values()))
    place = zone_of(written, known, needed=needed)
    findings += [*said, *place.findings]
    priced = price(facts, tariffs, place.zone, policy)
    spans = find_spans(priced)
    examined = Examined(
        cdr=written,
        facts=facts,
        stated=stated,
        tariffs=carried,
        published=known_tariffs,
        priced=priced,
        spans=spans,
        known=known,
    )
    findings += [finding for rule in RULES for finding in rule(examined)]
    case = Case(
        priced=priced,
        stated=stated,
        reprice=Repricer(lambda changed: price(facts, tariffs, place.zone, changed), priced),
        published=_by_published(examined),
        interval=cost_interval(priced, spans) if spans else None,
        tolerance=known.limits.tolerance,
    )
    judgement = judge(case)
    return Checked(
        id=_id(written),
        owner=owner_of(written),
        judgement=judgement,
        findings=_unique([*findings, *_of_costs(judgement)]),
        priced=priced,
        interval=case.interval,
    )


def _read_stated(cdr: Mapping[str, Any]) -> list[Stated]:
    try:
        stated = read_stated(cdr)
    except WrongAmount as wrong:
        raise CdrUnreadable(error(SCHEMA, wrong.pointer, str(wrong))) from None
    if not stated or stated[0].name != TOTAL:
        raise CdrUnreadable(error(SCHEMA, f"/{TOTAL}", "is required"))
    return stated


def _by_published(examined: Examined) -> Callable[[Policy], Priced] | None:
    """Prices by the published tariffs, where they differ from those in the CDR."""
    others = [examined.published.get(tariff.id.lower(), tariff) for tariff in examined.tariffs]
    if all(other.content == tariff.content for other, tariff in zip(others, examined.tariffs, strict=True)):
        return None
    facts, zone = examined.facts, examined.priced.zone
    return lambda policy: price(facts, others, zone, policy)


def _of_costs(judgement: Judgement) -> Iterator[Finding]:
    """C-COST: the verdict as findings."""
    cause = text_of(judgement.cause) if judgement.cause else ""
    if judgement.verdict is Verdict.ROUNDING:
        yield info("C-COST", f"/{TOTAL}", f"the sender {cause}", cause=judgement.cause)
    elif judgement.verdict is Verdict.EXPLAINED:
        yield warning("C-COST", f"/{TOTAL}", f"the sender {cause}", cause=judgement.cause)
    elif judgement.verdict is Verdict.MISMATCH:
        for one in judgement.figures:
            if not one.agrees:
                text = f"is {plain_text(one.stated)}; the tariff gives {plain_text(one.computed)}"
                if not judgement.complete:
                    text += " (too large to look for every cause)"
                yield error("C-COST", one.pointer, text)


def _unverifiable(cdr: Mapping[str, Any], findings: Sequence[Finding]) -> Checked:
    """What cannot be read cannot be priced."""
    judgement = Judgement(Verdict.UNVERIFIABLE, ())
    return Checked(id=_id(cdr), owner=owner_of(cdr), judgement=judgement, findings=_unique(findings))


def _unique(findings: Sequence[Finding]) -> list[Finding]:
    """One finding of a rule for each place: what cannot be read is found by the reader and by the schema."""
    return [*{(one.rule, one.pointer, one.severity): one for one in reversed(findings)}.values()][::-1]


def _id(cdr: Mapping[str, Any]) -> str:
    identifier = cdr.get("id")
    return identifier[:MAX_SHOWN] if isinstance(identifier, str) else ""
