"""An eMSP's app in a demonstration: it gets a token from the operator of the hub, and looks for a place to charge."""

from typing import Any

from aiohttp import ClientError

from hub.demo.book import Book
from hub.demo.options import DemoFailed
from hub.demo.stage import Stage
from hub.demo.waiting import until

PARIS = "48.85,2.35"
PARIS_BOX = "2.25,48.81,2.42,48.91"
_FRANCE = "-5.5,41,10,51.5"


async def tell_search(stage: Stage, book: Book) -> None:
    """The app of the first provider asks where its drivers can charge."""
    who = stage.emsps[0].player.name
    await book.play("near", f"the app of {who} looks for a free fast charger", _search(stage))


async def app_token(stage: Stage) -> str:
    """A new app of the first provider."""
    emsp = stage.emsps[0].player
    made = await stage.ask("POST", "apps", body={"name": f"{emsp.name} app", "emsp": str(emsp.party)})
    return str(made["token"])


async def _search(stage: Stage) -> str:
    headers = {"Authorization": f"Bearer {await app_token(stage)}"}
    query = {"bbox": _FRANCE, "free": "true", "min_kw": "50", "limit": "1"}

    async def found() -> dict[str, Any] | None:
        try:
            async with stage.session.get(f"{stage.url}/apps/v1/locations", params=query, headers=headers) as answer:
                page = await answer.json()
        except ClientError as error:
            raise DemoFailed(f"the hub did not answer the app: {type(error).__name__}") from None
        return page if answer.status == 200 and page["locations"] else None

    place: dict[str, Any] = (await until(found, "that the app finds a free charger"))["locations"][0]
    evse = next(one for one in place["evses"] if one["matches"])
    counts = place["counts"]
    return (
        f"{place['name'] or place['city']}: {counts['available']} of {sum(counts.values())} free from 50 kW, "
        f"{evse['confidence']}, {evse['age_s']} s old"
    )
