"""What the admin API needs of the hub: one record, filled at the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import ClientSession

from hub.apps.feed import Feed
from hub.catalog import Catalog
from hub.config import Settings
from hub.delivery.worker import Deliveries
from hub.partners.office import Partners
from hub.registry import Directory
from hub.secrets import Secrets
from hub.store.protocols import Store
from hub.traffic import Traffic
from hub.verifying.office import Verifying


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminServices:
    """Everything that an operator's request may touch."""

    partners: Partners
    store: Store
    directory: Callable[[], Directory]
    catalog: Catalog
    deliveries: Deliveries
    traffic: Traffic
    settings: Settings
    secrets: Secrets
    verifying: Verifying
    feed: Feed
    """Every charging point and its latest changes."""
    session: ClientSession
    """For the question whether the public URL answers."""
