"""A figure says by itself whether it reaches its target, and a run shows what is missed, failed, and not run."""

import json
from pathlib import Path

import pytest

from tests.faults.report import Figure, NotRun, Proof, Row, read_rows, write
from tests.faults.rows.table import NOT_HERE, ROWS


@pytest.mark.parametrize(
    ("value", "most", "least", "reached"),
    [
        (0, 0, None, True),
        (1, 0, None, False),
        (5, None, 5, True),
        (4, None, 5, False),
        (1, 1, 1, True),
        (7, None, None, None),
    ],
)
def test_a_figure_against_its_target(
    value: float, most: float | None, least: float | None, reached: bool | None
) -> None:
    """Bounds are inclusive; without one there is nothing to reach."""
    assert Figure("x", value, most=most, least=least).reached is reached


def test_what_is_written(tmp_path: Path) -> None:
    """The page and the JSON hold every figure beside its target, the rows that failed, and the rows that were not run."""
    good, bad = Row("A", "did a", [Figure("lost", 0, most=0)]), Row("B", "did b", [Figure("gap", 6.25, "s", most=5)])
    broken = Row("C", "did c", failed="TimeoutError: it hung")
    proof = Proof(
        command="make proof",
        seed=5,
        at="now",
        commit="c0ffee",
        rows=[good, bad, broken],
        not_run=[NotRun("D", "too long")],
    )
    write(proof, tmp_path)
    page, told = (tmp_path / "proof.md").read_text(), json.loads((tmp_path / "proof.json").read_text())

    assert read_rows(tmp_path) == {row.name: row for row in proof.rows}
    assert read_rows(tmp_path / "nowhere") == {}
    assert [row.reached for row in proof.rows] == [True, False, False]
    assert (told["reached"], told["seed"], told["rows"][1]["figures"][0]["reached"]) == (False, 5, False)
    assert "| A | lost | 0  | ≤ 0 | reached |" in page
    assert "| B | gap | 6.25 s | ≤ 5 | **missed** |" in page
    assert "Failed: TimeoutError: it hung" in page
    assert "| D | too long |" in page
    assert told["machine"]["processors"] >= 1


def test_every_row_is_run_or_says_why_not() -> None:
    """REL-01 to REL-25 and CAP-01 to CAP-06: none is forgotten, none is both."""
    rows, reasons = set(ROWS), {one.name for one in NOT_HERE}

    wanted = {f"REL-{number:02}" for number in range(1, 26)} | {f"CAP-{number:02}" for number in range(1, 7)}
    assert wanted <= rows | reasons
    assert not rows & reasons
    assert all(one.why for one in NOT_HERE)
