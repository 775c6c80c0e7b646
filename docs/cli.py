"""docs/cli.md: every command of hubctl, as its own --help says it."""

from collections.abc import Iterator
from typing import Any

import typer

from docs.markdown import page, table
from hub.cli.main import app
from hub.cli.topics import EXIT_CODES

_INTRODUCTION = """\
Every command as its own `--help` says it. Data goes to stdout: a table on a terminal, tab-separated values in a pipe, JSON
with `--json`; words go to stderr."""
_WIDTH = 100


def cli_page() -> str:
    """The page, as Markdown."""
    command = typer.main.get_command(app)
    sections = [f"## {path}\n\n```\n{text}\n```" for path, text in _helps(command, "hubctl")]
    codes = table(("Exit code", "Means"), ((str(code), meaning) for code, meaning in EXIT_CODES))
    return page("hubctl", _INTRODUCTION, codes, *sections)


def _helps(command: Any, path: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    context = command.make_context(path.rpartition(" ")[2], [], parent, resilient_parsing=True, terminal_width=_WIDTH)
    yield path, command.get_help(context).rstrip()
    for name in getattr(command, "commands", {}):
        yield from _helps(command.commands[name], f"{path} {name}", context)
