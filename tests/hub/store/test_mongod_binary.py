"""Finding a mongod, and the sentence when it cannot be had."""

import importlib
import sys
from pathlib import Path

import pytest

from hub.store.errors import MongoUnavailable
from hub.store.mongod_binary import explain_exit, explain_refusal, find_mongod


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither a mongod on PATH nor a package that carries one; returns an empty folder of packages."""
    packages = tmp_path / "packages"
    packages.mkdir()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [str(packages)])
    importlib.invalidate_caches()
    return packages


def _file(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_named_binary_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HUB_MONGOD wins over PATH, and PATH over the package."""
    named = _file(tmp_path / "named" / "my-mongod")
    on_path = _file(tmp_path / "bin" / "mongod")
    monkeypatch.setenv("PATH", str(on_path.parent))

    assert find_mongod(str(named)) == named
    assert find_mongod() == on_path


def test_the_binary_of_the_package_is_made_executable(bare_machine: Path) -> None:
    """A wheel does not keep the mode of its files."""
    carried = _file(bare_machine / "fiftyone" / "db" / "bin" / "mongod", mode=0o644)

    assert find_mongod() == carried
    assert carried.stat().st_mode & 0o777 == 0o755


def test_looking_for_the_package_imports_nothing_of_it(bare_machine: Path) -> None:
    """The package that carries the binary may be heavy, or broken."""
    _file(bare_machine / "fiftyone" / "db" / "bin" / "mongod")
    (bare_machine / "fiftyone" / "__init__.py").write_text("raise RuntimeError('imported')")

    assert find_mongod().name == "mongod"


def test_without_any_binary_the_sentence_names_every_way_out(bare_machine: Path) -> None:
    """`make setup`, an install, HUB_MONGOD, or a database elsewhere."""
    with pytest.raises(
        MongoUnavailable, match=r"there is no mongod: run `make setup`.*PATH.*HUB_MONGOD, or set HUB_MONGODB_URL"
    ):
        find_mongod()


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_named_binary_that_is_none_is_refused(tmp_path: Path, mode: int | None) -> None:
    """Absent or not executable: the sentence names the setting and the path; nothing else is tried."""
    path = tmp_path / "mongod"
    if mode:
        _file(path, mode)

    with pytest.raises(MongoUnavailable, match=rf"HUB_MONGOD names {path}, which is not an executable file"):
        find_mongod(str(path))


@pytest.mark.parametrize(
    ("exit_code", "said", "sentence"),
    [
        (
            127,
            "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file",
            r"needs the library libcurl\.so\.4: install it \(apt-get install libcurl4\), or set HUB_MONGODB_URL",
        ),
        (127, "error while loading shared libraries: libssl.so.3: cannot", r"apt-get install libssl3\)"),
        (127, "error while loading shared libraries: libodd.so.1: cannot", r"apt-get install libodd\.so\.1\)"),
        (
            1,
            "/lib/libc.so.6: version `GLIBC_2.35' not found (required by mongod)",
            r"needs GLIBC_2\.35, newer than this",
        ),
        (-4, "", "needs a processor with AVX"),
        (14, "", r"ended at once with exit code 14: the reason is at the end of /.*/mongod\.log"),
    ],
)
def test_an_exit_is_explained(tmp_path: Path, exit_code: int, said: str, sentence: str) -> None:
    """The library to install, the system that is too old, or the log to read: one sentence."""
    output, log = tmp_path / "out", tmp_path / "mongod.log"
    output.write_text(said)
    log.touch()
    explained = explain_exit(Path("/bin/mongod"), exit_code, output, log)

    with pytest.raises(MongoUnavailable, match=sentence):
        raise MongoUnavailable(explained)
    assert "\n" not in explained


def test_a_binary_for_another_machine_is_explained() -> None:
    """What the system says of it, and what to install."""
    said = explain_refusal(Path("/bin/mongod"), OSError(8, "Exec format error"))

    assert said.startswith("/bin/mongod cannot be run here (Exec format error): install MongoDB 6.0 or later")


def test_an_exit_before_any_log_points_at_the_output(tmp_path: Path) -> None:
    """A mongod that does not know an option (an old one) says so on its output alone."""
    output = tmp_path / "mongod.out"
    output.write_text("Error parsing command line: unrecognised option")

    assert explain_exit(Path("/bin/mongod"), 2, output, tmp_path / "mongod.log").endswith(f"at the end of {output}")
