"""hubctl deliveries: what did not reach a receiver, why, and once more."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.errors import ExitCode, end
from hub.cli.output import Column
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Deliveries: what did not reach a receiver.")
DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="From deliveries list, such as d-8f1c2e0a77b1.")]


class State(StrEnum):
    """What becomes of it."""

    BEHIND = "behind"
    REFUSED = "refused"


@app.command("list")
def list_(
    partner: Annotated[str, typer.Option(metavar="NAME", help="Of one partner.")] = "",
    state: Annotated[
        State | None, typer.Option(help="behind: sent when it answers again; refused: it will not take it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what receivers lack. The latest failure comes first.

    \b
    Example:
      hubctl deliveries list --partner DE-ABC --state refused
    """
    query = {"partner": partner} | ({"state": state.value} if state else {})
    columns = (
        Column("ID", "delivery_id"),
        Column("WHEN", "last_at", output.ago),
        Column("TO", "receiver"),
        Column("PARTNER", "partner"),
        Column("OBJECT", "object"),
        Column("STATE", "state"),
        Column("TRIES", "tries"),
        Column("WHY", "reason"),
    )
    found = asking.ask("GET", "deliveries", query=query)
    output.show_list(found, columns, as_json=as_json, empty="Nothing failed: receivers have what they should.")


@app.command()
def show(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """Show one: why it failed, what was answered.

    \b
    Example:
      hubctl deliveries show d-8f1c2e0a77b1
    """
    shown = asking.ask("GET", "deliveries", delivery_id)
    if as_json:
        output.show_json(shown)
        return
    for name, value in shown.items():
        typer.echo(f"{name:<16}{output.plain(value)}")


@app.command()
def replay(
    delivery_id: DeliveryId,
    force: Annotated[bool, typer.Option("--force", help="Send once even to a receiver that is OFFLINE.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send the object as it is now, once. Exit 5 when the receiver does not take it.

    \b
    Example:
      hubctl deliveries replay d-8f1c2e0a77b1
    """
    done: dict[str, Any] = asking.ask("POST", "deliveries", delivery_id, "replay", body={"force": force})
    if as_json:
        output.show_json(done)
    else:
        output.say(f"{output.mark(done['ok'])} {output.plain(done['said'])}")
    end(ExitCode.OK if done["ok"] else ExitCode.PARTNER)
