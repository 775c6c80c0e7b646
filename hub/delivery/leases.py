"""Which platforms this process delivers to: one holder at a time, known by the monotonic clock without asking."""

from collections.abc import Iterable

from hub.clock import monotonic_s
from hub.store.protocols import LeaseStore

LEASE_S = 2.0
RENEW_EVERY_S = 0.5
_MARGIN_S = 0.1


class Leases:
    """What is held, and until when; instants count from before the store was asked."""

    def __init__(self, store: LeaseStore, holder: str) -> None:
        self._store = store
        self._holder = holder
        self._until_s: dict[str, float] = {}
        self._elsewhere: set[str] = set()

    def valid(self, platform_id: str) -> bool:
        """Tell whether this process may send to the platform at this instant."""
        return self._until_s.get(platform_id, 0.0) > monotonic_s()

    def elsewhere(self, platform_id: str) -> bool:
        """Another process held it when last asked."""
        return platform_id in self._elsewhere

    async def renew(self, platform_ids: Iterable[str]) -> frozenset[str]:
        """Take or renew what can be had of these, and return it; raises StoreUnavailable."""
        wanted = list(platform_ids)
        until_s = monotonic_s() + LEASE_S - _MARGIN_S
        held = await self._store.take(wanted, self._holder, LEASE_S) if wanted else {}
        self._until_s = dict.fromkeys(held, until_s)
        self._elsewhere = set(wanted) - set(held)
        return frozenset(held)

    async def release(self) -> None:
        """Let another process have them at once."""
        self._until_s.clear()
        await self._store.release(self._holder)
