"""What every undertaking with a partner needs, and the turns that keep two of them from crossing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from hub.clock import now_utc
from hub.config import Settings
from hub.partners.calls import Access, Journey
from hub.partners.reader import Reader
from hub.partners.roster import Roster
from hub.platform import Platform
from hub.secrets import Secrets
from hub.wire.errors import ServerError


class TurnTaken(ServerError):
    """Another registration step of the same platform is under way (both sides may have started one)."""


class Turns:
    """One undertaking at a time for each platform in this process; between processes the store's revisions decide.

    Source: checklist H2.34.
    """

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, platform_id: str) -> AsyncIterator[None]:
        """Wait for the turn, and have it until the end of the block; raises TurnTaken after `wait_s`."""
        lock = self._locks.get(platform_id)
        if lock is None:
            lock = self._locks[platform_id] = asyncio.Lock()
        try:
            async with asyncio.timeout(self._wait_s):
                await lock.acquire()
        except TimeoutError:
            raise TurnTaken("another registration step of this platform is under way: try again") from None
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Made once in the composition root, given to whoever deals with partners."""

    settings: Settings
    roster: Roster
    secrets: Secrets
    reader: Reader
    set_out: Callable[[], Journey]
    """Begin an undertaking."""
    turns: Turns
    now: Callable[[], datetime] = now_utc

    def access(self, platform: Platform) -> Access:
        """How to call this platform now."""
        return access(platform, self.roster.directory.credentials_tokens.get(platform.platform_id, ""))

    def previous_access(self, platform: Platform) -> Access | None:
        """How it was called before the last renewal, while that is not settled."""
        if not platform.outgoing_previous:
            return None
        return access(platform, self.secrets.unseal(platform.outgoing_previous, platform.platform_id))


def access(platform: Platform, token: str) -> Access:
    """How a platform is called with this token."""
    return Access(
        platform_id=platform.platform_id,
        token=token,
        encoding=platform.token_encoding,
        server_pem=platform.pins.server_pem,
    )
