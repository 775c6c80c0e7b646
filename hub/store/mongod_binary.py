"""Finds a mongod to run, and says in one sentence what to install when there is none or it does not start."""

import importlib.util
import os
import re
import shutil
import stat
from pathlib import Path

from hub.store.errors import MongoUnavailable

_ELSEWHERE = "or set HUB_MONGODB_URL to a replica set"
_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
    "libresolv.so.2": "libc6",
}
_NO_LIBRARY = re.compile(r"error while loading shared libraries: ([^\s:]+)")
_OLD_LIBRARY = re.compile(r"version `([^']+)' not found")
_ILLEGAL_INSTRUCTION = -4


def find_mongod(named: str = "") -> Path:
    """Return the binary that HUB_MONGOD (`named`) names, else mongod on PATH, else that of the group `embedded`.

    Raises MongoUnavailable when there is none, or it may not be executed.
    """
    if named:
        found = shutil.which(Path(named).expanduser())
        if found is None:
            raise MongoUnavailable(f"HUB_MONGOD names {named}, which is not an executable file: correct it or unset it")
        return Path(found).absolute()
    if on_path := shutil.which("mongod"):
        return Path(on_path).absolute()
    carried = _carried_by_wheel()
    if carried is None:
        raise MongoUnavailable(
            "there is no mongod: run `make setup`, install MongoDB 6.0 or later and put mongod on PATH, "
            f"name it in HUB_MONGOD, {_ELSEWHERE}"
        )
    return _executable(carried)


def _carried_by_wheel() -> Path | None:
    """Look beside the namespace package `fiftyone` without importing anything of it."""
    package = importlib.util.find_spec("fiftyone")
    places = (package.submodule_search_locations if package else None) or ()
    binaries = (Path(place) / "db" / "bin" / "mongod" for place in places)
    return next((binary for binary in binaries if binary.is_file()), None)


def _executable(binary: Path) -> Path:
    if os.access(binary, os.X_OK):
        return binary
    try:
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    except OSError as error:
        raise MongoUnavailable(
            f"{binary} is not executable ({error.strerror}): run chmod +x on it as its owner"
        ) from None
    return binary


def explain_refusal(binary: Path, error: OSError) -> str:
    """Say why the system would not even load `binary`."""
    return (
        f"{binary} cannot be run here ({error.strerror}): install MongoDB 6.0 or later for this machine, {_ELSEWHERE}"
    )


def explain_exit(binary: Path, exit_code: int, output: Path, log: Path) -> str:
    """Say why mongod ended at once; `output` has what it wrote on its standard output and error."""
    said = output.read_text(errors="replace")
    if missing := _NO_LIBRARY.search(said):
        package = _PACKAGES.get(missing[1], missing[1])
        return f"{binary} needs the library {missing[1]}: install it (apt-get install {package}), {_ELSEWHERE}"
    if old := _OLD_LIBRARY.search(said):
        return (
            f"{binary} needs {old[1]}, newer than this system has: install a mongod made for this system "
            f"and name it in HUB_MONGOD, {_ELSEWHERE}"
        )
    if exit_code == _ILLEGAL_INSTRUCTION:
        return f"{binary} needs a processor with AVX: name an older mongod in HUB_MONGOD, {_ELSEWHERE}"
    where = log if log.exists() else output
    return f"{binary} ended at once with exit code {exit_code}: the reason is at the end of {where}"
