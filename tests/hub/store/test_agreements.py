"""Rules on who may talk to whom."""

from dataclasses import replace

from hub.platform import Agreement, Effect
from hub.store.protocols import Store
from tests.hub.store.samples import CPA, EMA, LOCATIONS, NOON

DENIED = Agreement(sender=CPA, receiver=EMA, module=LOCATIONS, effect=Effect.DENY, created_at=NOON, created_by="jan")
FOR_ALL = Agreement(sender=None, receiver=None, module=None, effect=Effect.ALLOW, created_at=NOON)


async def test_rules_are_read_back_as_they_were_put(store: Store) -> None:
    """Both the narrow one and the one for everyone, by rule_id."""
    await store.agreements.put(DENIED)
    await store.agreements.put(FOR_ALL)

    assert await store.agreements.all() == [FOR_ALL, DENIED]


async def test_a_rule_for_the_same_triple_replaces_the_old_one(store: Store) -> None:
    """There is never a deny and an allow for one sender, receiver and module."""
    allowed = replace(DENIED, effect=Effect.ALLOW, created_by="ria")
    await store.agreements.put(DENIED)
    await store.agreements.put(allowed)

    assert await store.agreements.all() == [allowed]


async def test_removal_tells_whether_there_was_a_rule(store: Store) -> None:
    """The second removal finds none; others stay."""
    await store.agreements.put(DENIED)
    await store.agreements.put(FOR_ALL)

    assert [await store.agreements.remove(DENIED.rule_id) for _ in range(2)] == [True, False]
    assert await store.agreements.all() == [FOR_ALL]
