"""What the admin API needs of the hub: one record, filled at the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import ClientSession

from hub.apps.api.front import AppsFront
from hub.auditing.answers import Answered
from hub.auditing.auditing import Auditing
from hub.auditing.clearing import Clearing
from hub.catalog import Catalog
from hub.config import Settings
from hub.delivery.worker import Deliveries
from hub.limits import Rates
from hub.partners.office import Partners
from hub.partners.rekeying import Rekeying
from hub.registry import Directory
from hub.secrets import Secrets
from hub.store.protocols import Store
from hub.timeliness import Timely
from hub.traffic import Traffic
from hub.verifying.office import Verifying
from hub.verifying.signing_keys import SigningKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminServices:
    """Everything that an operator's request may touch."""

    partners: Partners
    apps: AppsFront
    store: Store
    directory: Callable[[], Directory]
    catalog: Catalog
    deliveries: Deliveries
    traffic: Traffic
    settings: Settings
    secrets: Secrets
    verifying: Verifying
    auditing: Auditing
    answered: Answered
    clearing: Clearing
    rekeying: Rekeying
    signing_keys: SigningKeys
    failures: Rates
    """Of who presents no good token, by address: the same count as at the door of OCPI."""
    session: ClientSession
    """For the question whether the public URL answers."""
    timely: Timely
    viewers: set[object] = field(default_factory=set)
    """Who follows the operations page's stream in this process."""
