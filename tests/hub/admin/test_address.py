"""How hubctl finds the hub that runs on the same machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.admin import address


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """The address of this process comes back without a slash at its end, in a file that only its owner may read."""
    address.write(tmp_path / "new", "http://127.0.0.1:8000/")

    assert address.read(tmp_path / "new") == address.AdminAddress("http://127.0.0.1:8000", os.getpid())
    assert (tmp_path / "new" / address.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [address.FILE]


def test_a_hub_that_was_killed_is_not_running(tmp_path: Path) -> None:
    """An address that its writer could not take back counts for nothing once that process is gone."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / address.FILE).write_text(json.dumps({"url": "http://127.0.0.1:8000", "pid": ended.pid}))

    assert address.read(tmp_path) is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"url": "x"}', '{"url": "x", "pid": "many"}'])
def test_nothing_readable_is_no_address(tmp_path: Path, text: str | None) -> None:
    """No file, or one that says something else, means that no hub runs here."""
    if text is not None:
        (tmp_path / address.FILE).write_text(text)

    assert address.read(tmp_path) is None


def test_only_the_own_address_is_taken_back(tmp_path: Path) -> None:
    """A hub that ends leaves the address of the hub that came after it alone."""
    theirs = json.dumps({"url": "http://127.0.0.1:9000", "pid": os.getppid()})
    (tmp_path / address.FILE).write_text(theirs)
    address.remove(tmp_path)
    assert (tmp_path / address.FILE).read_text() == theirs

    address.write(tmp_path, "http://127.0.0.1:8000")
    address.remove(tmp_path)
    assert address.read(tmp_path) is None
    address.remove(tmp_path)
