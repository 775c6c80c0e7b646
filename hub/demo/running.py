"""Where a running demonstration is, for `hubctl demo fault` in another terminal: `demo.json` in its folder, mode 0600."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.demo.options import DemoFailed
from hub.demo.stage import FOLDER_PREFIX, Stage

FILE = "demo.json"


class NoDemo(DemoFailed):
    """Nothing is running that could be told to fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One partner: who it is and where its remote control is."""

    name: str
    role: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDemo:
    """`pid` is the demonstration's process, `key` opens the remote control of `partners` (by party, as `FR*PDR`)."""

    pid: int
    data_dir: str
    key: str
    partners: Mapping[str, Contact]

    @property
    def is_alive(self) -> bool:
        """Does its process still run?"""
        return Path(f"/proc/{self.pid}").exists()


def announce(stage: Stage) -> None:
    """Write where this demonstration is."""
    partners = {
        party: Contact(name=one.player.name, role=one.player.role, url=one.url) for party, one in stage.partners.items()
    }
    running = RunningDemo(pid=os.getpid(), data_dir=str(stage.data_dir), key=stage.key, partners=partners)
    descriptor = os.open(stage.folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(running), file)


def find() -> RunningDemo:
    """The demonstration whose data directory is HUB_DATA_DIR, else the newest of this user; raises NoDemo."""
    named = os.environ.get("HUB_DATA_DIR")
    folders = [Path(named).parent] if named else []
    for folder in [*folders, *sorted(_folders(), key=lambda one: one.stat().st_mtime, reverse=True)]:
        running = _read(folder / FILE)
        if running is not None and running.is_alive:
            return running
    raise NoDemo("No demo is running.")


def sweep() -> None:
    """Remove what demonstrations of this user left behind that were killed."""
    for folder in _folders():
        running = _read(folder / FILE)
        if running is not None and not running.is_alive:
            shutil.rmtree(folder, ignore_errors=True)


def _folders() -> Iterator[Path]:
    """Folders of demonstrations of this user; those of others are never looked into."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        if folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
            yield folder


def _read(path: Path) -> RunningDemo | None:
    try:
        told = json.loads(path.read_text())
        partners = {party: Contact(**one) for party, one in told["partners"].items()}
        return RunningDemo(**told | {"partners": partners})
    except (OSError, ValueError, TypeError, KeyError):
        return None
