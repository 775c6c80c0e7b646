"""The run behind `hubctl cdrs check`: CDRs in, one result at a time to whoever wants it, counts at the end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from hub.cli import money_words, output, progress
from hub.cli.cdr_together import Together
from hub.cli.errors import usage
from hub.money.checking.check import Checked, check_cdr
from hub.money.checking.known import Known, TariffSource
from hub.money.checking.ledger import Entry, credit_without_reference
from hub.money.checking.sources import owner_of
from hub.money.checking.verdict import Judgement, Verdict
from hub.money.explaining import explain
from hub.money.findings import Finding, Severity, error
from hub.money.policy import Policy

_OF_SESSION = ("start_date_time", "end_date_time", "kwh", "total_cost", "last_updated")
"""What a CDR is compared with; no more of a Session is held."""
SessionSource = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Result:
    """One CDR that was checked."""

    place: str
    checked: Checked
    explanation: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON with decimal strings."""
        said = {"place": self.place, **self.checked.as_dict()}
        return said if self.explanation is None else said | {"explanation": self.explanation}


@dataclass(slots=True)
class Tally:
    """What a run found, counted."""

    verdicts: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)

    @property
    def cdrs(self) -> int:
        """Number of CDRs."""
        return self.verdicts.total()

    @property
    def ok(self) -> bool:
        """No finding of severity E, and no MISMATCH (which is one)."""
        return not self.severities[Severity.ERROR] and not self.verdicts[Verdict.MISMATCH]

    def add(self, result: Result) -> None:
        """Count one CDR."""
        self.verdicts[result.checked.verdict] += 1
        if result.checked.judgement.cause:
            self.causes[result.checked.judgement.cause] += 1
        for finding in result.checked.findings:
            self.add_finding(finding)

    def add_finding(self, finding: Finding) -> None:
        """Count one finding."""
        self.severities[finding.severity] += 1
        self.rules[f"{finding.rule} {finding.severity}"] += 1

    def words(self) -> str:
        """`3 CDRs: 2 EXACT, 1 MISMATCH; 1 E, 0 W, 2 I`."""
        verdicts = ", ".join(f"{self.verdicts[one]:,} {one}" for one in Verdict if self.verdicts[one]) or "none"
        severities = ", ".join(f"{self.severities[one]:,} {one}" for one in Severity)
        return f"{self.cdrs:,} CDR{'' if self.cdrs == 1 else 's'}: {verdicts}; findings: {severities}"


class Sink(Protocol):
    """Somewhere that results go."""

    def result(self, result: Result) -> None:
        """One CDR."""

    def ledger(self, finding: Finding) -> None:
        """Something about several CDRs, after all of them."""

    def end(self) -> None:
        """That was all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """How CDRs are checked."""

    known: Known
    policy: Policy
    explained: bool
    invoices: Sequence[Entry] = ()
    sessions: SessionSource | None = None
    """The Session of a CDR, empty when there is none; None: nobody knows Sessions."""

    def known_of(self, cdr: Any) -> Known:
        """What is known beside this CDR."""
        if self.sessions is None or not isinstance(cdr, dict):
            return self.known
        return replace(self.known, session=self.sessions(cdr))


def run(names: Sequence[str], checking: Checking, sinks: Sequence[Sink], tally: Tally) -> None:
    """Check every CDR of the files, and all of them together; memory does not grow with their number."""
    with Together(checking.invoices) as together, progress.bytes_read(money_words.size(names)) as advance:
        for result in _results(names, checking, together, advance):
            tally.add(result)
            for sink in sinks:
                sink.result(result)
        for finding in together.findings():
            tally.add_finding(finding)
            for sink in sinks:
                sink.ledger(finding)
    for sink in sinks:
        sink.end()


def _results(names: Sequence[str], checking: Checking, together: Together, advance: Any) -> Iterator[Result]:
    for name in names:
        for one in money_words.objects(name, advance):
            if one.problem:
                yield Result(one.place, _broken(one.problem))
                continue
            checked = check_cdr(one.value, checking.known_of(one.value), checking.policy)
            if isinstance(one.value, dict):
                together.add(one.value)
                alone = [*credit_without_reference(one.value)]
                checked = checked.with_findings(alone) if alone else checked
            explained = checking.explained and checked.priced is not None
            yield Result(one.place, checked, explain(checked.priced) if explained and checked.priced else None)


def _broken(problem: str) -> Checked:
    finding = error("C-SCHEMA", "", problem)
    return Checked(id="", owner="", judgement=Judgement(Verdict.UNVERIFIABLE, ()), findings=(finding,))


def published_in(names: Sequence[str]) -> TariffSource | None:
    """The tariffs of files, by id and owner; of several with one id the first that is valid at the time."""
    from hub.money.compiling import compile_tariff  # noqa: PLC0415 - only with --tariff
    from hub.money.refusal import TariffRefused  # noqa: PLC0415 - only with --tariff

    found: dict[str, list[Any]] = {}
    for name in money_words.files(names):
        for one in money_words.objects(name):
            identifier = one.value.get("id") if isinstance(one.value, dict) else None
            if not isinstance(identifier, str):
                raise usage(f"--tariff {one.place} {one.problem or 'is no tariff with an id'}.")
            try:
                compile_tariff(one.value)
            except TariffRefused as refused:
                raise usage(f"--tariff {one.place} cannot be priced: {output.plain(str(refused))}.") from None
            found.setdefault(identifier.lower(), []).append(one.value)
    return _lookup(found) if found else None


def _lookup(found: Mapping[str, Sequence[Any]]) -> TariffSource:
    from hub.money.compiling import compile_tariff  # noqa: PLC0415 - as above

    def published(owner: str, identifier: str, at: datetime) -> Any:
        for value in found.get(identifier.lower(), ()):
            tariff = compile_tariff(value)
            if tariff.valid_at(at) and (not owner or not tariff.owner or tariff.owner == owner):
                return value
        return None

    return published


def sessions_in(names: Sequence[str]) -> SessionSource | None:
    """The Sessions of files, by owner and id; of several states of one the newest."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for name in money_words.files(names):
        for one in money_words.objects(name):
            identifier = one.value.get("id") if isinstance(one.value, dict) else None
            if not isinstance(identifier, str) or not identifier:
                raise usage(f"--session {one.place} {one.problem or 'is no Session with an id'}.")
            key = (owner_of(one.value), identifier.lower())
            before = found.get(key)
            if before is None or str(before.get("last_updated", "")) <= str(one.value.get("last_updated", "")):
                found[key] = {member: one.value[member] for member in _OF_SESSION if member in one.value}
    return (lambda cdr: _session(cdr, found)) if found else None


def _session(cdr: Mapping[str, Any], sessions: Mapping[tuple[str, str], Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """None for a CDR that names no Session."""
    identifier = cdr.get("session_id")
    return sessions.get((owner_of(cdr), identifier.lower()), {}) if isinstance(identifier, str) and identifier else None
