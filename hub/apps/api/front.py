"""Puts the apps' API together: the index and the tariffs that follow the store, who may ask, and the open streams."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hub.apps.access import Access
from hub.apps.api.office import AppOffice
from hub.apps.api.sheets import Sheets
from hub.apps.api.sight import LOCATIONS, TARIFFS, owners_for
from hub.apps.api.streams import Streams
from hub.apps.api.truths import Truths
from hub.apps.demand import Demand
from hub.apps.feed import Feed
from hub.apps.heard import Heard
from hub.apps.tariff_book import TariffBook
from hub.apps.times import Times
from hub.catalog import Catalog
from hub.clock import Tasks, new_id
from hub.config import Settings
from hub.delivery.leases import Leases
from hub.registry import Directory
from hub.secrets import Secrets
from hub.store.app_access import App
from hub.store.protocols import Store

_LOOK_EVERY_S = 5.0
"""How often streams are looked through for apps that have expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsFront:
    """What the hub has of it."""

    office: AppOffice

    @property
    def access(self) -> Access:
        """Which apps there are."""
        return self.office.access

    @property
    def trouble(self) -> str:
        """Why apps may be told old things; empty when all is well."""
        return "; ".join(filter(None, (self.office.feed.trouble, self.office.tariffs.trouble)))

    def look_through(self) -> None:
        """End the streams of apps that are out, or may see something else now."""
        office = self.office

        def owners(app: App) -> frozenset[str]:
            return owners_for(app.emsp, LOCATIONS, office.catalog, office.directory())

        office.streams.check(office.access.is_live, owners)

    async def look_forever(self) -> None:
        """Until cancelled."""
        silence_s = self.office.settings.apps_heartbeat_s
        while True:
            await asyncio.sleep(min(_LOOK_EVERY_S, silence_s / 2))
            self.look_through()
            self.office.streams.say_alive(silence_s)
            self.office.streams.cut_off_stuck()


async def open_apps(
    *,
    settings: Settings,
    store: Store,
    secrets: Secrets,
    catalog: Catalog,
    directory: Callable[[], Directory],
    tasks: Tasks,
) -> AppsFront:
    """Begin to follow the store; `tasks` owns what runs. The caller has `look_through` called when the directory is swapped."""
    heard = Heard()
    feed: Feed
    truths = Truths(heard, lambda key, uid: feed.signs.of(key, uid))  # noqa: PLW0108 - the feed comes later
    streams = Streams(
        truths,
        index=lambda: feed.index,
        changes=lambda: feed.changes,
        per_app_max=settings.apps_streams_per_app_max,
        total_max=settings.apps_streams_max,
    )
    feed = Feed(store.feed(LOCATIONS), streams, heard.note)
    tariffs = TariffBook(store.feed(TARIFFS))
    access = Access(store.apps, lambda: secrets.app_keys, per_s=settings.apps_requests_per_s)
    await access.reload()
    demand = Demand(store.demand)
    office = AppOffice(
        feed=feed,
        demand=demand,
        truths=truths,
        sheets=Sheets(),
        tariffs=tariffs,
        streams=streams,
        access=access,
        objects=store.objects,
        directory=directory,
        catalog=catalog,
        settings=settings,
        cursor_keys=lambda: secrets.cursor_keys,
    )
    front = AppsFront(office=office)
    access.watch(front.look_through)
    tasks.spawn(feed.run(), "index of charging points")
    tasks.spawn(tariffs.run(), "tariffs")
    tasks.spawn(access.follow(), "apps")
    tasks.spawn(front.look_forever(), "streams of apps")
    tasks.spawn(demand.tell_forever(), "demand")
    tasks.spawn(Times(feed, store.evse_times, Leases(store.leases, holder=new_id())).run(), "instants of EVSEs")
    return front
