"""When each platform was last heard."""

from datetime import timedelta

from hub.store.protocols import Store
from tests.hub.store.samples import NOON

LATER = NOON + timedelta(seconds=1)


async def test_the_latest_hearing_stays(store: Store, other_store: Store) -> None:
    """Two processes tell what they heard, in any order: the later instant counts."""
    await store.presence.seen({"p-1": LATER, "p-2": NOON})
    await other_store.presence.seen({"p-1": NOON, "p-2": LATER})
    await other_store.presence.seen({})

    assert await store.presence.all() == {"p-1": LATER, "p-2": LATER}
