"""Public keys of signatures stay, and only their seals change."""

from datetime import timedelta

from hub.store.guarding import SigningKey
from hub.store.protocols import Store
from tests.hub.store.samples import NOON


async def test_a_key_stays_as_old_as_it_is(store: Store, other_store: Store) -> None:
    """Putting it again replaces its seal; the oldest key comes first."""
    await store.signing_keys.put(SigningKey(kid="new", sealed="s1", since=NOON))
    await store.signing_keys.put(SigningKey(kid="old", sealed="s2", since=NOON - timedelta(days=1)))
    await other_store.signing_keys.put(SigningKey(kid="new", sealed="s3", since=NOON + timedelta(days=1)))

    assert [(key.kid, key.sealed, key.since) for key in await store.signing_keys.all()] == [
        ("old", "s2", NOON - timedelta(days=1)),
        ("new", "s3", NOON),
    ]
