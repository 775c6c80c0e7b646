"""Hot paths on a sharded cluster: what they ask of the database names the shard key, and an index alone answers it.

The embedded database has no mongos, so no cluster runs here: the database's own profiler says what was asked, and how it
was done.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from hub.config import Settings
from hub.simulate.paging import following
from hub.store.driver import Database, Document, close_client, open_client
from hub.store.indexes import ASKED_OF_EVERY_SHARD, SHARD_KEY, SHARDED, indexes
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.broadcasts import guest, instant, location, put, settled
from tests.whole.platforms import R, S, Scripted, until

PROFILE_BYTES = 64 * 2**20
STEPS_WITHOUT_INDEX = ("COLLSCAN", "SORT")
WANTED = ("objects", "index", "counters", "leases", "signs")
PASSED_OVER = ("insert", "getmore")
"""An insert carries its key; more of an answer is asked of who has it."""


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub with small pages."""
    async with running_hub(whole_settings, mongodb_url, page_size_max=2) as running:
        yield running


@pytest.fixture
async def database(hub: RunningHub, mongodb_url: str) -> AsyncIterator[Database]:
    """The hub's own, with room for what the profiler says."""
    client = open_client(mongodb_url)
    opened = client[hub.settings.mongodb_database]
    await opened.create_collection("system.profile", capped=True, size=PROFILE_BYTES)
    yield opened
    await opened.command("profile", 0)
    await close_client(client)


async def _hot_paths(hub: RunningHub, cpo: Scripted, emsp: Scripted, begin: int) -> None:
    """Broadcasts (new, changed, in part, withdrawn), forwards, authorizations and lists, until all is delivered and settled."""
    for number in range(begin, begin + 3):
        for name in ("HOT0", "HOT1", "HOT2"):
            assert (await put(cpo, "locations", location(name, number))).status_code == 1000
        new = f"NEW{number}"
        assert (await put(cpo, "locations", location(new, number))).status_code == 1000
        await cpo.ask("PUT", "locations", R, f"/NL/CPA/{new}", location(new, number), to=words.EMSP)
        await cpo.ask("PUT", "sessions", R, f"/NL/CPA/{new}", words.session(id=new), to=words.EMSP)
        await cpo.ask("POST", "tokens", S, "/012345678/authorize", to=words.EMSP)
    part = {"name": "in part", "last_updated": instant(begin + 4)}
    assert (await cpo.ask("PATCH", "locations", R, "/NL/CPA/HOT0", part, to=words.HUB)).status_code == 1000
    for query in ("", f"?date_from={instant(begin)}", "?offset=1"):
        page = await emsp.ask("GET", "locations", S, query, to=words.HUB)
        while url := following(page):
            page = await emsp.call("GET", url, to=words.HUB)
    for name in ("HOT0", "HOT1", "HOT2", new):
        await settled(hub, "locations", words.CPO, name)


async def _asked(database: Database) -> list[Document]:
    """What the hub asked since the profiler was switched on, but what is passed over."""
    of_the_hub = {"appName": "ocpi-hub", "ns": {"$ne": f"{database.name}.system.profile"}, "op": {"$nin": PASSED_OVER}}
    found = await database["system.profile"].find(of_the_hub).to_list(None)
    return [one for one in found if "planSummary" in one and not one["ns"].endswith("$cmd.aggregate")]


def _filter(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    command = asked["command"]
    if "pipeline" in command:
        return next((stage["$match"] for stage in command["pipeline"] if "$match" in stage), {})
    if "distinct" in command:
        return {command["key"]: 1, **command.get("query", {})}
    return command.get("q") or command.get("filter") or command.get("query") or {}


def _is_targeted(asked: Mapping[str, Any]) -> bool:
    """It names the shard key, or it begins with a field that is declared to be asked of every shard."""
    collection, fields = asked["ns"].partition(".")[2], list(_filter(asked))
    declared = ASKED_OF_EVERY_SHARD.get(collection, frozenset())
    return collection not in SHARDED or {*SHARD_KEY} <= {*fields} or bool(declared & {*fields[:1]})


async def test_hot_paths_name_the_shard_key_and_need_an_index_alone(
    hub: RunningHub, database: Database, cpo: Scripted, emsp: Scripted
) -> None:
    """Of broadcast, forward, lane, authorization and list, nothing is asked of all shards but what is declared, and nothing
    is answered by reading a collection or by sorting in memory."""
    async with guest(hub, "FR/EMB/EMSP"):
        await _hot_paths(hub, cpo, emsp, 0)
        await database.command("profile", 2)
        await _hot_paths(hub, cpo, emsp, 10)
        await hub.hub.store.objects.behind(["p-1:DE*EMA", "p-2:FR*EMB"], 10)  # what lanes ask as they open
        await hub.hub.store.objects.behind([f"p-{number}:DE*EMA" for number in range(300)], 10)  # what many ask
        await hub.hub.store.objects.lacking()  # what all of them ask together

        async def all_asked() -> bool:
            return {*WANTED} <= {one["ns"].partition(".")[2] for one in await _asked(database)}

        await until(all_asked)
        await database.command("profile", 0)
    asked = await _asked(database)

    assert {one["op"] for one in asked} >= {"query", "update", "remove", "command"}
    assert [_said(one) for one in asked if not _is_targeted(one)] == []
    assert [_said(one) for one in asked if one.get("hasSortStage") or _reads_all(one)] == []


def _reads_all(asked: Mapping[str, Any]) -> bool:
    return any(step in asked["planSummary"].split() for step in STEPS_WITHOUT_INDEX)


def _said(asked: Mapping[str, Any]) -> str:
    return f"{asked['op']} {asked['ns']} {dict(_filter(asked))}: {asked['planSummary']}"


def test_every_question_of_every_shard_has_an_index() -> None:
    """What is asked of every shard begins an index there; and no sharded collection has a name that must be unique."""
    wanted = indexes(30)
    for collection, fields in ASKED_OF_EVERY_SHARD.items():
        begins = {next(iter(model.document["key"])) for model in wanted[collection]}
        assert fields <= begins, collection
    assert not [name for name in SHARDED for model in wanted.get(name, []) if model.document.get("unique")]
