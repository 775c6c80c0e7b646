"""hubctl status: is the hub well, on one screen."""

from typing import Any

import typer

from hub.cli import asking, output
from hub.cli.errors import ExitCode, end
from hub.cli.words import AsJson


def status(as_json: AsJson = False) -> None:
    """Say how the hub is, and what needs you. Exit 1 when it is degraded or not running.

    \b
    Example:
      hubctl status --json
    """
    said = asking.ask("GET", "status")
    if as_json:
        output.show_json(said)
    else:
        _show(said)
    end(ExitCode.OK if said["status"] == "ok" else ExitCode.PROBLEMS)


def _show(said: dict[str, Any]) -> None:
    hub, database, traffic = said["hub"], said["mongodb"], said["last_minute"]
    typer.echo(
        f"{output.mark(said['status'] == 'ok')} {said['status']}   {hub['party']}   {hub['versions_url']}   {hub['version']}"
    )
    if database:
        typer.echo(f"  mongodb    {database['version']}, {database['replica_set']}, {database['latency_ms']:.0f} ms")
    typer.echo(f"  partners   {_counts(said['partners'])}")
    typer.echo(f"  parties    {_counts(said['parties'])}")
    waiting = said["deliveries"]
    typer.echo(
        f"  to send    {waiting['behind']} behind, {waiting['waiting']} waiting, {waiting['in_flight']} on the way"
    )
    typer.echo(
        f"  1 minute   {traffic['received']} in, {traffic['sent']} out, {traffic['errors']} failed, "
        f"95 of 100 within {output.milliseconds(traffic['p95_ms'])}"
    )
    for need in said["needs"]:
        typer.echo(f"{output.paint('!', output.YELLOW)} {output.plain(need['text'])}   →  {output.plain(need['hint'])}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "none"
