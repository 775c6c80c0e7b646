"""Where the running hub's admin API is, for hubctl on the same machine: `admin.json` in the data directory, mode 0600."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "admin.json"


@dataclass(frozen=True, slots=True)
class AdminAddress:
    """`url` is what the hub listens on, without /admin/v1; `pid` the process that wrote it."""

    url: str
    pid: int
    public_url: str = ""
    """Where apps reach the hub, without /apps/v1."""


def write(data_path: Path, url: str, public_url: str = "") -> None:
    """Say that this process answers at `url`; replaces what another process said, in one step."""
    data_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=data_path, prefix=FILE)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(AdminAddress(url.rstrip("/"), os.getpid(), public_url.rstrip("/"))), file)
    Path(draft).replace(data_path / FILE)


def read(data_path: Path) -> AdminAddress | None:
    """The address, or None when no hub runs here: nothing was written, or its writer has ended."""
    try:
        said = json.loads((data_path / FILE).read_text())
        address = AdminAddress(str(said["url"]), int(said["pid"]), str(said.get("public_url", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address if _alive(address.pid) else None


def remove(data_path: Path) -> None:
    """Take back what this process wrote; another process's address stays."""
    address = read(data_path)
    if address is not None and address.pid == os.getpid():
        (data_path / FILE).unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
