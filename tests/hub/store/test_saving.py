"""Saves that share a write: each is kept or refused by its own, whoever else is in it, and whatever another process does."""

import asyncio
from dataclasses import replace
from typing import Any

from hub.store.protocols import Conflict, Store, StoredObject
from tests.hub.store.samples import stored

MANY = 50


async def test_many_at_once_share_a_few_writes(store: Store, writes: list[dict[str, Any]]) -> None:
    """Fifty new objects and then fifty new states of them: a handful of journaled writes, every one kept."""
    first = await asyncio.gather(*(store.objects.save(stored(f"loc{number}")) for number in range(MANY)))
    second = await asyncio.gather(*(store.objects.save(replace(one, body=b"{}")) for one in first))
    kept = await asyncio.gather(*(store.objects.get(one.key) for one in first))

    assert [*kept] == second
    assert {one.revision for one in second} == {2}
    assert len({one.seq for one in second}) == MANY
    assert len(writes) <= 6
    assert all(one["writeConcern"]["j"] for one in writes)


async def test_who_lost_a_race_is_told_among_those_who_did_not(store: Store, other_store: Store) -> None:
    """Another process changed every third object in between: just these saves hear Conflict, nothing of them is kept."""
    first = await asyncio.gather(*(store.objects.save(stored(f"loc{number}")) for number in range(MANY)))
    theirs = {one.key: await other_store.objects.save(replace(one, body=b"[3]")) for one in first[::3]}
    outcomes = await asyncio.gather(
        *(store.objects.save(replace(one, body=b"{}")) for one in first), return_exceptions=True
    )

    for before, outcome in zip(first, outcomes, strict=True):
        kept = await store.objects.get(before.key)
        if before.key in theirs:
            assert isinstance(outcome, Conflict)
            assert kept == theirs[before.key]
        else:
            assert kept == outcome


async def test_inserts_and_replacements_and_losers_in_one_write(store: Store, other_store: Store) -> None:
    """New ones, known ones, ones that someone else inserted first, ones that were changed: each by its own."""
    known = await asyncio.gather(*(store.objects.save(stored(f"known{number}")) for number in range(10)))
    taken = [await other_store.objects.save(stored(f"taken{number}")) for number in range(10)]
    stale = await asyncio.gather(*(store.objects.save(stored(f"stale{number}")) for number in range(10)))
    for one in stale:
        await other_store.objects.save(one)
    wanted = [
        *(replace(one, body=b"{}") for one in known),
        *(stored(f"new{number}") for number in range(10)),
        *(stored(f"taken{number}", body=b"{}") for number in range(10)),
        *(replace(one, body=b"{}") for one in stale),
    ]
    outcomes = await asyncio.gather(*map(store.objects.save, wanted), return_exceptions=True)

    assert [isinstance(one, StoredObject) for one in outcomes] == [True] * 20 + [False] * 20
    assert {type(one) for one in outcomes[20:]} == {Conflict}
    assert [await store.objects.get(one.key) for one in taken] == taken


async def test_of_one_revision_one_state_is_kept(store: Store) -> None:
    """Also when all who want to replace it are in the same write."""
    before = await store.objects.save(stored())
    outcomes = await asyncio.gather(
        *(store.objects.save(replace(before, body=b"%d" % number)) for number in range(20)), return_exceptions=True
    )
    (won,) = [one for one in outcomes if isinstance(one, StoredObject)]

    assert await store.objects.get(before.key) == won
    assert sum(isinstance(one, Conflict) for one in outcomes) == 19
