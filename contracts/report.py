"""What came of a run, as plain values: the report that JSON, JUnit and HTML are written from. No secret is in it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from contracts.suite import COMMON, Suite

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One exchange, for people."""

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: str
    http: int
    """0: there was no answer."""
    headers: Mapping[str, str]
    body: str
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check on one module."""

    check_id: str
    module: str
    title: str
    severity: str
    status: str
    kind: str
    verdict: str
    """`passed`, `failed`, `warning` (a failure that is on the watch-list) or `skipped`."""
    expected: str = ""
    observed: str = ""
    """Of a failure; of a skipped check the reason."""
    ms: float = 0.0
    why: str
    fix: str
    spec: str
    rules: tuple[str, ...] = ()
    exchanges: tuple[Shown, ...] = ()
    curl: str = ""

    @property
    def gates(self) -> bool:
        """A failure that closes the module."""
        return self.verdict == "failed" and self.severity == "blocker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run."""

    suite_version: str
    suite_digest: str
    ocpi: str
    role: str
    mode: str
    party: str
    versions_url: str
    started_at: str
    seconds: float
    complete: bool
    """False when the time was over before the last check."""
    only: Mapping[str, list[str]] = field(default_factory=dict)
    """`modules` and `checks` that the run was narrowed to; a narrowed run says nothing about the rest."""
    quirks: Mapping[str, Any] = field(default_factory=dict)
    """What is peculiar about the platform, by name."""
    results: tuple[Result, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many checks ended how."""
        counted = Counter(one.verdict for one in self.results)
        return {name: counted[name] for name in ("passed", "failed", "warning", "skipped")}

    @property
    def ok(self) -> bool:
        """No blocker failed, every check had its time, and there was something to judge."""
        judged = any(one.verdict != "skipped" for one in self.results)
        return self.complete and judged and not any(one.gates for one in self.results)

    @property
    def said(self) -> str:
        """How it ended, in a line or two."""
        counted = self.counts
        counts = (
            f"{counted['passed']} passed, {counted['failed']} failed, {counted['warning']} on the watch-list failed"
        )
        blockers = sum(one.gates for one in self.results)
        failed = f"Blockers that failed: {blockers}." if blockers else "No blocker failed."
        cut = "" if self.complete else " The time was over before every check was judged: this is not the whole."
        return (
            f"{counts}, {counted['skipped']} skipped in {self.seconds:g} s. {failed}{cut}\n"
            f"Suite {self.suite_version} for OCPI {self.ocpi}, {self.suite_digest[:12]}"
        )

    def modules(self) -> dict[str, dict[str, Any]]:
        """Each module that was judged: `green` when none of its blockers nor of the common ones failed."""
        judged = {one.module for one in self.results if one.verdict != "skipped"} - set(COMMON)
        common = [one.check_id for one in self.results if one.gates and one.module in COMMON]
        found = {}
        for module in sorted(judged):
            failed = sorted({*common, *(one.check_id for one in self.results if one.gates and one.module == module)})
            found[module] = {"green": not failed and self.complete, "failed_blockers": failed}
        return found

    def value(self) -> dict[str, Any]:
        """As report.schema.json has it."""
        return {
            "format": FORMAT,
            **{name: member for name, member in asdict(self).items() if name != "results"},
            "ok": self.ok,
            "counts": self.counts,
            "modules": self.modules(),
            "results": [asdict(one) for one in self.results],
        }


def read(value: Mapping[str, Any]) -> Report:
    """The report that `value` was written from."""
    names = Report.__dataclass_fields__.keys() - {"results"}
    results = tuple(
        Result(
            **{
                **one,
                "rules": tuple(one["rules"]),
                "exchanges": tuple(Shown(**exchange) for exchange in one["exchanges"]),
            }
        )
        for one in value["results"]
    )
    return Report(**{name: value[name] for name in names}, results=results)


def summary(suite: Suite) -> dict[str, str]:
    """Which suite a report speaks of."""
    return {"suite_version": suite.version, "suite_digest": suite.digest, "ocpi": suite.ocpi}
