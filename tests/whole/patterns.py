"""Every regular expression of the product, how it is used, and texts that are hard for it."""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from docs import ROOT

FOLDERS = ("hub", "modules", "contracts")
METHODS = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
LENGTH = 100_000
_SAMPLES_MAX = 3
_UNBOUNDED = 64
_GENERIC = (
    "a",
    "0",
    " ",
    "/",
    '"',
    "'",
    ",",
    "<",
    "\\",
    ";",
    "-",
    ".",
    "=",
    "a,",
    "<a>;",
    ';a="',
    "\\u00",
    "0.",
    "a.",
    "0x",
    "é",
)
_ENDS = ("", "\x00", "!")


class Used(NamedTuple):
    """A pattern and one method that is called on it."""

    where: str
    pattern: re.Pattern[str]
    method: str

    def run(self, text: str) -> object:
        """Use it as the product does."""
        match self.method:
            case "sub" | "subn":
                return getattr(self.pattern, self.method)("", text)
            case "finditer":
                return list(self.pattern.finditer(text))
        return getattr(self.pattern, self.method)(text)


def used() -> list[Used]:
    """Of every file: constants that are compiled, and what is matched in passing."""
    files = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return [one for path in files for one in _of_file(path)]


def _of_file(path: Path) -> Iterator[Used]:
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    compiled: dict[str, re.Pattern[str]] = {}
    if "re.compile" in path.read_text() and not name.endswith("__main__"):
        held = vars(importlib.import_module(name))
        compiled = {key: value for key, value in held.items() if isinstance(value, re.Pattern)}
    called = set()
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="re"), attr=method) if method in METHODS:
                if isinstance(call.args[0], ast.Constant):
                    yield Used(f"{name}:{call.lineno}", re.compile(str(call.args[0].value)), method)
            case ast.Attribute(value=ast.Name(id=held_as), attr=method) if held_as in compiled and method in METHODS:
                called.add(held_as)
                yield Used(f"{name}:{call.lineno}", compiled[held_as], method)
    for held_as in sorted(compiled.keys() - called):  # it has another name where it is used
        yield Used(f"{name}:{held_as}", compiled[held_as], "match")


def hard_texts(pattern: str) -> Iterator[str]:
    """Texts of LENGTH: each part that may repeat, behind what has to come before it, and an end that does not fit."""
    pumps = {("", pump) for pump in _GENERIC}
    pumps |= set(_pumps(re._parser.parse(pattern)))  # type: ignore[attr-defined]
    for before, pump in sorted(pumps):
        for end in _ENDS:
            yield before + (pump * (LENGTH // len(pump) + 1))[:LENGTH] + end


def _pumps(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for kind, value in tree:
        match str(kind):
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                body = value[2]
                if value[1] >= _UNBOUNDED:
                    yield from ((before, text) for text in _samples(body) if text)
                yield from _pumps(body, before)
            case "SUBPATTERN":
                yield from _pumps(value[3], before)
            case "BRANCH":
                for branch in value[1]:
                    yield from _pumps(branch, before)
        before += next(iter(_samples([(kind, value)])), "")


def _samples(tree: Any) -> list[str]:
    """A few texts that the parts match, one behind the other."""
    found = [""]
    for kind, value in tree:
        choices = _of_part(str(kind), value) or [""]
        found = [done + choice for done in found for choice in choices][:_SAMPLES_MAX]
    return found


def _of_part(kind: str, value: Any) -> list[str]:
    makers: dict[str, Callable[[], list[str]]] = {
        "LITERAL": lambda: [chr(value)],
        "NOT_LITERAL": lambda: ["a" if value != ord("a") else "b"],
        "ANY": lambda: ["a"],
        "IN": lambda: _of_set(value),
        "BRANCH": lambda: [text for branch in value[1] for text in _samples(branch)][:_SAMPLES_MAX],
        "SUBPATTERN": lambda: _samples(value[3]),
        "MAX_REPEAT": lambda: [text * max(1, value[0]) for text in _samples(value[2])],
    }
    alike = {"MIN_REPEAT": "MAX_REPEAT", "POSSESSIVE_REPEAT": "MAX_REPEAT"}
    return makers.get(alike.get(kind, kind), list)()


def _of_set(items: Any) -> list[str]:
    chosen = re.compile("[" + "".join(map(_written, items)) + "]")
    return [one for one in "a0 /;,\"'<>=-._A:\\+*é\t\n" if chosen.match(one)][:_SAMPLES_MAX]


def _written(item: Any) -> str:
    kind, value = str(item[0]), item[1]
    match kind:
        case "NEGATE":
            return "^"
        case "LITERAL":
            return re.escape(chr(value))
        case "RANGE":
            return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {
        "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
        "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
    }[str(value)]  # fmt: skip
