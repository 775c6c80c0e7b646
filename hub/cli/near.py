"""hubctl near: where an eMSP's drivers can charge, as an app of it sees that."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.output import Column
from hub.cli.words import AppToken, AsJson, HubUrl

_PLUGS_SHOWN = 2
_NAME_WIDTH = 34


def near(
    place: Annotated[str, typer.Argument(metavar="LATITUDE,LONGITUDE", help="Such as 48.85,2.35.")],
    *,
    radius_m: Annotated[float, typer.Option("--radius-m", metavar="METRES", help="At most 250000.")] = 5000,
    free: Annotated[bool, typer.Option("--free", help="AVAILABLE now.")] = False,
    open_now: Annotated[bool, typer.Option("--open-now", help="Known to be open.")] = False,
    min_kw: Annotated[float, typer.Option("--min-kw", metavar="KW", help="Of the connector.")] = 0,
    standard: Annotated[
        list[str], typer.Option(metavar="STANDARD", help="Such as IEC_62196_T2_COMBO; repeat it.")
    ] = [],  # noqa: B006 - typer copies it
    operator: Annotated[list[str], typer.Option(metavar="PARTY", help="Such as FR-PDR; repeat it.")] = [],  # noqa: B006
    kwh: Annotated[str, typer.Option(metavar="KWH", help="With --minutes: what that costs.")] = "",
    minutes: Annotated[int | None, typer.Option(metavar="MINUTES", help="With --kwh.")] = None,
    sort: Annotated[str, typer.Option(metavar="distance|price|power", help="What comes first.")] = "distance",
    limit: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=500, help="At most so many.")] = 20,
    hub_url: HubUrl = "",
    token: AppToken = "",
    as_json: AsJson = False,
) -> None:
    """Show charging locations near a place. Free and all EVSEs that fit, power, price, and how old and sure the status is.

    \b
    Example:
      hubctl near 48.85,2.35 --free --min-kw 50
      hubctl near 48.85,2.35 --kwh 30 --minutes 40 --sort price
    """
    query: dict[str, Any] = {
        "near": place,
        "radius_m": radius_m,
        "free": free,
        "open_now": open_now,
        "min_kw": min_kw,
        "standard": standard,
        "operator": operator,
        "sort": sort,
        "limit": limit,
    }
    asked = {"kwh": kwh or None, "minutes": minutes}
    query |= {name: value for name, value in asked.items() if value is not None}
    with asking.app_connected(hub_url, token) as client:
        page = client.get("locations", query)
    if as_json:
        output.show_json(page)
        return
    columns = (
        Column("DISTANCE", "distance_m", _distance),
        Column("FREE", "free"),
        Column("KW", "kw", lambda kw: f"{kw:g}"),
        Column("PLUGS", "plugs"),
        Column("PRICE", "price"),
        Column("STATUS", "confidence"),
        Column("AGE", "age_s", output.span),
        Column("LOCATION", "name", lambda name: name[:_NAME_WIDTH]),
        Column("ID", "id"),
    )
    rows = [_row(one) for one in page["locations"]]
    output.show_list(
        rows, columns, as_json=False, empty="Nothing that fits: try a larger --radius-m, or fewer conditions."
    )


def _row(location: dict[str, Any]) -> dict[str, Any]:
    matching = [evse for evse in location["evses"] if evse["matches"]]
    connectors = [connector for evse in matching for connector in evse["connectors"]]
    plugs = list(dict.fromkeys(str(connector.get("standard", "")) for connector in connectors))
    youngest = min(matching, key=lambda evse: evse["age_s"])
    counts = location["counts"]
    return {
        "distance_m": location["distance_m"],
        "free": f"{counts['available']}/{sum(counts.values())}",
        "kw": max(connector["max_kw"] for connector in connectors),
        "plugs": ",".join(plugs[:_PLUGS_SHOWN]) + ("…" if len(plugs) > _PLUGS_SHOWN else ""),
        "price": next(_prices(connectors), ""),
        "confidence": youngest["confidence"],
        "age_s": youngest["age_s"],
        "name": location.get("name") or location.get("address") or "",
        "id": f"{location['country_code']}/{location['party_id']}/{location['id']}",
    }


def _prices(connectors: list[dict[str, Any]]) -> Iterator[str]:
    """The first that is known; with taxes where they are known."""
    for connector in connectors:
        price = connector.get("price")
        if price and (price["incl"] or price["excl"]):
            yield f"{price['incl'] or price['excl']} {price['currency']}{'' if price['incl'] else ' excl.'}"


def _distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"
