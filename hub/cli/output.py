"""Data on stdout: a table on a terminal, tab-separated values in a pipe, JSON on demand. Words go to stderr.

What partners wrote is shown without control characters: no name or note of theirs moves the cursor or hides a line.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typer

Row = Mapping[str, Any]
_C1 = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
GREEN, YELLOW, RED, DIM = "green", "yellow", "red", "bright_black"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its field in the row, and how a person wants to read it (a pipe gets the plain value)."""

    title: str
    field: str
    human: Callable[[Any], str] | None = None


def show_list(rows: Sequence[Row], columns: Sequence[Column], *, as_json: bool, empty: str = "") -> None:
    """Print rows; as JSON with every field that the hub gave. A person reads `empty` when there are none."""
    if as_json:
        show_json(list(rows))
    elif on_terminal():
        if rows:
            _show_table(rows, columns)
        else:
            say(empty)
    else:
        for row in rows:
            typer.echo("\t".join(plain(row.get(column.field)) for column in columns))


def show_json(value: object) -> None:
    """Print one JSON value, indented on a terminal, on one line in a pipe."""
    typer.echo(json_text(value, indent=2 if on_terminal() else None))


def json_text(value: object, *, indent: int | None) -> str:
    """JSON without a raw control character in any of its texts."""
    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_C1)


def say(text: str = "") -> None:
    """Words for people, on stderr."""
    typer.echo(text, err=True)


def on_terminal() -> bool:
    """Is stdout a terminal?"""
    return sys.stdout.isatty()


def plain(value: Any) -> str:
    """A value as text without control characters; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(plain(one) for one in value)
    text = str(value)
    return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)


def printable(text: str) -> str:
    """Lines of text without control characters."""
    return "\n".join(plain(line) for line in text.split("\n"))


def paint(text: str, colour: str) -> str:
    """Colour for terminals that want it (NO_COLOR, TERM=dumb); never the only bearer of a meaning."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not on_terminal():
        return text
    return typer.style(text, fg=colour)


def mark(ok: bool) -> str:
    """✓ or ✗."""
    return paint("✓", GREEN) if ok else paint("✗", RED)


def ago(since: str | None) -> str:
    """How long ago an ISO instant was: `3 s ago`, `12 d ago`; `-` for none."""
    from hub.clock import now_utc  # noqa: PLC0415 - loads asyncio and structlog

    if not since:
        return "-"
    return f"{span((now_utc() - datetime.fromisoformat(since)).total_seconds())} ago"


def instant(at: str | None) -> str:
    """An ISO instant as people read it: `2026-12-01 03:39 UTC`; `-` for none."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else "-"


def span(seconds: float) -> str:
    """Seconds in the largest whole unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def milliseconds(value: float) -> str:
    """`38 ms`, `2.9 s`."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def _show_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    texts = [[_human(row, column) for column in columns] for row in rows]
    titles = [column.title for column in columns]
    widths = [max(map(len, cells)) for cells in zip(titles, *texts, strict=True)]
    typer.echo(paint(_line(titles, widths), DIM))
    for cells in texts:
        typer.echo(_line(cells, widths))


def _human(row: Row, column: Column) -> str:
    value = row.get(column.field)
    return plain(column.human(value) if column.human else value) or "-"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
