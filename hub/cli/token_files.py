"""Tokens that come from a file, or go into one: `--token-file` and `--token-out`, so that none is in a list of processes."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.cli.errors import usage


def read(token_file: str) -> str:
    """The token in a file, or on stdin for `-`."""
    try:
        text = sys.stdin.read(4096) if token_file == "-" else Path(token_file).read_text()[:4096]  # noqa: S105 - stdin
    except (OSError, UnicodeDecodeError) as error:
        raise usage(
            f"--token-file {token_file} cannot be read: {getattr(error, 'strerror', None) or 'not text'}."
        ) from None
    if not text.strip():
        raise usage(f"--token-file {token_file} is empty.")
    return text.strip()


@contextmanager
def written(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Make the file (mode 0600) before a secret exists, so that none is lost; take it away when none came."""
    if path is None:
        yield len
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise usage(f"--token-out {path} cannot be made: {error.strerror}. Name a new file.") from None
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        try:
            yield lambda token: file.write(token.encode())
        except BaseException:
            path.unlink()
            raise
