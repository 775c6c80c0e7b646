"""What the apps' API needs of the hub: one record, filled at the composition root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.apps.access import Access
from hub.apps.api.sheets import Sheets
from hub.apps.api.streams import Streams
from hub.apps.api.truths import Truths
from hub.apps.demand import Demand
from hub.apps.feed import Feed
from hub.apps.tariff_book import TariffBook
from hub.catalog import Catalog
from hub.config import Settings
from hub.registry import Directory
from hub.store.protocols import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOffice:
    """Everything that an app's request may touch."""

    feed: Feed
    demand: Demand
    truths: Truths
    sheets: Sheets
    tariffs: TariffBook
    streams: Streams
    access: Access
    objects: ObjectStore
    """For the token of a driver."""
    directory: Callable[[], Directory]
    catalog: Catalog
    settings: Settings
    cursor_keys: Callable[[], Sequence[bytes]]
    """The first signs cursors, all of them are accepted."""
