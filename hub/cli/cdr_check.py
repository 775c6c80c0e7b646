"""The run behind `hubctl cdrs check`: CDRs in, one result at a time to whoever wants it, counts at the end."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hub.cli import money_words, output, progress
from hub.cli.cdr_together import Together
from hub.cli.errors import usage
from hub.money.checking.check import Checked, check_cdr
from hub.money.checking.known import Known, TariffSource
from hub.money.checking.ledger import Entry, credit_without_reference
from hub.money.checking.verdict import Judgement, Verdict
from hub.money.explaining import explain
from hub.money.findings import Finding, Severity, error
from hub.money.policy import Policy


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
            checked = check_cdr(one.value, checking.known, checking.policy)
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
