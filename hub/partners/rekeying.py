"""A change of the server key: partners' tokens are sealed anew at once, issued ones are hashed anew at their next use.

Each is one compare-and-set of one platform, so that several processes may do the same at once, and one that is killed half-way
leaves what works: under the older key or under the newer one.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from hub.auth import Caller
from hub.clock import Tasks
from hub.partners import tokens
from hub.partners.means import Means
from hub.platform import Platform
from hub.secrets import SealBroken, key_of
from hub.store.protocols import Conflict, StoreUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependents:
    """What is worth nothing without one server key."""

    tokens: int
    """Issued tokens that their partners have not used since the key was replaced."""
    seals: int
    """Partners' tokens."""


class Rekeying:
    """Moves what is kept to the key in use."""

    def __init__(self, means: Means, tasks: Tasks) -> None:
        self._means = means
        self._tasks = tasks
        self._moving: set[str] = set()

    def outdated(self, caller: Caller) -> None:
        """A token came that is kept under an older key: hash it anew, in the background."""
        if caller.token.token_hash not in self._moving:
            self._moving.add(caller.token.token_hash)
            self._tasks.spawn(self._rehash(caller), name=f"hash anew {caller.platform.platform_id}")

    async def _rehash(self, caller: Caller) -> None:
        old, new = caller.token.token_hash, self._means.secrets.hash_token(caller.presented)
        try:
            await self._means.roster.amend(
                caller.platform.platform_id,
                lambda current: replace(current, issued=tokens.rehashed(current.issued, old, new)),
            )
        except (Conflict, StoreUnavailable) as error:
            structlog.get_logger().warning("token_not_moved", partner=caller.platform.name, reason=str(error))
        finally:
            self._moving.discard(old)

    async def reseal(self) -> int:
        """Seal every partner's token with the key in use; returns how many platforms were changed.

        One whose seal does not open stays as it is: it was of no use before, either.
        """
        changed = 0
        for platform in list(self._means.roster.directory.platforms.values()):
            before = self._means.roster.directory.platforms[platform.platform_id].revision
            amended = await self._means.roster.amend(platform.platform_id, self._resealed)
            changed += amended.revision != before
        return changed

    def dependents(self) -> Mapping[str, Dependents]:
        """By key id; a key that is not there has none."""
        platforms = self._means.roster.directory.platforms.values()
        issued = Counter(key_of(token.token_hash) for platform in platforms for token in platform.issued)
        sealed = Counter(
            key_of(text) for platform in platforms for text in (platform.outgoing, platform.outgoing_previous) if text
        )
        return {kid: Dependents(tokens=issued[kid], seals=sealed[kid]) for kid in issued | sealed}

    def _resealed(self, platform: Platform) -> Platform:
        try:
            return replace(
                platform,
                outgoing=self._means.secrets.resealed(platform.outgoing, platform.platform_id),
                outgoing_previous=self._means.secrets.resealed(platform.outgoing_previous, platform.platform_id),
            )
        except SealBroken as error:
            structlog.get_logger().error("token_not_resealed", partner=platform.name, reason=str(error))
            return platform
