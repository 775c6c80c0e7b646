"""hubctl deliveries: what did not reach a receiver, why, once more, or never mind."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from hub.cli import asking, output
from hub.cli.errors import ExitCode, end, usage
from hub.cli.output import Column
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="Deliveries: what did not reach a receiver.")
DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="From deliveries list, such as d-8f1c2e0a77b1.")]
OneOrMany = Annotated[str, typer.Argument(metavar="[ID]", help="From deliveries list; or name a partner instead.")]
OfPartner = Annotated[str, typer.Option("--partner", metavar="NAME", help="All that this partner refused.")]
_MOST = 1000


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
    delivery_id: OneOrMany = "",
    partner: OfPartner = "",
    force: Annotated[bool, typer.Option("--force", help="Send once even to a receiver that is OFFLINE.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send objects as they are now, once each. Exit 5 when the receiver does not take one.

    \b
    Example:
      hubctl deliveries replay d-8f1c2e0a77b1
      hubctl deliveries replay --partner DE-ABC
    """
    done = []
    for one in _chosen(delivery_id, partner):
        done.append({"delivery_id": one} | asking.ask("POST", "deliveries", one, "replay", body={"force": force}))
        if not as_json:
            name = "" if delivery_id else f"{one}  "
            output.say(f"{output.mark(done[-1]['ok'])} {name}{output.plain(done[-1]['said'])}")
    if as_json:
        output.show_json(done[0] if delivery_id else done)
    end(ExitCode.OK if all(one["ok"] for one in done) else ExitCode.PARTNER)


@app.command()
def purge(delivery_id: OneOrMany = "", partner: OfPartner = "", yes: Yes = False, as_json: AsJson = False) -> None:
    """Forget what a receiver refused for good. What it is still owed stays.

    \b
    Example:
      hubctl deliveries purge d-8f1c2e0a77b1
      hubctl deliveries purge --partner DE-ABC --yes
    """
    chosen = [*_chosen(delivery_id, partner)]
    if chosen:
        asking.confirm(f"Forget {len(chosen)} refused deliveries?", yes=yes or bool(delivery_id))
    for one in chosen:
        asking.ask("DELETE", "deliveries", one)
    if as_json:
        output.show_json({"purged": chosen})
    else:
        output.say(f"{output.mark(True)} {len(chosen)} forgotten")


def _chosen(delivery_id: str, partner: str) -> Iterator[str]:
    """The one that was named, or all that a partner refused, the latest first."""
    if bool(delivery_id) == bool(partner):
        raise usage(
            "Name one delivery by its ID, or a partner with --partner.", "hubctl deliveries list --state refused"
        )
    if delivery_id:
        yield delivery_id
        return
    query = {"partner": partner, "state": State.REFUSED.value, "limit": _MOST}
    for found in asking.ask("GET", "deliveries", query=query):
        yield str(found["delivery_id"])
