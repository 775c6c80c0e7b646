"""Figures beside their targets: rows of the proof, written as docs/proof.md and docs/proof.json."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, and the most or the least that it may be; without either it is only told."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def reached(self) -> bool | None:
        """None when there is no target."""
        if self.most is None and self.least is None:
            return None
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)

    @property
    def wanted(self) -> str:
        """The target in words."""
        bounds = [f"≤ {_number(self.most)}"] if self.most is not None else []
        bounds += [f"≥ {_number(self.least)}"] if self.least is not None else []
        return " and ".join(bounds)


@dataclass(slots=True)
class Row:
    """One row of the targets, as it was run here."""

    name: str
    how: str
    """What was done, with its sizes: smaller than the target's in a quick run, and then it says so."""
    figures: list[Figure] = field(default_factory=list)
    note: str = ""
    seconds: float = 0.0
    load_before: float = 0.0
    """Load average of the machine over the minute before the row began: other work on it makes figures worse."""
    at: str = ""
    commit: str = ""
    """When it was measured, and of which state of the code."""
    failed: str = ""
    """The row did not come to its end: why."""

    @property
    def reached(self) -> bool:
        """Every figure that has a target reaches it."""
        return not self.failed and all(figure.reached is not False for figure in self.figures)


class CannotRun(Exception):
    """A row needs what this machine does not have; the text says what."""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A row that this run has no figure for, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A whole run."""

    command: str
    seed: int
    at: str
    commit: str
    rows: Sequence[Row]
    not_run: Sequence[NotRun]

    @property
    def reached(self) -> bool:
        """Every row that was run reaches its figures."""
        return all(row.reached for row in self.rows)


def machine() -> dict[str, str | int]:
    """What it was measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processors": len(os.sched_getaffinity(0)),
        "model": models[0] if models else platform.machine(),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def read_rows(folder: Path) -> dict[str, Row]:
    """The rows of an earlier run, by name; none when there was no run."""
    written = folder / "proof.json"
    if not written.exists():
        return {}
    rows = json.loads(written.read_text())["rows"]
    return {row["name"]: _read_row(row) for row in rows}


def _read_row(row: dict[str, Any]) -> Row:
    figures = [Figure(**{name: one[name] for name in Figure.__slots__}) for one in row["figures"]]
    return Row(**{name: row[name] for name in Row.__slots__ if name in row} | {"figures": figures})


def write(proof: Proof, folder: Path) -> None:
    """Both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proof.json").write_text(json.dumps(as_json(proof), indent=1, ensure_ascii=False) + "\n")
    (folder / "proof.md").write_text(as_markdown(proof))


def as_json(proof: Proof) -> dict[str, object]:
    """The whole run, for programs."""
    rows = [
        asdict(row)
        | {"reached": row.reached}
        | {"figures": [asdict(one) | {"reached": one.reached} for one in row.figures]}
        for row in proof.rows
    ]
    told = {name: getattr(proof, name) for name in ("command", "seed", "at", "commit", "reached")}
    return told | {"machine": machine(), "rows": rows, "not_run": [asdict(one) for one in proof.not_run]}


def as_markdown(proof: Proof) -> str:
    """The whole run, for people."""
    here = machine()
    lines = [
        "# Proof",
        "",
        f"Measured by `{proof.command}`, last at {proof.at} (commit {proof.commit}, seed {proof.seed}) on {here['processors']} × "
        f"{here['model']}, {here['memory_gib']} GiB, {here['system']}, Python {here['python']}. Hub, database, senders and "
        "receivers share these processors. Nothing in this page is written by hand: the same command makes it anew.",
        "",
        "`load` is the load average of the machine before a row began; other work on the machine makes figures worse. A row may "
        "be measured again by itself; each says when, and at which commit.",
        "",
    ]
    lines += ["| row | figure | measured | target | |", "|---|---|---:|---|---|"]
    for row in proof.rows:
        lines += _figures(row)
    lines += ["", "## What was done", ""]
    lines += [_told(row) for row in proof.rows]
    if proof.not_run:
        lines += ["", "## Not run here", "", "| row | why |", "|---|---|"]
        lines += [f"| {one.name} | {one.why} |" for one in proof.not_run]
    return "\n".join(lines) + "\n"


def _figures(row: Row) -> Iterable[str]:
    if row.failed:
        yield f"| {row.name} | the row did not end | | | **failed** |"
    for figure in row.figures:
        mark = {True: "reached", False: "**missed**", None: ""}[figure.reached]
        yield f"| {row.name} | {figure.what} | {_number(figure.value)} {figure.unit} | {figure.wanted} | {mark} |"


def _told(row: Row) -> str:
    told = (
        f"- **{row.name}** ({row.at}, commit {row.commit}, {row.seconds:.0f} s, load {row.load_before:.1f}): {row.how}"
    )
    if not row.reached and row.load_before > len(os.sched_getaffinity(0)):
        told += " Missed on a machine that was busy with other work: nothing is shown about a quiet one."
    return " ".join([told, *(text for text in (row.note, f"Failed: {row.failed}" if row.failed else "") if text)])


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.2f}"
