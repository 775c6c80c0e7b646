"""The door: lets in whoever presents a token that this hub issued, in this process or a moment ago in another.

It counts, too: what one platform asks, and how often one address presents a token that is none. Whoever has a good token comes in
however many strangers ask from the same address.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from hub.auth import Caller, HashesOf, known_caller, token_hashes
from hub.clock import monotonic_s, now_utc
from hub.limits import Rates, source
from hub.partners.roster import Roster
from hub.platform import Platform
from hub.wire.errors import TooManyRequests, Unauthorized

_ASKED_AT_ONCE = 4
_ENDED_MAX = 4096
_TOLD_EVERY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is let in."""

    requests: Rates
    """By platform_id."""
    failures: Rates
    """By source address: tokens that are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """Who is told at the door, and must return at once."""

    proven: Callable[[Caller], None]
    """A newly issued token was used the first time."""
    outdated: Callable[[Caller], None] = lambda _: None
    """A token is kept under an older server key."""
    refresh: Callable[[], bool] = lambda: False
    """Look for other server keys; tells whether there are any."""


class Door:
    """Authenticates; only a token that memory does not know costs a question to the store."""

    def __init__(
        self,
        roster: Roster,
        by_token: Callable[[str], Awaitable[Platform | None]],
        hashes_of: HashesOf,
        keeper: Doorkeeper,
        *,
        limits: Limits,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`by_token` asks the store who holds a token hash."""
        self._roster = roster
        self._by_token = by_token
        self._hashes_of = hashes_of
        self._keeper = keeper
        self._limits = limits
        self._now = now
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._ended: set[str] = set()
        self._told_s = -_TOLD_EVERY_S

    async def authenticate(self, values: list[str], *, remote: str = "", certificate: str = "") -> Caller:
        """Name the caller of a request by all of its Authorization headers.

        `remote` is the address it came from, `certificate` the SHA-256 fingerprint of its TLS certificate, both empty when
        unknown. Raises Unauthorized (HTTP 401) or TooManyRequests (HTTP 429).
        """
        caller = self._known(values)
        if caller is None:
            self._check_failures(remote)
            if self._keeper.refresh() or await self._issued_elsewhere(values):
                caller = self._known(values)
        if caller is None or caller.token.token_hash in self._ended or not _shows(caller.platform, certificate):
            self._failed(remote)
            raise Unauthorized
        self._count(caller.platform.platform_id)
        if caller.proves:
            self._end_superseded(caller)
            self._keeper.proven(caller)
        if caller.token.token_hash != self._hashes_of(caller.presented)[0]:
            self._keeper.outdated(caller)
        return caller

    def _known(self, values: list[str]) -> Caller | None:
        return known_caller(self._roster.directory, values, self._hashes_of, self._now)

    def _count(self, platform_id: str) -> None:
        wait_s = self._limits.requests.take(platform_id, monotonic_s())
        if wait_s:
            raise TooManyRequests("your platform sends more requests than this hub takes from one", wait_s)

    def _check_failures(self, remote: str) -> None:
        """Before the store is asked: who guesses does not keep it busy."""
        wait_s = self._limits.failures.wait_s(source(remote), monotonic_s())
        if wait_s:
            self._tell(remote)
            raise TooManyRequests("too many requests without a credentials token of this hub", wait_s)

    def _failed(self, remote: str) -> None:
        self._limits.failures.take(source(remote), monotonic_s())

    def _tell(self, remote: str) -> None:
        if monotonic_s() - self._told_s >= _TOLD_EVERY_S:
            self._told_s = monotonic_s()
            structlog.get_logger().warning("authentications_limited", remote=source(remote))

    def _end_superseded(self, caller: Caller) -> None:
        """The first use of a new token ends the older ones here at once; the store hears of it in the background."""
        if len(self._ended) >= _ENDED_MAX:
            self._ended.clear()
        self._ended |= {token.token_hash for token in caller.platform.issued if token.superseded}

    async def _issued_elsewhere(self, values: list[str]) -> bool:
        """Ask the store, few at a time: strangers with wrong tokens must not keep it busy."""
        for token_hash in token_hashes(values, self._hashes_of):
            if token_hash in self._roster.directory.issued:
                continue  # known, and expired
            async with self._asking:
                known = await self._by_token(token_hash) is not None
            if known:
                await self._roster.reload()
                return True
        return False


def _shows(platform: Platform, certificate: str) -> bool:
    """A platform with a pinned certificate must show that one, and no other."""
    pinned = platform.pins.client_fingerprint
    return not pinned or hmac.compare_digest(pinned, certificate)
