"""Every question and every write on the way of a message names the key by which its collection is spread over machines."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.store.driver import Database, close_client, open_client
from hub.store.indexes import SHARD_KEY, SHARDED
from tests import words
from tests.running import RunningHub
from tests.whole.broadcasts import location, put, settled
from tests.whole.platforms import R, S, Scripted

SWEEPS = {("objects", "behind"), ("objects", "withdrawn"), ("deliveries", "")}
"""Once in a while for many, whatever passes: what receivers lack, what nobody lacks any more, what failed of late."""
BY_KEY = ("IDHACK", "EXPRESS_IXSCAN { _id: 1 }", "IXSCAN { _id: 1 }", "")
"""Plans that look at nothing but the key; inserts have none."""


@pytest.fixture
async def profiled(hub: RunningHub) -> AsyncIterator[Database]:
    """The hub's database, which notes every operation."""
    client = open_client(hub.settings.mongodb_url)
    database = client[hub.settings.mongodb_database]
    await database.command("profile", 2)
    yield database
    await database.command("profile", 0)
    await close_client(client)


async def operations(database: Database) -> list[dict[str, Any]]:
    """What was noted of sharded collections, but sweeps."""
    noted = await database["system.profile"].find({"appName": "ocpi-hub"}).to_list(None)
    found = []
    for one in noted:
        collection = one["ns"].partition(".")[2]
        if collection in SHARDED and (collection, _first_field(one)) not in SWEEPS:
            found.append(one)
    return found


def _filter(operation: dict[str, Any]) -> dict[str, Any]:
    command = operation.get("command", {})
    asked: dict[str, Any] = command.get("filter") or command.get("q") or command.get("query") or {}
    return asked


def _first_field(operation: dict[str, Any]) -> str:
    return next(iter(_filter(operation)), "")


async def test_every_message_stays_with_its_shard(
    hub: RunningHub, profiled: Database, operator: Scripted, provider: Scripted
) -> None:
    """Pushes kept and delivered, forwards, authorizations and commands: each operation names the shard key, and needs no more."""
    for number in range(3):
        await put(operator, "locations", location(f"SHARD{number}", 1))
        await settled(hub, "locations", words.CPO, f"SHARD{number}")
    await put(operator, "locations", location("SHARD0", 2))
    await operator.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)
    await operator.ask("POST", "tokens", S, "/012345678/authorize", {}, to=words.EMSP)
    await operator.ask("POST", "cdrs", R, "", words.cdr(), to=words.EMSP)
    await provider.ask("POST", "commands", R, "/STOP_SESSION", _command(provider), to=words.CPO)

    noted = await operations(profiled)
    written = {one["ns"].partition(".")[2] for one in noted}
    assert {"objects", "index", "mappings", "traces"} <= written
    for one in noted:
        if one["op"] not in {"insert", "getmore"}:
            assert SHARD_KEY in _filter(one), one
        assert one.get("planSummary", "") in BY_KEY, one


def _command(provider: Scripted) -> words.Words:
    return {"response_url": f"{provider.url}/result/1", "session_id": "S1"}
