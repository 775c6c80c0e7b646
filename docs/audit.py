"""`python -m docs.audit`: what is known against what we depend on, and a bill of materials (CycloneDX) in build/.

Ends with 0 when every pinned version was looked up and nothing is known, with 1 when something is, and with 2 when any version
could not be looked up: no answer is no good news.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs import ROOT

_WITHIN_S = 600
_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What pip-audit found."""

    asked: int
    """Versions that were looked up."""
    known: Mapping[str, Sequence[str]]
    """`name version` -> ids of advisories."""
    unasked: Mapping[str, str]
    """Name -> why it could not be looked up."""

    @property
    def exit_code(self) -> int:
        """0, 1 or 2 as above."""
        if self.known:
            return 1
        return 2 if self.unasked or not self.asked else 0


def read_report(report: Mapping[str, Any]) -> Audited:
    """Read pip-audit's JSON: a version that it skipped counts as not looked up."""
    known: dict[str, list[str]] = {}
    unasked: dict[str, str] = {}
    asked = 0
    for one in report["dependencies"]:
        if "skip_reason" in one:
            unasked[one["name"]] = one["skip_reason"]
            continue
        asked += 1
        if one["vulns"]:
            known[f"{one['name']} {one['version']}"] = [vuln["id"] for vuln in one["vulns"]]
    return Audited(asked=asked, known=known, unasked=unasked)


def told(audited: Audited) -> list[str]:
    """What a person should read."""
    lines = [f"KNOWN       {name}: {', '.join(ids)}" for name, ids in audited.known.items()]
    shown = list(audited.unasked.items())
    lines += [f"NOT ASKED   {name}: {why}" for name, why in shown[:_SHOWN_MAX]]
    if len(shown) > _SHOWN_MAX:
        lines.append(f"NOT ASKED   and {len(shown) - _SHOWN_MAX} more")
    return [*lines, f"advisories: {audited.asked} versions looked up, {len(audited.known)} with something known"]


def advisories(tools: Path, service: str, report: Path) -> Audited | str:
    """Look up every line of constraints.txt; or why that was not possible."""
    report.unlink(missing_ok=True)
    words: list[str | Path] = [
        tools / "pip-audit",
        "--requirement",
        ROOT / "constraints.txt",
        "--no-deps",
        "--disable-pip",
    ]
    words += ["--vulnerability-service", service, "--progress-spinner", "off", "--format", "json", "--output", report]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_WITHIN_S, check=False)  # noqa: S603 - our own words
    if not report.is_file():
        return (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1][:300]
    return read_report(json.loads(report.read_text()))


def bill(tools: Path, python: str, written: Path) -> int:
    """Write the bill of materials of this environment; the number of its components."""
    words: list[str | Path] = [tools / "cyclonedx-py", "environment", python, "--pyproject", ROOT / "pyproject.toml"]
    words += ["--output-format", "JSON", "--output-reproducible", "--output-file", written]
    subprocess.run(words, capture_output=True, timeout=_WITHIN_S, check=True)  # noqa: S603 - our own words
    return len(json.loads(written.read_text())["components"])


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m docs.audit", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True, help="folder with pip-audit and cyclonedx-py")
    parser.add_argument("--service", choices=["osv", "pypi"], default="osv", help="who is asked (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="folder of the results")
    asked = parser.parse_args(words)
    asked.out.mkdir(parents=True, exist_ok=True)
    written = asked.out / "sbom.cdx.json"
    sys.stdout.write(f"bill of materials: {bill(asked.tools, sys.executable, written)} components in {written}\n")
    sys.stdout.flush()
    audited = advisories(asked.tools, asked.service, asked.out / "advisories.json")
    if isinstance(audited, str):
        sys.stdout.write(f"NOT ASKED   the advisories of {asked.service}: nothing is known either way. {audited}\n")
        return 2
    sys.stdout.write("\n".join(told(audited)) + "\n")
    return audited.exit_code


if __name__ == "__main__":
    sys.exit(main())
