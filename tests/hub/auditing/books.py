"""CDRs that were carried, delivered and kept."""

from dataclasses import replace

from hub.money.clearing.entry import ClearedCdr
from hub.store.protocols import Store


async def keep(store: Store, *cdrs: ClearedCdr) -> None:
    """They were carried and delivered."""
    for one in cdrs:
        await store.clearing.expect(replace(one, delivered_at=None))
        await store.clearing.delivered(one)
