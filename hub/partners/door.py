"""The door: lets in whoever presents a token that this hub issued, in this process or a moment ago in another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache

from hub.auth import Caller, HashToken, known_caller, token_hashes
from hub.clock import now_utc
from hub.partners.roster import Roster
from hub.platform import Platform
from hub.wire.errors import Unauthorized

_ASKED_AT_ONCE = 4
_HASHED_MAX = 4096
"""Tokens whose HMAC is remembered: a partner presents the same one with every message."""


class Door:
    """Authenticates; only a token that memory does not know costs a question to the store."""

    def __init__(
        self,
        roster: Roster,
        by_token: Callable[[str], Awaitable[Platform | None]],
        hash_token: HashToken,
        proven: Callable[[Caller], None],
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`by_token` asks the store who holds a token hash.

        `proven` is called at the first use of a newly issued token; it must return at once.
        """
        self._roster = roster
        self._by_token = by_token
        self._hash_token = lru_cache(maxsize=_HASHED_MAX)(hash_token)
        self._proven = proven
        self._now = now
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._ended: set[str] = set()

    async def authenticate(self, values: list[str]) -> Caller:
        """Name the caller of a request by all of its Authorization headers; raises Unauthorized (HTTP 401)."""
        caller = known_caller(self._roster.directory, values, self._hash_token, self._now)
        if caller is None and await self._issued_elsewhere(values):
            caller = known_caller(self._roster.directory, values, self._hash_token, self._now)
        if caller is None or caller.token.token_hash in self._ended:
            raise Unauthorized
        if caller.proves:
            self._end_superseded(caller)
            self._proven(caller)
        return caller

    def _end_superseded(self, caller: Caller) -> None:
        """The first use of a new token ends the older ones here at once; the store hears of it in the background."""
        if len(self._ended) >= _HASHED_MAX:
            self._ended.clear()
        self._ended |= {token.token_hash for token in caller.platform.issued if token.superseded}

    async def _issued_elsewhere(self, values: list[str]) -> bool:
        """Ask the store, few at a time: strangers with wrong tokens must not keep it busy."""
        for token_hash in token_hashes(values, self._hash_token):
            if token_hash in self._roster.directory.issued:
                continue  # known, and expired
            async with self._asking:
                known = await self._by_token(token_hash) is not None
            if known:
                await self._roster.reload()
                return True
        return False
