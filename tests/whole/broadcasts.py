"""Broadcasts in tests: an object with its time, how to push it, and how to know that everyone who should have it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.simulate.messages import Answer
from hub.store.protocols import ObjectKey, StoredObject
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, Scripted, joined, until


@asynccontextmanager
async def guest(hub: RunningHub, *roles: str) -> AsyncIterator[Scripted]:
    """A platform that has its lane at once, leaves the hub at the end of the block, and is owed nothing afterwards."""
    async with joined(hub, *roles) as platform:
        try:
            await lane_to(hub, platform)
            yield platform
        finally:
            await hub.hub.partners.remove(platform.name)


async def lane_to(hub: RunningHub, platform: Scripted) -> None:
    """Wait until this process delivers to the platform."""
    platform_id = hub.hub.partners.find(platform.name).platform_id

    async def owned() -> bool:
        return hub.hub.deliveries.owns(platform_id)

    await until(owned, timeout_s=2)


def instant(number: int) -> str:
    """The `number`th second of a day."""
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"


def location(object_id: str, number: int, owner: Party = words.CPO) -> words.Words:
    """The `number`th state of a Location: its name says which."""
    return words.location(
        country_code=owner.country_code,
        party_id=owner.party_id,
        id=object_id,
        name=str(number),
        last_updated=instant(number),
    )


async def put(sender: Scripted, module: str, value: words.Words) -> Answer:
    """Broadcast an object of the sender's own."""
    object_id = value.get("id") or value["uid"]
    return await sender.ask("PUT", module, R, path(value, object_id), value, to=words.HUB)


def path(value: words.Words, object_id: str) -> str:
    """Of a Client Owned Object, after the endpoint URL."""
    return f"/{value['country_code']}/{value['party_id']}/{object_id}"


async def stored(hub: RunningHub, module: str, owner: Party, object_id: str) -> StoredObject | None:
    """What the hub has of an object."""
    key = ObjectKey(module=ModuleId(module), owner=owner, object_id=fold(object_id))
    return await hub.hub.store.objects.get(key)


async def settled(hub: RunningHub, module: str, owner: Party, object_id: str) -> None:
    """Wait until no receiver lacks the object: whoever has not got it by now will not get it.

    One that was withdrawn is forgotten once everybody knows.
    """

    async def nobody_behind() -> bool:
        found = await stored(hub, module, owner, object_id)
        return found is None or not found.behind

    await until(nobody_behind)
