"""JSON values out of files of any size: objects, lists, OCPI envelopes and JSON lines, one object at a time.

Numbers keep their text. Only the object that is being read is in memory, whatever surrounds it.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from hub.wire.json_text import NumberText

CHUNK_BYTES = 1 << 20
MAX_VALUE_CHARS = 8 << 20
"""Of one object; a longer one is broken."""
_SPACE = re.compile(r"[ \t\r\n]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")


@dataclass(frozen=True, slots=True)
class Read:
    """One object, and where it stands; or what is wrong there."""

    place: str
    """`cdrs.jsonl:12`, by line."""
    value: Any = None
    problem: str = ""


class BrokenFile(ValueError):
    """Not JSON; in words."""


def _no_constant(name: str) -> NoReturn:
    raise BrokenFile(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_float=NumberText, parse_int=NumberText, parse_constant=_no_constant)


def read_values(file: BinaryIO, name: str, progress: Callable[[int], None] | None = None) -> Iterator[Read]:
    """The objects of one file in order; `progress` is told how many bytes were read.

    A broken line of a JSON-lines file is told and passed over; a broken list ends the file.
    """
    return _Stream(file, name, progress).values()


class _Stream:
    """A window on the text of a file that moves forward."""

    def __init__(self, file: BinaryIO, name: str, progress: Callable[[int], None] | None) -> None:
        self._file = file
        self._name = name
        self._progress = progress
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0
        """`_line` is the line of this place in the window."""
        self._ended = False

    def values(self) -> Iterator[Read]:
        while True:
            try:
                if self._next(_SPACE) == "":
                    return
                yield from self._top()
            except BrokenFile as broken:
                yield Read(self._place(), problem=str(broken))
                if not self._skip_line():
                    return

    def _top(self) -> Iterator[Read]:
        """One value at the top: an object, an envelope, or a list whose elements are told one by one."""
        if self._text[self._at] == "[":
            yield from self._elements()
            return
        place = self._place()
        value = self._object()
        if value is None:
            yield from self._members()
        elif isinstance(value, dict) and "data" in value and "status_code" in value:
            data = value["data"]
            yield from (Read(place, one) for one in (data if isinstance(data, list) else [data]))
        else:
            yield Read(place, value)

    def _elements(self) -> Iterator[Read]:
        """The elements of a list that begins here."""
        self._at += 1
        while True:
            character = self._next(_SEPARATORS)
            if character == "]":
                self._at += 1
                return
            if character == "":
                raise BrokenFile("the list has no end")
            place = self._place()
            yield Read(place, self._value())

    def _members(self) -> Iterator[Read]:
        """The members of an object that is too long to be read at once: a list named `data` is told element by element."""
        place = self._place()
        self._at += 1
        members: dict[str, Any] = {}
        streamed = False
        while self._next(_SEPARATORS) != "}":
            name = self._value()
            if not isinstance(name, str) or self._next(_SPACE) != ":":
                raise BrokenFile("a member of an object has no name")
            self._at += 1
            if name == "data" and self._next(_SPACE) == "[":
                streamed = True
                yield from self._elements()
            else:
                self._next(_SPACE)
                members[name] = self._value()
        self._at += 1
        if not streamed:
            yield Read(place, members.get("data", members) if "status_code" in members else members)

    def _object(self) -> Any | None:
        """The value that begins here, if it ends within what is read by now or at least one chunk more; else None."""
        for _ in range(2):
            try:
                return self._decoded()
            except json.JSONDecodeError:
                if not self._more():
                    break
        return self._value() if self._ended else None

    def _value(self) -> Any:
        while True:
            start = self._at
            try:
                value = self._decoded()
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > MAX_VALUE_CHARS or not self._more():
                    raise BrokenFile(f"is not JSON: {error.msg}") from None
                continue
            if not self._may_go_on(value):
                return value
            self._at = start
            self._more()

    def _may_go_on(self, value: Any) -> bool:
        """A number at the edge of the window: `1` may become `1.5`, or `1e-7`, with the next chunk."""
        return isinstance(value, NumberText) and len(self._text) - self._at <= len("e-") and not self._ended

    def _decoded(self) -> Any:
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except RecursionError:
            raise BrokenFile("is nested too deeply") from None
        return value

    def _next(self, skipped: re.Pattern[str]) -> str:
        """The next character that counts; empty at the end of the file."""
        while True:
            matched = skipped.match(self._text, self._at)
            assert matched is not None
            self._at = matched.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        if self._ended:
            return False
        chunk = self._file.read(CHUNK_BYTES)
        self._ended = not chunk
        if self._progress is not None:
            self._progress(len(chunk))
        try:
            following = self._decode(chunk, self._ended)
        except UnicodeDecodeError:
            self._ended = True
            raise BrokenFile("is not UTF-8") from None
        self._count()
        self._text, self._at, self._counted = self._text[self._at :] + following, 0, 0
        return not self._ended

    def _skip_line(self) -> bool:
        """Go to the next line; False when there is none."""
        while True:
            end = self._text.find("\n", self._at)
            if end >= 0:
                self._at = end + 1
                return True
            self._at = len(self._text)
            if not self._more():
                return False

    def _count(self) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at

    def _place(self) -> str:
        self._count()
        return f"{self._name}:{self._line}"
