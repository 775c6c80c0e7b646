"""How hubctl ends: its exit codes, and one sentence with a hint for everything that goes wrong."""

import difflib
import json
import sys
from collections.abc import Iterable
from enum import IntEnum

import typer


class ExitCode(IntEnum):
    """What the exit code of every command means."""

    OK = 0
    PROBLEMS = 1
    """It found problems, or no hub is running."""
    USAGE = 2
    """Wrong words, or a question that nobody is there to answer."""
    NOT_FOUND = 3
    AUTH = 4
    PARTNER = 5
    """The partner's side failed."""
    INTERRUPTED = 130


_OF_HTTP_STATUS = {
    400: ExitCode.USAGE,
    401: ExitCode.AUTH,
    403: ExitCode.AUTH,
    404: ExitCode.NOT_FOUND,
    413: ExitCode.USAGE,
    502: ExitCode.PARTNER,
}

_OF_CODE = {"replay_refused": ExitCode.PARTNER}


class CommandFailed(typer.TyperException):
    """Ends a command: one sentence, a hint (a command, or a short advice), an exit code."""

    def __init__(self, message: str, hint: str = "", *, exit_code: ExitCode, code: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code or exit_code.name.lower()
        self.exit_code = exit_code


def usage(message: str, hint: str = "") -> CommandFailed:
    """Wrong words."""
    return CommandFailed(message, hint, exit_code=ExitCode.USAGE)


def exit_code_of(http_status: int, code: str) -> ExitCode:
    """The exit code for an error of the admin API."""
    return _OF_CODE.get(code) or _OF_HTTP_STATUS.get(http_status, ExitCode.PROBLEMS)


def report(error: typer.TyperException, *, as_json: bool) -> None:
    """Say what went wrong on stderr, for people or as `{"error": {"code", "message", "hint"}}`."""
    hint = error.hint if isinstance(error, CommandFailed) else _help_of(error)
    code = error.code if isinstance(error, CommandFailed) else "usage"
    if as_json:
        said = {"error": {"code": code, "message": error.format_message(), "hint": hint}}
        typer.echo(json.dumps(said, ensure_ascii=False), err=True)
        return
    typer.echo(error.format_message(), err=True)
    if hint:
        typer.echo(f"Try: {hint}", err=True)


def _help_of(error: typer.TyperException) -> str:
    """The --help of the command whose words were wrong; nothing when there were no words: then the error is the help."""
    context = getattr(error, "ctx", None)
    if context is None or error.format_message().startswith("Usage:"):
        return ""
    return f"{context.command_path} --help"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` with a space before it, or nothing."""
    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


def end(exit_code: ExitCode) -> None:
    """End with this exit code, stdout as it is."""
    if exit_code:
        sys.stdout.flush()
        raise typer.Exit(exit_code)
