"""Looks now and then whose Locations are due to be pulled, and pulls them: one process for each platform, few at once."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from hub.catalog import Catalog
from hub.clock import Tasks, epoch_ms, now_utc
from hub.config import Settings
from hub.platform import ConnectionStatus, Platform
from hub.pulling import due
from hub.pulling.due import Pulled
from hub.pulling.keeping import Keeping, Tally
from hub.pulling.pages import Pages, PullFailed
from hub.registry import Directory, platform_status
from hub.store.observing import EvseSign, SignStore
from hub.store.protocols import ObjectStore, StoreUnavailable, Window
from hub.timeliness import Timely
from hub.wire import json_text
from hub.wire.interface import Interface, ModuleId, SignKind, fold
from hub.wire.party import Party

LOCATIONS = ModuleId("locations")
_LOOK_EVERY_S = 5.0
_AT_ONCE = 2
_CONFIRMED_AT_ONCE = 1_000


class Watch:
    """Runs until cancelled; only for platforms that this process delivers to."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        directory: Callable[[], Directory],
        *,
        pages: Pages,
        keeping: Keeping,
        objects: ObjectStore,
        signs: SignStore,
        timely: Timely,
        tasks: Tasks,
        owns: Callable[[str], bool],
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._directory = directory
        self._pages = pages
        self._keeping = keeping
        self._objects = objects
        self._signs = signs
        self._timely = timely
        self._tasks = tasks
        self._owns = owns
        self._now = now
        self._pulled: dict[str, Pulled] = {}
        self._not_before: dict[str, datetime] = {}
        """When to look at a platform again: between, the store is not asked."""
        self._under_way: set[str] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Look every few seconds, unless nobody is to be pulled."""
        if not self._settings.pull_after_h:
            return
        while True:
            await asyncio.sleep(min(_LOOK_EVERY_S, self._settings.pull_every_s))
            try:
                await self.look()
            except StoreUnavailable as error:
                structlog.get_logger().warning("pulls_not_looked_at", reason=str(error))

    async def look(self) -> None:
        """Begin what is due. Raises StoreUnavailable."""
        for platform in [*self._directory().platforms.values()]:
            key = platform.platform_id
            if key in self._under_way or not self._may_pull(platform):
                continue
            now = self._now()
            if self._not_before.get(key, now) > now:
                continue
            if not await self._is_silent(platform, now):
                self._pulled.pop(key, None)  # it pushes: after a silence all of it is read again
                self._not_before[key] = now + timedelta(seconds=self._settings.pull_every_s)
                continue
            pulled = self._pulled.setdefault(key, due.first(self._settings, key, now))
            self._not_before[key] = pulled.next_at
            if pulled.next_at <= now:
                self._under_way.add(key)
                self._tasks.spawn(self._pull(platform, pulled), name=f"pull {key}")

    def _may_pull(self, platform: Platform) -> bool:
        offered = self._directory().endpoint(platform, LOCATIONS, Interface.SENDER)
        connected = platform_status(platform) is ConnectionStatus.CONNECTED
        return connected and offered is not None and self._owns(platform.platform_id)

    async def _is_silent(self, platform: Platform, now: datetime) -> bool:
        owners = self._owners(platform)
        pushes = [await self._timely.last_push_at(str(owner)) for owner in owners]
        last_push_at = max((one for one in pushes if one is not None), default=None)
        registered_at = platform.registered_at
        return bool(owners) and due.is_silent(
            self._settings, registered_at=registered_at, last_push_at=last_push_at, now=now
        )

    def _owners(self, platform: Platform) -> list[Party]:
        module = self._catalog.module(LOCATIONS)
        roles = module.sender_roles if module else ()
        return sorted(
            {one.party_role.party for one in platform.parties if not one.gone and one.party_role.role in roles}
        )

    async def _pull(self, platform: Platform, before: Pulled) -> None:
        began_at = self._now()
        since = due.date_from(self._settings, before, began_at)
        try:
            async with self._places:
                for owner in self._owners(platform):
                    await self.pull(platform, owner, since)
            self._pulled[platform.platform_id] = due.following(self._settings, before, began_at, full=since is None)
        except (PullFailed, StoreUnavailable) as failed:
            self._pulled[platform.platform_id] = due.again(self._settings, before, self._now())
            structlog.get_logger().warning("pull_failed", partner=platform.name, reason=str(failed))
        finally:
            self._under_way.discard(platform.platform_id)

    async def pull(self, platform: Platform, owner: Party, since: datetime | None) -> Tally:
        """Read one party's Locations, all or those changed since; keep them, and mark what is missing from all of them.

        Raises PullFailed or StoreUnavailable; what was read until then is kept.
        """
        module, tally, began_at = self._catalog.module(LOCATIONS), Tally(), self._now()
        if module is None:
            raise PullFailed("this hub knows no locations")
        async for page in self._pages.read(self._directory(), platform, LOCATIONS, owner, since):
            for value in page:
                await self._keeping.take(platform, module, owner, value, tally)
        for start in range(0, len(tally.same), _CONFIRMED_AT_ONCE):
            await self._objects.confirm(tally.same[start : start + _CONFIRMED_AT_ONCE], began_at)
        vanished = await self._mark(owner, tally, began_at) if since is None else 0
        structlog.get_logger().info(
            "pulled",
            partner=platform.name,
            party=str(owner),
            full=since is None,
            kept=tally.kept,
            same=len(tally.same),
            refused=tally.refused,
            vanished=vanished,
        )
        return tally

    async def _mark(self, owner: Party, tally: Tally, at: datetime) -> int:
        """Say of every EVSE of a Location that its owner's whole list lacks that it has vanished; returns how many."""
        count, after = 0, 0
        while True:
            window = Window(limit=_CONFIRMED_AT_ONCE, after_seq=after)
            found = (await self._objects.page(LOCATIONS, frozenset({owner}), window)).objects
            if not found:
                return count
            gone = [one for one in found if str(one.key) not in tally.seen and one.received_at < at]
            signs = [
                EvseSign(key=str(one.key), uid=fold(str(evse.get("uid"))), kind=SignKind.VANISHED, at_ms=epoch_ms(at))
                for one in gone
                for evse in json_text.loads(one.body).get("evses") or ()
            ]
            await self._signs.put(signs)
            count, after = count + len(signs), found[-1].seq
