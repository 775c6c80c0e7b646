"""hubctl doctor: what is wrong with this hub, and for each thing what mends it."""

from typing import Any

import typer

from hub.cli import asking, output
from hub.cli.errors import CommandFailed, ExitCode, end
from hub.cli.words import AsJson

_TIMEOUT_S = 60.0


def doctor(as_json: AsJson = False) -> None:
    """Find what is wrong, and what mends it. It looks at settings, key, database, clock and public URL;
    exit 1 when something is wrong.

    \b
    Example:
      hubctl doctor
    """
    examined = _examine()
    if as_json:
        output.show_json(examined)
    else:
        for check in examined["checks"]:
            _show(check)
        wrong = sum(not check["ok"] for check in examined["checks"])
        typer.echo("all is well" if not wrong else f"{wrong} problem{'s' if wrong > 1 else ''}")
    end(ExitCode.OK if examined["ok"] else ExitCode.PROBLEMS)


def _examine() -> dict[str, Any]:
    try:
        examined: dict[str, Any] = asking.ask("GET", "doctor", timeout_s=_TIMEOUT_S)
    except CommandFailed as failed:
        if failed.code != "hub_away":
            raise
        away = {"name": "hub", "ok": False, "text": failed.message, "hint": failed.hint}
        return {"ok": False, "checks": [away]}
    running = {"name": "hub", "ok": True, "text": "running", "hint": ""}
    return examined | {"checks": [running, *examined["checks"]]}


def _show(check: dict[str, Any]) -> None:
    hint = f"   →  {output.plain(check['hint'])}" if check["hint"] else ""
    typer.echo(f"{output.mark(check['ok'])} {check['name']:<12} {output.plain(check['text'])}{hint}")
