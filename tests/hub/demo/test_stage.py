"""What surrounds a demonstration: a port that is free, an environment without another hub's settings, finding it again."""

import json
import os
import socket
from pathlib import Path

import pytest

from hub.demo import running
from hub.demo.options import DemoFailed
from hub.demo.running import Contact, NoDemo, RunningDemo
from hub.demo.stage import FOLDER_PREFIX, child_environment, first_free_port

NO_PROCESS = 2**22 + 1


def left_by(folder: Path, name: str, pid: int) -> RunningDemo:
    """What a demonstration with this process id wrote into its folder below `folder`."""
    home = folder / f"{FOLDER_PREFIX}{name}"
    home.mkdir()
    partners = {"NL*EMA": Contact(name="MapApp", role="EMSP", url="http://127.0.0.1:1")}
    told = RunningDemo(pid=pid, data_dir=str(home / "hub"), key=name, partners=partners)
    (home / running.FILE).write_text(
        json.dumps({"pid": pid, "data_dir": told.data_dir, "key": name, "partners": {"NL*EMA": vars_of(told)}})
    )
    return told


def vars_of(told: RunningDemo) -> dict[str, str]:
    """The one partner, as written."""
    contact = told.partners["NL*EMA"]
    return {"name": contact.name, "role": contact.role, "url": contact.url}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where demonstrations are looked for in this test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("HUB_DATA_DIR", raising=False)
    return tmp_path


def test_a_taken_port_is_passed_over() -> None:
    """The next free one is used; when there is none any more, that is a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert first_free_port(port) > port
    with socket.create_server(("127.0.0.1", 65535)), pytest.raises(DemoFailed, match="no port from 65535 on is free"):
        first_free_port(65535)


def test_settings_of_another_hub_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demonstration must not touch the database of a hub that its user runs; only where mongod is stays."""
    monkeypatch.setenv("HUB_MONGODB_URL", "mongodb://production")
    monkeypatch.setenv("HUB_MONGOD", "/opt/mongod")

    assert {name: value for name, value in child_environment().items() if name.startswith("HUB_")} == {
        "HUB_MONGOD": "/opt/mongod"
    }


def test_the_newest_demonstration_that_runs_is_found(folder: Path) -> None:
    """One that was killed is passed over, whatever its age."""
    older = left_by(folder, "older", os.getpid())
    newer = left_by(folder, "newer", os.getpid())
    left_by(folder, "killed", NO_PROCESS)
    os.utime(folder / f"{FOLDER_PREFIX}older", (1, 1))

    assert running.find() == newer
    assert older.key != newer.key


def test_a_data_directory_names_its_demonstration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two demonstrations HUB_DATA_DIR, which each of them prints, says which is meant."""
    left_by(folder, "newer", os.getpid())
    older = left_by(folder, "older", os.getpid())
    os.utime(folder / f"{FOLDER_PREFIX}older", (1, 1))
    monkeypatch.setenv("HUB_DATA_DIR", older.data_dir)

    assert running.find() == older


def test_no_demonstration_is_one_sentence(folder: Path) -> None:
    """Nothing there, something unreadable, or only one that was killed."""
    (folder / f"{FOLDER_PREFIX}empty").mkdir()
    left_by(folder, "killed", NO_PROCESS)

    with pytest.raises(NoDemo, match="No demo is running"):
        running.find()


def test_what_a_killed_demonstration_left_is_removed(folder: Path) -> None:
    """And nothing of one that runs."""
    left_by(folder, "killed", NO_PROCESS)
    left_by(folder, "running", os.getpid())

    running.sweep()

    assert [entry.name for entry in folder.iterdir()] == [f"{FOLDER_PREFIX}running"]
