"""hubctl watch: changes of charging points as they happen, as an eMSP's app sees them."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.errors import ExitCode, usage
from hub.cli.words import AppToken, AsJson, HubUrl

if TYPE_CHECKING:
    from hub.control import AppClient, StreamEvent

_SILENCE_S = 60.0
"""A hub says that it lives four times as often."""
_AGAIN_AFTER_S = 2.0
_COLOURS = {"AVAILABLE": output.GREEN, "CHARGING": output.YELLOW, "INOPERATIVE": output.RED, "OUTOFORDER": output.RED}


def watch(
    *,
    bbox: Annotated[
        str, typer.Option(metavar="WEST,SOUTH,EAST,NORTH", help="Degrees, such as 2.25,48.81,2.42,48.91.")
    ] = "",
    location: Annotated[list[str], typer.Option(metavar="CC/ID/LOCATION", help="One location; repeat it.")] = [],  # noqa: B006
    count: Annotated[int, typer.Option(metavar="NUMBER", min=0, help="End after so many changes; 0: never.")] = 0,
    hub_url: HubUrl = "",
    token: AppToken = "",
    as_json: AsJson = False,
) -> None:
    """Show changes as they happen, until ^C. After an interruption it goes on where it was, and misses none.

    \b
    Example:
      hubctl watch --bbox 2.25,48.81,2.42,48.91
    """
    if not bbox and not location:
        raise usage("What to watch: --bbox or --location.", "hubctl watch --bbox 2.25,48.81,2.42,48.91")
    query: dict[str, Any] = {"locations": location} | ({"bbox": bbox} if bbox else {})
    shown = 0
    try:
        with asking.app_connected(hub_url, token) as client:
            for event in _forever(client, query):
                for line in _lines(event, as_json=as_json):
                    typer.echo(line)
                    shown += 1
                    if shown == count:
                        return
    except KeyboardInterrupt:
        output.say(f"\n{shown} shown.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _forever(client: "AppClient", query: dict[str, Any]) -> Iterator["StreamEvent"]:
    """Events; connects again with the id of the last one. That no hub answers at the beginning ends it."""
    from hub.control import HubAway  # noqa: PLC0415 - httpx is slow to import

    last_event_id = ""
    while True:
        try:
            for event in client.events(query, last_event_id, _SILENCE_S):
                last_event_id = event.identifier or last_event_id
                yield event
        except HubAway as away:
            if not last_event_id:
                raise
            output.say(f"! {away.message} Trying again.")
        time.sleep(_AGAIN_AFTER_S)


def _lines(event: "StreamEvent", *, as_json: bool) -> list[str]:
    """What is shown of an event; words about the stream itself go to stderr."""
    if event.name in {"reset", "end"}:
        output.say(f"! {output.plain(event.data.get('reason', event.name))}")
        return []
    if event.name in {"open", "alive"}:
        return []
    if as_json:
        return [output.json_text(event.data, indent=None)]
    where = event.data["location"]
    key = output.plain(f"{where['country_code']}/{where['party_id']}/{where['id']}")
    if event.name != "status":
        words = "is gone" if event.name == "gone" else "is described anew"
        return [f"{'':12}  {key}  {words}"]
    return [_line(key, evse) for evse in event.data["evses"]]


def _line(key: str, evse: dict[str, Any]) -> str:
    """A status that is another now; or the same one, of which the hub is more or less sure than before."""
    status, before = output.plain(evse["status"]), output.plain(evse["before"] or "new")
    painted = output.paint(status, _COLOURS.get(status, output.DIM))
    sure = output.plain(evse.get("confidence", ""))
    if status == before:
        return f"{'':12}  {key}  {output.plain(evse['uid'])}  {painted} is {sure or 'as it was'}"
    clock = output.plain(evse["changed_at"])[11:23].rstrip("Z").ljust(12)
    doubt = "" if sure in {"", "live"} else f"  {sure}"
    return f"{clock}  {key}  {output.plain(evse['uid'])}  {before} → {painted}{doubt}"
