"""The little Markdown that generated pages need."""

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written by `make docs`; change what it is made of, not this file. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a `|` in a cell is escaped, a line break becomes a space."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def page(title: str, *parts: str) -> str:
    """A whole file: the note that it is generated, its title and its parts, with empty lines between."""
    return "\n\n".join([GENERATED, f"# {title}", *parts]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
