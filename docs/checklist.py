"""The rules that this hub is measured by, as data: docs/rules/*.toml and docs/not-supported.toml."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from docs import ROOT


class Tag(StrEnum):
    """How binding a rule is."""

    SPEC = "S"
    ADVICE = "A"
    DECISION = "R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One testable statement; `not_ours` says why a demand of the specification does not bind the hub."""

    id: str
    tag: Tag
    says: str
    source: str
    not_ours: str = ""

    @property
    def owed(self) -> bool:
        """The specification demands it of a hub, so a test must show it."""
        return self.tag is Tag.SPEC and not self.not_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Rules that belong together."""

    number: int
    title: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that the hub does not do."""

    what: str
    why: str
    instead: str


def read_chapters(folder: Path = ROOT / "docs" / "rules") -> list[Chapter]:
    """Every chapter, in the order of the file names."""
    return [_chapter(file) for file in sorted(folder.glob("*.toml"))]


def read_missing(file: Path = ROOT / "docs" / "not-supported.toml") -> list[Missing]:
    """What is not supported, in the order of the file."""
    return [Missing(**item) for item in tomllib.loads(file.read_text())["item"]]


def _chapter(file: Path) -> Chapter:
    written = tomllib.loads(file.read_text())
    rules = tuple(Rule(**{**rule, "tag": Tag(rule["tag"])}) for rule in written["rule"])
    return Chapter(number=written["chapter"], title=written["title"], rules=rules)
