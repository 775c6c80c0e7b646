"""Ledger entries of any number of CDRs, grouped by key: in memory while they are few, then in files by a hash of the key."""

import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import BinaryIO, Self

from hub.money.checking.ledger import Entry

HELD = 40_000
PARTS = 128
Groups = dict[tuple[str, str], list[Entry]]


class EntrySpool:
    """Takes entries in any order and gives them back by rule and key; memory stays flat."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._entries: list[Entry] = []
        self._stack = ExitStack()
        self._paths: list[Path] = []
        self._parts: list[BinaryIO] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def add(self, entry: Entry) -> None:
        """Keep one entry."""
        self._entries.append(entry)
        if len(self._entries) >= self._held:
            self._write()

    def groups(self) -> Iterator[list[Entry]]:
        """All entries of one rule and key at a time, each group in the order in which its entries came."""
        for part in self.parts():
            yield from _grouped(part).values()

    def parts(self) -> Iterator[Iterator[Entry]]:
        """All entries, those of one key in one part, each part in the order in which its entries came."""
        if not self._parts:
            yield iter(self._entries)
            return
        self._write()
        for part in self._parts:
            part.close()
        for path in self._paths:
            yield _read(path)

    def _write(self) -> None:
        if not self._parts:
            folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="hubctl-cdrs-")))
            self._paths = [folder / str(part) for part in range(PARTS)]
            self._parts = [self._stack.enter_context(path.open("wb")) for path in self._paths]
        for entry in self._entries:
            part = self._parts[zlib.crc32(entry.key.encode(errors="replace")) % PARTS]
            part.write(f"{json.dumps(entry)}\n".encode())
        self._entries = []


def _grouped(entries: Iterator[Entry]) -> Groups:
    groups: Groups = {}
    for entry in entries:
        groups.setdefault((entry.rule, entry.key), []).append(entry)
    return groups


def _read(path: Path) -> Iterator[Entry]:
    with path.open("rb") as lines:
        for line in lines:
            entry = Entry._make(json.loads(line))
            yield entry._replace(costs=tuple(entry.costs))
