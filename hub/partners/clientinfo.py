"""HubClientInfo: the list that a platform may see, and one push for each change to everyone who may see the party.

Source: OCPI 2.2.1, mod_hub_client_info; checklist chapter 5.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson
import structlog

from hub.clock import Tasks, new_id, now_utc
from hub.delivery.receiver import Accepted, Receiver
from hub.partners.roster import Roster
from hub.partners.visibility import CLIENT_INFO, audience, sees
from hub.platform import HostedParty, Platform, PlatformState
from hub.registry import Directory
from hub.store.protocols import Conflict, ObjectKey, StoredObject, StoreUnavailable
from hub.wire.interface import ModuleId, fold
from hub.wire.party import PartyRole
from hub.wire.types import format_datetime

_TRIES = 8
_AGAIN_AFTER_S = 5.0


class Keeps(Protocol):
    """What this needs of hub.store.protocols.ObjectStore."""

    async def get(self, key: ObjectKey) -> StoredObject | None:
        """The object as it is."""
        ...

    async def save(self, stored: StoredObject) -> StoredObject:
        """Insert it, or replace the revision it carries; raises Conflict."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One ClientInfo: a party in a role, and the platform that it is or was on."""

    platform: Platform
    hosted: HostedParty

    def value(self) -> dict[str, Any]:
        """The ClientInfo object."""
        one = self.hosted.party_role
        return {
            "party_id": one.party.party_id,
            "country_code": one.party.country_code,
            "role": one.role.value,
            "status": self.hosted.status.value,
            "last_updated": format_datetime(self.hosted.status_changed_at),
        }


def entries(directory: Directory) -> list[Entry]:
    """One entry for each (party, role) that was ever told, oldest platform first; where it is live wins."""
    known: dict[PartyRole, Entry] = {}
    for platform in directory.platforms.values():
        for hosted in platform.parties:
            other = known.get(hosted.party_role)
            if other is None or _weight(platform, hosted) > _weight(other.platform, other.hosted):
                known[hosted.party_role] = Entry(platform, hosted)
    return sorted(known.values(), key=lambda one: (one.platform.created_at, one.platform.platform_id))


def visible(directory: Directory, viewer: Platform, modules: Sequence[ModuleId]) -> list[Entry]:
    """What `viewer` may know: the entries of other platforms whose party one of its own may exchange messages with."""
    return [
        one
        for one in entries(directory)
        if one.platform.platform_id != viewer.platform_id
        and sees(directory, viewer, one.hosted.party_role.party, modules)
    ]


class ClientInfoPushes:
    """Keeps each ClientInfo as a stored object and hands every change to the lanes, as with any broadcast object."""

    def __init__(
        self,
        roster: Roster,
        objects: Keeps,
        accepted: Callable[[Accepted], None],
        modules: Sequence[ModuleId],
        tasks: Tasks,
        *,
        again_after_s: float = _AGAIN_AFTER_S,
    ) -> None:
        self._roster = roster
        self._objects = objects
        self._accepted = accepted
        self._modules = modules
        self._tasks = tasks
        self._again_after_s = again_after_s
        self._owing = False
        roster.announce_with(self.announce)

    async def announce(self, platform: Platform, changed: tuple[HostedParty, ...]) -> None:
        """Push these parties, both roles of one party in a fixed order (checklist H5.05).

        Never raises: what the store does not take now is made good for as soon as it does.
        """
        for hosted in sorted(changed, key=lambda one: one.party_role):
            try:
                await self._push(Entry(platform, hosted))
            except (StoreUnavailable, Conflict) as error:
                structlog.get_logger().warning("client_info_owed", party=str(hosted.party_role), reason=str(error))
                if not self._owing:
                    self._owing = True
                    self._tasks.spawn(self.make_good(), name="announce owed client infos")

    async def make_good(self) -> None:
        """Push whatever is owed, from this process or one that died; tries until the store answers."""
        while True:
            try:
                self._owing = False
                await self.reconcile()
            except (StoreUnavailable, Conflict) as error:
                structlog.get_logger().warning("client_info_still_owed", reason=str(error))
                self._owing = True
            else:
                return
            await asyncio.sleep(self._again_after_s)

    async def reconcile(self) -> int:
        """Push what was saved and never announced (a process died between the two); returns how many."""
        owed = 0
        for one in entries(self._roster.directory):
            stored = await self._objects.get(_key(one))
            if stored is None or stored.last_updated < one.hosted.status_changed_at:
                await self._push(one)
                owed += 1
        return owed

    async def _push(self, entry: Entry) -> None:
        receivers = self._receivers(entry)
        for _ in range(_TRIES):
            before = await self._objects.get(_key(entry))
            if before is not None and before.last_updated > entry.hosted.status_changed_at:
                return
            try:
                stored = await self._objects.save(_stored(entry, before, receivers))
            except Conflict:
                continue
            self._accepted(_accepted(stored, receivers))
            return
        raise Conflict(f"{_key(entry)} is being changed by others all the time")

    def _receivers(self, entry: Entry) -> frozenset[str]:
        told = audience(self._roster.directory, entry.platform, [entry.hosted.party_role.party], self._modules)
        return frozenset(str(Receiver(other.platform_id)) for other in told if other.reachable or other.quirks.catch_up)


def _weight(platform: Platform, hosted: HostedParty) -> tuple[bool, bool, datetime]:
    return platform.state is not PlatformState.REMOVED, not hosted.gone, hosted.status_changed_at


def _key(entry: Entry) -> ObjectKey:
    one = entry.hosted.party_role
    return ObjectKey(module=CLIENT_INFO, owner=one.party, object_id=fold(one.role))


def _stored(entry: Entry, before: StoredObject | None, receivers: frozenset[str]) -> StoredObject:
    now = now_utc()
    return StoredObject(
        key=_key(entry),
        body=orjson.dumps(entry.value()),
        last_updated=entry.hosted.status_changed_at,
        seq=before.seq if before else 0,
        revision=before.revision if before else 0,
        received_at=now,
        changed_at=now,
        behind=receivers | (before.behind if before else frozenset()),
    )


def _accepted(stored: StoredObject, receivers: frozenset[str]) -> Accepted:
    owner = stored.key.owner
    return Accepted(
        stored=stored,
        method="PUT",
        suffix=f"/{owner.country_code}/{owner.party_id}",
        body=stored.body,
        correlation_id=new_id(),
        receivers=receivers,
    )
