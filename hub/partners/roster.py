"""The roster: keeps the directory of this process as the store has it, and tells who must know when it changes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime

import structlog

from hub.clock import now_utc
from hub.partners.parties import stamped
from hub.platform import Agreement, HostedParty, Platform
from hub.registry import Directory, build
from hub.secrets import SealBroken
from hub.standing import Require
from hub.store.protocols import AgreementStore, Conflict, PlatformStore, StoreUnavailable
from hub.wire.party import Party

Announce = Callable[[Platform, tuple[HostedParty, ...]], Awaitable[None]]
"""Tells of parties of a platform whose status changed."""
Watch = Callable[[Directory, Directory], None]
"""Is told of every swap: the directory before and after."""

_TRIES = 8
_AGAIN_AFTER_S = 1.0


class Roster:
    """Holds `directory`, an immutable picture that is swapped whole; every change of a platform goes through here."""

    def __init__(
        self,
        hub: Party,
        platforms: PlatformStore,
        agreements: AgreementStore,
        unseal: Callable[[str, str], str],
        *,
        require: Require = Require.OFF,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`unseal(sealed, platform_id)` opens an outgoing token; it raises SealBroken for one of another server key."""
        self.directory = Directory(hub=hub, require=require)
        self._platforms = platforms
        self._agreements = agreements
        self._unseal = unseal
        self._now = now
        self._opened: dict[tuple[str, str], str] = {}
        self._reading = asyncio.Lock()
        self._asked = self._answered = 0
        self._announce: Announce | None = None
        self._watches: list[Watch] = []

    def announce_with(self, announce: Announce) -> None:
        """Have `announce` called after each save that changed the status of a party."""
        self._announce = announce

    def watch(self, watch: Watch) -> None:
        """Have `watch` called after each swap; it must return at once."""
        self._watches.append(watch)

    async def reload(self) -> None:
        """Read the store and swap the directory; whoever asks while others wait shares the read that starts next."""
        self._asked += 1
        mine = self._asked
        async with self._reading:
            if self._answered >= mine:
                return
            answers = self._asked
            platforms = await self._platforms.all()
            agreements = await self._agreements.all()
            before = self.directory
            self.directory = build(before.hub, platforms, agreements, self._open, before.require)
            self._answered = answers
            live = {(platform.platform_id, platform.outgoing) for platform in platforms}
            self._opened = {known: token for known, token in self._opened.items() if known in live}
            for watch in self._watches:
                watch(before, self.directory)

    async def follow(self) -> None:
        """Swap the directory after every change by any process; runs until cancelled."""
        while True:
            try:
                async with aclosing(self._platforms.changes()) as changes:
                    async for _ in changes:
                        await self.reload()
            except StoreUnavailable as error:
                structlog.get_logger().warning("directory_not_followed", reason=str(error))
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def save(self, platform: Platform) -> Platform:
        """Store a platform, swap the directory and announce the parties whose status this changes; raises Conflict."""
        fresh, changed = stamped(self.directory.platforms.get(platform.platform_id), platform, self._now())
        saved = await self._platforms.save(fresh)
        await self.reload()
        if changed and self._announce is not None:
            await self._announce(saved, changed)
        return saved

    async def amend(self, platform_id: str, edit: Callable[[Platform], Platform]) -> Platform:
        """Save `edit` of the platform as it is now, again when someone else was faster; does nothing without a change.

        Raises Conflict when what must be unique is taken, KeyError when there is no such platform.
        """
        for _ in range(_TRIES):
            current = self.directory.platforms[platform_id]
            wanted = edit(current)
            if wanted == current:
                return current
            try:
                return await self.save(wanted)
            except Conflict:
                await self.reload()
                if self.directory.platforms[platform_id].revision == current.revision:
                    raise
        raise Conflict(f"platform {platform_id} is being changed by others all the time")

    async def agree(self, agreement: Agreement) -> None:
        """Put a rule in force."""
        await self._agreements.put(agreement)
        await self.reload()

    async def disagree(self, rule_id: str) -> bool:
        """Take a rule away; tells whether there was one."""
        removed = await self._agreements.remove(rule_id)
        await self.reload()
        return removed

    def _open(self, platform: Platform) -> str:
        """The clear outgoing token; each sealed one is opened once. A broken seal costs one partner, not the hub."""
        known = (platform.platform_id, platform.outgoing)
        if platform.outgoing and known not in self._opened:
            try:
                self._opened[known] = self._unseal(platform.outgoing, platform.platform_id)
            except SealBroken as error:
                self._opened[known] = ""
                structlog.get_logger().error("token_unusable", partner=platform.name, reason=str(error))
        return self._opened.get(known, "")
