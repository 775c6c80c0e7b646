"""Opens this room for the composition root: everything that has to do with partners, wired and running."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from hub.catalog import Catalog
from hub.clock import Tasks
from hub.config import Settings
from hub.delivery.receiver import Accepted
from hub.limits import Rates
from hub.partners.calls import Journey, Sends
from hub.partners.clientinfo import ClientInfoPushes
from hub.partners.desk import Desk
from hub.partners.door import Door, Doorkeeper, Limits
from hub.partners.handshake import Handshake
from hub.partners.invitation import Invitations
from hub.partners.liveness import Liveness
from hub.partners.means import Means, Turns
from hub.partners.office import Offices, Partners
from hub.partners.outgoing import Outgoing
from hub.partners.reader import Reader
from hub.partners.rekeying import Rekeying
from hub.partners.roster import Roster
from hub.partners.rotation import Rotation
from hub.partners.sender import Sender
from hub.secrets import Secrets
from hub.store.protocols import Leg, Store

_BURST_S = 2.0


class Lanes(Protocol):
    """What this room needs of the deliveries (hub.delivery.worker.Deliveries)."""

    def accepted(self, accepted: Accepted) -> None:
        """Send a stored push on; returns at once."""
        ...

    def woke(self, platform_id: str) -> None:
        """The platform is CONNECTED and was not; returns at once."""
        ...

    def owns(self, platform_id: str) -> bool:
        """This process is the one that delivers to the platform, and so the one that checks it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the other rooms use."""

    roster: Roster
    door: Door
    desk: Desk
    outgoing: Outgoing
    pushes: ClientInfoPushes
    liveness: Liveness
    partners: Partners
    rekeying: Rekeying


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    settings: Settings
    store: Store
    secrets: Secrets
    post: Sends
    catalog: Catalog
    record: Callable[[Leg], None]
    deliveries: Lanes
    failures: Rates
    tasks: Tasks


@asynccontextmanager
async def open_front(
    *,
    settings: Settings,
    store: Store,
    secrets: Secrets,
    post: Sends,
    catalog: Catalog,
    record: Callable[[Leg], None],
    deliveries: Lanes,
    failures: Rates,
) -> AsyncIterator[Front]:
    """Load the directory, then keep it fresh, announce what is owed and check who is alive until the block ends."""
    tasks = Tasks()
    front = _wire(
        _Needs(
            settings=settings,
            store=store,
            secrets=secrets,
            post=post,
            catalog=catalog,
            record=record,
            deliveries=deliveries,
            failures=failures,
            tasks=tasks,
        )
    )
    try:
        await front.roster.reload()
        tasks.spawn(front.roster.follow(), "follow the directory")
        tasks.spawn(front.liveness.run(), "liveness")
        tasks.spawn(front.pushes.make_good(), "announce owed client infos")
        yield front
    finally:
        await tasks.close()


def _wire(needs: _Needs) -> Front:
    settings, store, secrets = needs.settings, needs.store, needs.secrets
    modules = [module.identifier for module in needs.catalog.functional()]
    roster = Roster(settings.party, store.platforms, store.agreements, secrets.unseal, require=settings.require_verdict)

    def set_out(record: Callable[[Leg], None] = needs.record) -> Journey:
        return Journey(needs.post, settings.registration_timeout_s, record)

    means = Means(
        settings=settings,
        roster=roster,
        secrets=secrets,
        reader=Reader(settings.allow_private_urls),
        set_out=set_out,
        turns=Turns(settings.registration_timeout_s),
    )
    outgoing = Outgoing(means)
    handshake = Handshake(means, outgoing, needs.tasks)
    rekeying = Rekeying(means, needs.tasks)
    liveness = Liveness(
        means,
        store.presence,
        outgoing,
        needs.tasks,
        set_out=lambda: set_out(_leave_no_trace),
        owns=needs.deliveries.owns,
        woke=needs.deliveries.woke,
    )
    offices = Offices(
        invitations=Invitations(means),
        sender=Sender(means),
        rotation=Rotation(means, outgoing),
        last_seen=liveness.last_seen,
    )
    return Front(
        roster=roster,
        door=Door(
            roster,
            store.platforms.by_token,
            secrets.hashes,
            Doorkeeper(proven=handshake.proven, outdated=rekeying.outdated, refresh=secrets.refresh),
            limits=Limits(requests=_requests(settings), failures=needs.failures),
        ),
        desk=Desk(settings, lambda: roster.directory, handshake, modules),
        outgoing=outgoing,
        pushes=ClientInfoPushes(roster, store.objects, needs.deliveries.accepted, modules, needs.tasks),
        liveness=liveness,
        partners=Partners(means, offices, modules),
        rekeying=rekeying,
    )


def _requests(settings: Settings) -> Rates:
    per_s = settings.requests_per_platform_per_s
    return Rates(per_s, _BURST_S * per_s)


def _leave_no_trace(_: Leg) -> None:
    """Still-alive checks are nobody's traffic, and there is one a second while a partner is away."""
