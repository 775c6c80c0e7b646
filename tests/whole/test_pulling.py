"""Operators that do not push are pulled: over real HTTP, stored and sent on as a push is, and what vanished is marked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.apps.codes import status_code
from hub.config import Settings
from hub.simulate.messages import Received, Reply, ok, refused
from hub.store.driver import close_client, open_client
from hub.wire import json_text
from hub.wire.interface import SignKind
from hub.wire.types import parse_datetime
from tests import words
from tests.hub.apps.feeding import Following, following
from tests.operating import Operator
from tests.running import HUB, RunningHub, running_hub
from tests.whole.platforms import R, S, Scripted, joined, until

SOON_H = 1e-5
QUICK = {"pull_after_h": SOON_H, "pull_every_s": 0.1}
KEY = "locations/NL/CPA/{}"


class Shelf:
    """An operator's list of Locations, a page of two at a time; remembers what it was asked."""

    def __init__(self, cpo: Scripted, *names: str) -> None:
        self.cpo, self.asked = cpo, list[dict[str, str]]()
        self.locations = {name: words.location(id=name) for name in names}
        cpo.on("GET", "locations", S, self.reply)

    def reply(self, received: Received) -> Reply:
        """One page, with a Link to the next."""
        self.asked.append(dict(received.query))
        offset = int(received.query.get("offset", "0"))
        some = [*self.locations.values()][offset : offset + 2]
        more = offset + 2 < len(self.locations)
        url = f"{self.cpo.url}{self.cpo.path('locations', S)}?offset={offset + 2}&limit=2"
        return ok(some, headers={"Link": f'<{url}>; rel="next"'} if more else {})


@asynccontextmanager
async def pulled(settings: Settings, mongodb_url: str, **changes: Any) -> AsyncIterator[RunningHub]:
    """A hub that asks whoever does not push at once."""
    async with running_hub(settings, mongodb_url, **(QUICK | changes)) as hub:
        yield hub


@asynccontextmanager
async def indexed(hub: RunningHub) -> AsyncIterator[Following]:
    """The index on its database."""
    client = open_client(hub.settings.mongodb_url, tz_aware=True)
    async with following(client[hub.settings.mongodb_database]) as here:
        yield here
    await close_client(client)


async def test_a_silent_operator_is_pulled_and_its_receivers_get_it(settings: Settings, mongodb_url: str) -> None:
    """All pages at first, then what changed since; nothing is sent twice for being found again."""
    async with (
        pulled(settings, mongodb_url) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP") as emsp,
    ):
        shelf = Shelf(cpo, "A", "B", "C")
        await emsp.wait_until(lambda: len(emsp.got("locations")) >= 3)
        await cpo.wait_until(lambda: len([one for one in shelf.asked if "date_from" in one]) >= 2)

        assert sorted(received.json["id"] for received in emsp.got("locations")) == ["A", "B", "C"]
        assert "date_from" not in shelf.asked[0]
        assert shelf.asked[1]["offset"] == "2"
        asked = [parse_datetime(one["date_from"]) for one in shelf.asked if "date_from" in one]
        assert asked == sorted(asked)
        shelf.locations["B"] |= {"name": "New name", "last_updated": "2026-01-01T00:00:00Z"}
        await emsp.wait_until(lambda: len(emsp.got("locations")) >= 4)
        assert emsp.got("locations")[-1].json["name"] == "New name"


async def test_who_pushes_is_not_pulled(settings: Settings, mongodb_url: str) -> None:
    """Nor who registered a moment ago."""
    async with pulled(settings, mongodb_url, pull_after_h=1.0) as hub, joined(hub, "NL/CPA/CPO") as cpo:
        shelf = Shelf(cpo, "A")
        await cpo.ask("PUT", "locations", R, "/NL/CPA/B", words.location(id="B"), to=HUB)
        await asyncio.sleep(0.5)

        assert shelf.asked == []


async def test_what_vanished_is_marked(settings: Settings, mongodb_url: str) -> None:
    """A Location: every EVSE of it is contradicted. An EVSE: it is REMOVED, for receivers too. Both stay."""
    full = {"pull_full_every_h": 1e-9}
    async with (
        pulled(settings, mongodb_url, **full) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP") as emsp,
        indexed(hub) as app,
    ):
        shelf = Shelf(cpo, "A", "B")
        shelf.locations["B"] |= {"evses": [words.evse(), words.evse(uid="TWO")]}
        await app.until(
            lambda: app.status(KEY.format("b"), "two") is not None and app.status(KEY.format("a")) is not None
        )
        del shelf.locations["A"]
        shelf.locations["B"] |= {"evses": [words.evse()]}
        await app.until(lambda: any(one.changes and one.changes[-1].contradicted for one in app.events))
        await app.until(lambda: app.status(KEY.format("b"), "two") is None)
        sign = app.feed.signs.of(KEY.format("a"), "3256")

        assert sign is not None
        assert sign.kind is SignKind.VANISHED
        removed = [change for one in app.events for change in one.changes if change.status == status_code("REMOVED")]
        assert [change.uid for change in removed] == ["two"]
        await emsp.wait_until(
            lambda: [one["status"] for one in emsp.got("locations")[-1].json["evses"]] == ["AVAILABLE", "REMOVED"]
        )


async def test_what_is_found_again_is_confirmed(settings: Settings, mongodb_url: str) -> None:
    """A whole list says of everything in it that it is still so; it changes nothing and nobody gets it again."""
    full = {"pull_full_every_h": 1e-9}
    async with (
        pulled(settings, mongodb_url, **full) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP") as emsp,
        indexed(hub) as app,
    ):
        Shelf(cpo, "A")
        await app.until(lambda: app.status(KEY.format("a")) is not None)
        _, received_ms, changed_ms, confirmed_ms = app.status(KEY.format("a"))
        await app.until(lambda: app.status(KEY.format("a"))[3] > confirmed_ms)

        assert app.status(KEY.format("a"))[1] > received_ms
        assert app.status(KEY.format("a"))[2] == changed_ms
        assert len(emsp.got("locations")) <= 1


@pytest.mark.parametrize(
    "wrong",
    [
        ok({"no": "list"}),
        refused(3000, "no"),
        Reply(status=500, body=b"<html>"),
        Reply(body=b"not json"),
        ok([], headers={"Link": '<http://169.254.169.254/latest>; rel="next"'}),
        ok(
            [
                "x",
                {},
                {"id": "A"},
                words.location(id="F", country_code="DE", party_id="XXX"),
                {"id": "B", "country_code": "NL", "party_id": "CPA"},
            ]
        ),
    ],
)
async def test_a_hostile_list_costs_nothing(settings: Settings, mongodb_url: str, wrong: Reply) -> None:
    """No list, an error, another host, foreign or broken objects: nothing is kept of it, and the next pull is asked again."""
    async with pulled(settings, mongodb_url) as hub, joined(hub, "NL/CPA/CPO") as cpo:
        asked: list[Received] = []

        def reply(received: Received) -> Reply:
            asked.append(received)
            return wrong if len(asked) < 3 else ok([words.location(id="GOOD")])

        cpo.on("GET", "locations", S, reply)

        async def kept() -> bool:
            answer = await cpo.call("GET", hub.url("locations", S), to=HUB)
            return answer.status_code != 0 and len(asked) > 3

        await until(kept)
        client = open_client(hub.settings.mongodb_url, tz_aware=True)
        objects = client[hub.settings.mongodb_database]["objects"]

        async def found() -> bool:
            return bool(await objects.find_one({"_id": KEY.format("good")}))

        await until(found)
        bodies = [json_text.loads(one["body"])["id"] async for one in objects.find({"key.module": "locations"})]
        await close_client(client)
        assert bodies == ["GOOD"]


async def test_an_operator_sees_how_timely_a_partner_is(settings: Settings, mongodb_url: str) -> None:
    """`hubctl partner show`: the share of updates without change, the delay, and whether it pushes at all."""
    from aiohttp import ClientSession

    async with running_hub(settings, mongodb_url) as hub, joined(hub, "NL/CPA/CPO") as cpo, ClientSession() as http:
        for _ in range(2):
            await cpo.ask("PUT", "locations", R, "/NL/CPA/A", words.location(id="A"), to=HUB)
        operator = Operator(hub.settings, http)
        shown: dict[str, Any] = {}

        async def told() -> bool:
            shown.update((await operator.ask("GET", "/partners/NL-CPA")).json)
            return bool(shown["timeliness"][0]["updates"])

        await until(told)
        (one,) = shown["timeliness"]
        assert (one["party"], one["updates"], one["unchanged_share"]) == ("NL*CPA", 2, 0.5)
        assert one["delay_p50_s"] > 86_400
        assert one["last_push_at"] is not None
        human = await operator.hubctl("partner", "show", "NL-CPA")
        assert "NL*CPA 2 location updates in 7 days, 50% without change" in human.out
