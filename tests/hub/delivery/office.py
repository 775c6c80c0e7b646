"""A directory, a real store and real partners for deliveries, and owners who push as the pipeline does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hub.clock import new_id, now_utc
from hub.config import Settings
from hub.delivery.post import Post
from hub.delivery.receiver import Accepted
from hub.delivery.worker import Deliveries
from hub.platform import Agreement, Platform
from hub.registry import Directory
from hub.simulate.messages import Received, ok
from hub.simulate.partner import Partner
from hub.store.protocols import FailedDelivery, Leg, ObjectKey, Store, StoredObject
from hub.wire import json_text
from hub.wire.interface import Call, Interface, ModuleId
from hub.wire.party import Party
from tests import directories
from tests.words import CPO, Words

MODULES = ("locations", "tariffs", "tokens", "hubclientinfo")
WHO = {"locations": "location_id", "tariffs": "tariff_id", "tokens": "token_uid"}


@dataclass
class Legs:
    """Keeps what is traced."""

    legs: list[Leg] = field(default_factory=list)

    def record(self, leg: Leg) -> None:
        """Keep one."""
        self.legs.append(leg)


@dataclass
class Office:
    """One hub's store and directory; `open` starts a process that delivers."""

    store: Store
    settings: Settings
    post: Post
    platforms: dict[str, Platform] = field(default_factory=dict)
    rules: list[Agreement] = field(default_factory=list)
    traffic: Legs = field(default_factory=Legs)
    heard: list[str] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)

    def directory(self) -> Directory:
        """The picture as it is now."""
        return directories.directory(*self.platforms.values(), rules=self.rules)

    def connect(self, platform_id: str, partner: Partner, *roles: str, **options: Any) -> str:
        """Register a platform whose endpoints are the partner's, which takes every push; returns its first receiver."""
        made = directories.platform(platform_id, *roles, **options)
        urls = {(ModuleId(name), Interface.RECEIVER): f"{partner.url}/{name}" for name in MODULES}
        self.platforms[platform_id] = replace(made, endpoints=urls)
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            partner.answer(method, "/", ok())
        return f"{platform_id}:{made.parties[0].party_role.party}"

    def change(self, platform_id: str, **changes: Any) -> None:
        """Swap the directory with this platform changed."""
        self.platforms[platform_id] = replace(self.platforms[platform_id], **changes)

    def deliveries(self) -> Deliveries:
        """Another process of this hub."""
        return Deliveries(
            store=self.store,
            post=self.post,
            directory=self.directory,
            catalog=directories.CATALOG,
            settings=self.settings,
            traffic=self.traffic,
            heard=self.heard.append,
            missed=lambda platform_id, reason: self.missed.append((platform_id, reason)),
            new_id=new_id,
        )

    async def save(
        self, method: str, module: str, suffix: str, value: Words | None, receivers: Iterable[str]
    ) -> Accepted:
        """What the pipeline does with a Broadcast Push, up to its durable write."""
        chapter = directories.CATALOG.module(ModuleId(module))
        assert chapter is not None
        assert chapter.stored is not None
        body = json_text.dumps(value) if value is not None else b""
        call = Call(method=method, path=path(module, suffix), query={}, body=value, sender=CPO)
        key = ObjectKey(module=ModuleId(module), owner=CPO, object_id=chapter.stored.key(call))
        current = await self.store.objects.get(key)
        before = json_text.loads(current.body) if current else None
        after = chapter.stored.apply(before, call)
        kept = after if after is not None else before
        now = now_utc()
        stored = await self.store.objects.save(
            StoredObject(
                key=key,
                body=body if kept is value else json_text.dumps(kept),
                last_updated=now,
                withdrawn=after is None,
                seq=current.seq if current else 0,
                revision=current.revision if current else 0,
                received_at=now,
                changed_at=now,
                behind=frozenset(receivers) | (current.behind if current else frozenset()),
            )
        )
        return Accepted(
            stored=stored,
            method=method,
            suffix=suffix,
            body=body,
            correlation_id=f"c-{stored.revision}",
            receivers=frozenset(receivers),
        )

    async def nobody_is_behind(self, *receivers: str) -> bool:
        """Every one of these has everything, and the store knows it."""
        return not await self.store.objects.behind(receivers, 1)

    async def failures(self, count: int = 1) -> list[FailedDelivery]:
        """The failed deliveries, once there are so many."""
        await until(lambda: self._has_failures(count))
        return await self.store.deliveries.find()

    async def _has_failures(self, count: int) -> bool:
        return len(await self.store.deliveries.find()) >= count

    async def behind(self, *receivers: str) -> list[str]:
        """Ids of the objects that these lack."""
        return [one.key.object_id for one in await self.store.objects.behind(receivers, 1000)]


def path(module: str, suffix: str) -> dict[str, str]:
    """The named segments of a receiver's path."""
    names = ("country_code", "party_id", WHO.get(module, ""), "evse_uid", "connector_id")
    return dict(zip(names, suffix.strip("/").split("/"), strict=False))


@asynccontextmanager
async def killed(deliveries: Deliveries) -> AsyncIterator[Deliveries]:
    """A process that ends without a goodbye: nothing is awaited, nothing written, its lease runs out."""
    await deliveries.__aenter__()
    try:
        yield deliveries
    finally:
        await deliveries._loops.close()
        await deliveries._lanes.close()


async def until(holds: Callable[[], bool | Awaitable[bool]], timeout_s: float = 10.0) -> None:
    """Wait for something in the process or the database that nobody announces."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)


def sent(partner: Partner) -> list[tuple[str, str]]:
    """Method and path of every request that came, in order."""
    return [(one.method, one.path) for one in partner.requests]


def parties(received: Iterable[Received]) -> list[Party | None]:
    """Whom the requests were for."""
    return [one.to for one in received]
