"""`python -m tests.faults`: run rows of the proof and write docs/proof.md and docs/proof.json."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop

from docs import ROOT
from hub.clock import monotonic_s, now_utc
from hub.store.embedded import private_mongod
from tests.faults.report import CannotRun, NotRun, Proof, Row, read_rows, write
from tests.faults.rows.table import NOT_HERE, ROWS, RowOf
from tests.faults.stage import Stage

_TIME_LIMIT_S = 3600.0


def main() -> None:
    """Exit 1 when a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the targets; without it under ten minutes")
    parser.add_argument("--rows", nargs="*", metavar="ROW", help=f"again, of {', '.join(ROWS)}; all by default")
    parser.add_argument("--seed", type=int, default=20260101, help="of load and chance; the same gives the same load")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where proof.md and proof.json go")
    asked = parser.parse_args()
    wanted = asked.rows or [*ROWS]
    if unknown := [name for name in wanted if name not in ROWS]:
        parser.error(f"there is no row {unknown[0]}; rows: {', '.join(ROWS)}")
    ended = uvloop.run(_run(wanted, full=asked.full, seed=asked.seed))
    measured = {row.name: row for row in ended if isinstance(row, Row)}
    cannot = {row.name: row for row in ended if isinstance(row, NotRun)}
    known = measured if wanted == [*ROWS] else read_rows(asked.out) | measured
    rows = [known[name] for name in ROWS if name in known and name not in cannot]
    proof = Proof(
        command=f"make proof{'-full' if asked.full else ''}",
        seed=asked.seed,
        at=now_utc().isoformat(timespec="seconds"),
        commit=_commit(),
        rows=rows,
        not_run=[
            cannot.get(name, NotRun(name, "not asked for")) for name in ROWS if name in cannot or name not in known
        ]
        + NOT_HERE,
    )
    write(proof, asked.out)
    print(f"{asked.out / 'proof.md'}: {sum(row.reached for row in rows)} of {len(rows)} rows reach every figure")
    sys.exit(not proof.reached)


async def _run(wanted: list[str], *, full: bool, seed: int) -> list[Row | NotRun]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="ocpi-hub-proof-") as folder:
        async with private_mongod(Path(folder) / "database") as url:
            for name in wanted:
                stage = Stage(folder=Path(folder), mongodb_url=url, seed=seed, full=full)
                print(f"{name} …", file=sys.stderr, flush=True)
                rows.append(await _row(name, ROWS[name], stage))
                _say(rows[-1])
    return rows


async def _row(name: str, run: RowOf, stage: Stage) -> Row | NotRun:
    began_s, load = monotonic_s(), os.getloadavg()[0]
    try:
        async with asyncio.timeout(_TIME_LIMIT_S):
            row = await run(stage)
    except CannotRun as lacking:
        return NotRun(name, str(lacking))
    except (RuntimeError, OSError, TimeoutError, AssertionError) as error:
        row = Row(name, (run.__doc__ or "").strip(), failed=f"{type(error).__name__}: {error}")
    row.seconds, row.load_before = monotonic_s() - began_s, load
    row.at, row.commit = now_utc().isoformat(timespec="seconds"), _commit()
    return row


def _say(row: Row | NotRun) -> None:
    if isinstance(row, NotRun):
        print(f"  not run here: {row.why}", file=sys.stderr, flush=True)
        return
    if row.failed:
        print(f"  failed: {row.failed}", file=sys.stderr)
    for one in row.figures:
        mark = {True: "reached", False: "MISSED", None: ""}[one.reached]
        print(f"  {one.what}: {one.value:g} {one.unit} {one.wanted} {mark}".rstrip(), file=sys.stderr, flush=True)


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
