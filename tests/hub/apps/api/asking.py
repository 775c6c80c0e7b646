"""An app's questions without HTTP: an office around an index that a test fills, and locations of a few shapes."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from hypothesis import strategies as st

from hub.apps.api.asked import Search
from hub.apps.api.locations import ROUTES
from hub.apps.api.office import AppOffice
from hub.apps.api.sheets import Sheets
from hub.apps.api.sight import Eyes
from hub.apps.api.table import AppCall, Asked, Found
from hub.apps.api.truths import Truths
from hub.apps.feed import Feed
from hub.apps.heard import Heard
from hub.apps.index import Arrival, Index
from hub.apps.sites import read_site
from hub.store.app_access import App
from hub.wire.party import Party
from modules.locations.objects import Status
from modules.shared import ConnectorType

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
OWNER = "NL*CPA"
APP = App(app_id="a1", name="test", emsp=Party.of("DE", "EMA"), created_at=NOW, expires_at=NOW)
KW = (3.7, 22.0, 150.0)
STANDARDS = (ConnectorType.IEC_62196_T2, ConnectorType.IEC_62196_T2_COMBO)


class NoDemand:
    """Counts nothing."""

    def searched(self, *_: object, **__: object) -> None:
        """Not here."""


def office(*locations: dict[str, Any]) -> AppOffice:
    """What a question needs, around these locations."""
    feed = Feed(cast(Any, None), cast(Any, None), lambda *_: None)
    feed.index = index_of(*locations)
    truths = Truths(Heard(), feed.signs.of)
    rest: dict[str, Any] = dict.fromkeys(
        ("tariffs", "streams", "access", "objects", "directory", "catalog", "settings"), None
    )
    return AppOffice(
        feed=feed,
        truths=truths,
        sheets=Sheets(),
        demand=cast(Any, NoDemand()),
        cursor_keys=lambda: (b"k" * 32,),
        **rest,
    )


def index_of(*locations: dict[str, Any]) -> Index:
    """An index of them."""
    index = Index()
    sites = [read_site(key_of(one), OWNER, orjson.dumps(one)) for one in locations]
    index.load([Arrival(site, NOW_MS) for site in sites if site is not None])
    return index


def key_of(location: dict[str, Any]) -> str:
    """Of the store."""
    return f"locations/NL/CPA/{location['id'].lower()}"


def ask(where: AppOffice, asked: Asked, row: int = 0, eyes: Eyes | None = None) -> Found:
    """What a route answers; row 0 is the search."""
    call = AppCall(where, APP, eyes or Eyes(frozenset({OWNER}), frozenset({OWNER})), {}, asked, NOW)
    act = ROUTES[row].act
    assert act is not None
    return asyncio.run(run(act, call))


async def run(act: Any, call: AppCall[Any]) -> Found:
    found: Found = await act(call)
    return found


def read(found: Found) -> Any:
    """The answer as an app reads it."""
    return orjson.loads(orjson.dumps(found.json))


@st.composite
def locations(draw: st.DrawFn, most: int = 8) -> list[dict[str, Any]]:
    """Around 52,5, published or not, with EVSEs of every status."""
    return [_location(draw, number) for number in range(draw(st.integers(0, most)))]


def _location(draw: st.DrawFn, number: int) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPA",
        "id": f"Loc{number}",
        "publish": draw(st.booleans()),
        "publish_allowed_to": [{"uid": "SECRET"}],
        "coordinates": {
            "latitude": f"{draw(st.floats(51.9, 52.1)):.6f}",
            "longitude": f"{draw(st.floats(4.9, 5.1)):.6f}",
        },
        "time_zone": "Europe/Amsterdam",
        "last_updated": "2020-01-01T00:00:00Z",
        "evses": [_evse(draw, uid) for uid in range(draw(st.integers(0, 4)))],
    }


def _evse(draw: st.DrawFn, uid: int) -> dict[str, Any]:
    return {
        "uid": f"E{uid}",
        "status": draw(st.sampled_from([*Status])).value,
        "last_updated": "2020-01-01T00:00:00Z",
        "connectors": [
            {
                "id": str(place),
                "standard": draw(st.sampled_from(STANDARDS)).value,
                "format": "SOCKET",
                "power_type": "DC",
                "max_electric_power": round(draw(st.sampled_from(KW)) * 1000),
                "last_updated": "2020-01-01T00:00:00Z",
            }
            for place in range(draw(st.integers(1, 2)))
        ],
    }


SEARCHES = st.builds(
    Search,
    near=st.just("52,5"),
    radius_m=st.just(50_000.0),
    free=st.booleans(),
    min_kw=st.sampled_from([0.0, 20.0, 100.0]),
    standard=st.sampled_from([(), ("IEC_62196_T2",), ("IEC_62196_T2_COMBO",)]),
    limit=st.sampled_from([3, 50]),
    sort=st.sampled_from(["distance", "power"]),
)
