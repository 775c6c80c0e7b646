"""Puts the parts of this room together, for the composition root and for tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.clock import Tasks
from hub.config import Settings
from hub.delivery.receiver import Accepted
from hub.partners.calls import Journey, Sends
from hub.partners.clientinfo import ClientInfoPushes
from hub.partners.desk import Desk
from hub.partners.door import Door
from hub.partners.handshake import Handshake
from hub.partners.invitation import Invitations
from hub.partners.liveness import Liveness
from hub.partners.means import Means, Turns
from hub.partners.office import Offices, Partners
from hub.partners.outgoing import Outgoing
from hub.partners.reader import Reader
from hub.partners.roster import Roster
from hub.partners.rotation import Rotation
from hub.partners.sender import Sender
from hub.secrets import Secrets
from hub.store.protocols import Leg, Store
from hub.wire.interface import ModuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What this room needs from the others."""

    settings: Settings
    store: Store
    secrets: Secrets
    post: Sends
    tasks: Tasks
    modules: Sequence[ModuleId]
    """The functional ones, in the specification's order."""
    accepted: Callable[[Accepted], None]
    """Takes a ClientInfo that is to be sent on."""
    woke: Callable[[str], None]
    """Is told which platform is CONNECTED now and was not."""
    owns: Callable[[str], bool]
    """Whether this process checks that a platform is alive."""
    record: Callable[[Leg], None]
    """Traces a call to a partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersRoom:
    """What the other rooms use; `roster.reload` comes first, then `pushes.reconcile`, `roster.follow`, `liveness.run`."""

    roster: Roster
    door: Door
    desk: Desk
    outgoing: Outgoing
    pushes: ClientInfoPushes
    liveness: Liveness
    partners: Partners


def wire(needs: Surroundings) -> PartnersRoom:
    """Make everything; nothing runs and nothing is read yet."""
    settings, store, secrets = needs.settings, needs.store, needs.secrets
    roster = Roster(settings.party, store.platforms, store.agreements, secrets.unseal)
    means = Means(
        settings=settings,
        roster=roster,
        secrets=secrets,
        reader=Reader(settings.allow_private_urls),
        set_out=lambda: Journey(needs.post, settings.registration_timeout_s, needs.record),
        turns=Turns(settings.registration_timeout_s),
    )
    outgoing = Outgoing(means)
    handshake = Handshake(means, outgoing, needs.tasks)
    liveness = Liveness(
        means,
        store.presence,
        outgoing,
        needs.tasks,
        set_out=lambda: Journey(needs.post, settings.registration_timeout_s, _leave_no_trace),
        owns=needs.owns,
        woke=needs.woke,
    )
    offices = Offices(
        invitations=Invitations(means),
        sender=Sender(means),
        rotation=Rotation(means, outgoing),
        last_seen=liveness.last_seen,
    )
    return PartnersRoom(
        roster=roster,
        door=Door(roster, store.platforms, secrets.hash_token, handshake.proven),
        desk=Desk(settings, lambda: roster.directory, handshake, needs.modules),
        outgoing=outgoing,
        pushes=ClientInfoPushes(roster, store.objects, needs.accepted, needs.modules, needs.tasks),
        liveness=liveness,
        partners=Partners(means, offices, needs.modules),
    )


def _leave_no_trace(_: Leg) -> None:
    """Still-alive checks are nobody's traffic, and there is one a second while a partner is away."""
