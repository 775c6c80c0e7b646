"""Writing derived files and telling which are stale."""

from pathlib import Path

import pytest

from docs import build

FILES = {"docs/one.md": "one\n", "openapi/two.json": "{}\n"}


def test_what_was_written_is_not_stale(tmp_path: Path) -> None:
    """After a write nothing is stale, folders included."""
    build.write(FILES, tmp_path)

    assert build.stale(FILES, tmp_path) == []


def test_missing_and_changed_files_are_stale(tmp_path: Path) -> None:
    """Both are named, by their path from the root."""
    build.write({"docs/one.md": "else\n"}, tmp_path)

    assert build.stale(FILES, tmp_path) == ["docs/one.md", "openapi/two.json"]


def test_the_check_names_stale_files_and_writes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` ends with 1 and one line for each stale file."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "derived", lambda: FILES)

    assert build.main(["--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [f"{path} is stale: run make docs" for path in FILES]
    assert list(tmp_path.iterdir()) == []


def test_derived_files_are_the_same_each_time() -> None:
    """Nothing in them depends on the clock, the machine or the order of a set."""
    assert build.derived() == build.derived()
