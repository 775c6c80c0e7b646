"""hubctl verdict: check a signed verdict; and how verdicts are shown wherever they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import output
from hub.cli.errors import CommandFailed, ExitCode, usage
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Verdicts: check a signed one, anywhere.")
_FILE_MAX_BYTES = 64 * 1024
_COLOURS = {"VERIFIED": output.GREEN, "DEGRADED": output.YELLOW, "SANDBOX": output.YELLOW, "BLOCKED": output.RED}


@app.callback()
def verdict() -> None:
    """Verdicts: check a signed one, anywhere."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A verdict, as `partner verdict --save` wrote it.")],
    keys: Annotated[
        Path, typer.Option("--keys", metavar="FILE", help="The hub's /.well-known/ocpi-hub-keys.json, downloaded.")
    ],
    as_json: AsJson = False,
) -> None:
    """Check who signed a verdict, and that nobody changed it. Needs no hub.

    \b
    Example:
      curl -so keys.json https://hub.example/.well-known/ocpi-hub-keys.json
      hubctl verdict check NL-CPA-CPO-locations.json --keys keys.json
    """
    import orjson  # noqa: PLC0415 - the command line starts without it

    from hub.verdicts import VerdictRefused  # noqa: PLC0415 - cryptography is slow to import
    from hub.verdicts import check as check_verdict  # noqa: PLC0415 - as above

    try:
        known = orjson.loads(_read(keys, "--keys"))
    except orjson.JSONDecodeError:
        raise usage(f"--keys {keys} is not JSON.") from None
    try:
        said = check_verdict(_read(file, "FILE"), known)
    except VerdictRefused as refused:
        raise CommandFailed(f"Refused: {refused}.", exit_code=ExitCode.PROBLEMS, code="verdict_refused") from None
    if as_json:
        output.show_json(dict(said))
        return
    failed = ", ".join(said["failed_blockers"])
    typer.echo(
        f"{output.mark(said['green'])} {said['platform']} {said['side']} {said['module']}" + f"   {failed}".rstrip()
    )
    for title, name in (("judged", "judged_at"), ("expires", "expires_at"), ("by hub", "hub"), ("key", "kid")):
        typer.echo(f"{title:<12}{output.plain(said[name])}")
    if said["expires_at"] < _now():
        output.say("The signature is good, but the verdict has expired.")


def line(standing: Mapping[str, Any]) -> str:
    """One standing in words: `CPO locations      VERIFIED   2 d ago`."""
    state = output.paint(f"{standing['state']:<10}", _COLOURS.get(standing["state"], output.DIM))
    failed = f"  {', '.join(standing['failed_blockers'])} failed" if standing["failed_blockers"] else ""
    until = standing.get("override_until")
    let = f"  let pass until {output.instant(until)}: {output.plain(standing['override_reason'])}" if until else ""
    return f"{standing['side']:<5} {standing['module']:<17} {state} {output.ago(standing['judged_at'])}{failed}{let}"


def _read(path: Path, option: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_MAX_BYTES)
    except OSError as error:
        raise usage(f"{option} {path} cannot be read: {error.strerror}.") from None


def _now() -> str:
    from hub.clock import now_utc  # noqa: PLC0415 - loads asyncio and structlog
    from hub.wire.types import format_datetime  # noqa: PLC0415 - loads pydantic

    return format_datetime(now_utc())
