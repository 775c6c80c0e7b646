"""How hubctl contract shows a run, the checks of the suite, and one check."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from hub.cli import output
from hub.cli.output import Column

if TYPE_CHECKING:
    from contracts.report import Report, Result
    from contracts.suite import Check, Suite

_ORDER = ("failed", "warning", "skipped", "passed")
_SEVERITIES = ("blocker", "major", "minor")
_COLOURS = {"failed": output.RED, "warning": output.YELLOW, "passed": output.GREEN}
_SIGNS = {"failed": "✗", "warning": "!"}
_RESULTS = tuple(
    Column(name.upper(), name) for name in ("verdict", "check", "module", "severity", "expected", "observed")
)
_COUNTS = tuple(Column(name.upper(), name) for name in ("module", "state", *_ORDER))
_CHECKS = (
    Column("CHECK", "id"),
    Column("ROLES", "roles"),
    Column("MODULES", "modules"),
    Column("MODE", "mode"),
    Column("SEVERITY", "severity"),
    Column("DEMANDS", "title"),
)


def show_report(report: "Report", *, as_json: bool) -> None:
    """First what failed, with both sides; then how many ended how. A pipe gets every check as one line."""
    results = sorted(report.results, key=lambda one: (_ORDER.index(one.verdict), _SEVERITIES.index(one.severity)))
    if as_json:
        output.show_json(report.value())
    elif output.on_terminal():
        for one in results:
            if one.verdict in _SIGNS:
                _show_fault(one)
        output.show_list(_counts(report), _COUNTS, as_json=False)
    else:
        output.show_list([_row(one) for one in results], _RESULTS, as_json=False)
    output.say(report.said)


def show_checks(suite: "Suite", checks: Sequence["Check"], *, as_json: bool) -> None:
    """One line for each check, in the order in which they run."""
    output.show_list([_check(one) for one in checks], _CHECKS, as_json=as_json, empty="No check is like that.")
    if not as_json:
        output.say(f"{len(checks)} checks of suite {suite.version} for OCPI {suite.ocpi}, digest {suite.digest}")


def show_check(check: "Check", *, as_json: bool) -> None:
    """Everything about one check; its steps as YAML."""
    import yaml  # noqa: PLC0415 - slow to import

    shown = _check(check)
    if as_json:
        output.show_json(shown)
        return
    typer.echo(f"{check.check_id}  {check.title}")
    for name in (
        "why",
        "fix",
        "source",
        "rules",
        "roles",
        "modules",
        "interface",
        "mode",
        "severity",
        "status",
        "phase",
    ):
        typer.echo(f"{name:<10} {output.plain(shown[name])}")
    typer.echo(f"{'limit':<10} {check.limit_s:g} s\nsteps")
    for line in yaml.safe_dump(shown["steps"], sort_keys=False, width=110, allow_unicode=True).splitlines():
        typer.echo(f"  {line}")


def _show_fault(one: "Result") -> None:
    sign = output.paint(f"{_SIGNS[one.verdict]} {one.check_id}", _COLOURS[one.verdict])
    typer.echo(f"{sign}  {one.module}  {one.severity}  {one.title}")
    typer.echo(f"  expected  {output.plain(one.expected)}")
    typer.echo(f"  observed  {output.plain(one.observed)}")
    typer.echo(f"  fix       {one.fix}\n")


def _row(one: "Result") -> dict[str, Any]:
    return asdict(one) | {"check": one.check_id}


def _counts(report: "Report") -> list[dict[str, Any]]:
    """For each module, those that count for all of them too."""
    states = {name: "green" if state["green"] else "closed" for name, state in report.modules().items()}
    rows = []
    for module in dict.fromkeys(one.module for one in report.results):
        ended = [one.verdict for one in report.results if one.module == module]
        rows.append({"module": module, "state": states.get(module)} | {name: ended.count(name) for name in _ORDER})
    return [*rows, {"module": "all", "state": None} | report.counts]


def _check(check: "Check") -> dict[str, Any]:
    from contracts.suite import spec_url  # noqa: PLC0415 - loads jsonschema and yaml

    members = asdict(check)
    return {"id": members.pop("check_id"), **members, "source": spec_url(check.spec)}
