"""The server key on the disk: `secret.key` in the data directory, one key a line, the one in use first; mode 0600."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

KEY_FILE = "secret.key"
KEYS_MAX = 8
_KEY_BYTES = 32


class SecretKeyUnusable(Exception):
    """The server key cannot be read, made or trusted; the message says what a person can do about it."""


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The key in use and those that are accepted beside it; a file that is not there is made with a new key.

    Raises SecretKeyUnusable with a sentence that says what to do.
    """
    try:
        if not path.exists():
            _create(path)
        if (mode := path.stat().st_mode) & 0o077:
            raise SecretKeyUnusable(
                f"others on this machine may read the hub's key {path} (mode {mode & 0o777:04o}): run chmod 600 on it"
            )
        keys = tuple(bytes.fromhex(line) for line in path.read_text().splitlines())
    except OSError as error:
        raise SecretKeyUnusable(
            f"the hub cannot keep its key in {path} ({error.strerror}): set HUB_SECRET_KEY, or HUB_DATA_DIR to a folder "
            "that it may write"
        ) from None
    except ValueError:
        keys = ()
    if not 0 < len(keys) <= KEYS_MAX or any(len(key) != _KEY_BYTES for key in keys):
        raise SecretKeyUnusable(f"{path} holds no key of this hub (64 hex digits): put the right file back")
    return keys


def add_key(path: Path) -> None:
    """Put a new key before those that are there; whoever reads the file sees all of the old or all of the new.

    Raises SecretKeyUnusable, also when there are KEYS_MAX already.
    """
    with _alone(path):
        keys = read_keys(path)
        if len(keys) >= KEYS_MAX:
            raise SecretKeyUnusable(f"{path} holds {len(keys)} keys already: retire an old one first")
        _replace(path, (secrets.token_bytes(_KEY_BYTES), *keys))


def drop_keys(path: Path, dropped: Sequence[bytes]) -> None:
    """Take keys out for good; the one in use stays whatever is asked. Raises SecretKeyUnusable."""
    with _alone(path):
        first, *others = read_keys(path)
        _replace(path, (first, *(key for key in others if key not in dropped)))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time changes the file."""
    try:
        with path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise SecretKeyUnusable(f"the hub cannot change {path}: {error.strerror}") from None


def _create(path: Path) -> None:
    """Put a new key on the disk before its name appears; when two processes start at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, (secrets.token_bytes(_KEY_BYTES),))
    try:
        if not path.exists():
            _link(draft, path)
    finally:
        draft.unlink()


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    _draft(path, keys).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _draft(path: Path, keys: Sequence[bytes]) -> Path:
    """A file of another name with these keys, on the disk."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=KEY_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(key.hex() for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
