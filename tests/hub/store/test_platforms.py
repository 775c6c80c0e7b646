"""Platforms: compare-and-set, what is unique among them, and the stream of their changes."""

import asyncio
from dataclasses import replace

import pytest

from hub.platform import Agreement, Effect, IssuedToken, Platform, PlatformState, TokenKind
from hub.store.driver import Database
from hub.store.protocols import Conflict, Store
from hub.wire.party import PartyRole
from tests.hub.store.samples import CPA, EMA, LOCATIONS, NOON, platform

PROMPT_S = 5.0


async def test_a_platform_is_read_back_as_it_was_saved(store: Store) -> None:
    """All fields are there; the revision is the store's."""
    saved = await store.platforms.save(platform())

    assert saved == platform(revision=1)
    assert await store.platforms.all() == [saved]


async def test_platforms_come_by_creation(store: Store) -> None:
    """Whatever their ids and names: the oldest first, the removed ones too."""
    for number, name in enumerate("bca"):
        state = PlatformState.REMOVED if name == "c" else PlatformState.INVITED
        created_at = NOON.replace(minute=number)
        await store.platforms.save(platform(name, claims=frozenset(), state=state, created_at=created_at))

    assert [one.name for one in await store.platforms.all()] == ["b", "c", "a"]


async def test_of_two_saves_of_one_revision_one_is_refused(store: Store, other_store: Store) -> None:
    """Whoever read before another wrote hears of it, and loses nothing that the other wrote."""
    read = await store.platforms.save(platform())
    outcomes = await asyncio.gather(
        *(
            at.platforms.save(replace(read, suspended_reason=f"reason {number}"))
            for number in range(6)
            for at in (store, other_store)
        ),
        return_exceptions=True,
    )

    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Platform)]
    assert won.revision == 2
    assert await store.platforms.all() == [won]
    lost = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert {f"{type(error).__name__}: {error}" for error in lost} == {
        f"Conflict: platform {read.platform_id} was changed by someone else"
    }


async def test_a_name_is_taken_whatever_its_case(store: Store) -> None:
    """A second platform of the same name is refused, by name."""
    await store.platforms.save(platform("Straße"))

    with pytest.raises(Conflict, match="the name strasse is taken by another platform"):
        await store.platforms.save(platform("STRASSE", claims=frozenset()))


async def test_a_claimed_party_cannot_be_claimed_again(store: Store) -> None:
    """Neither by an insert nor by a later save: the triple of country, party and role is unique among platforms."""
    await store.platforms.save(platform("first"))
    theirs = frozenset({PartyRole.parse("DE/EMA/EMSP")})
    second = await store.platforms.save(platform("second", claims=theirs))

    with pytest.raises(Conflict, match=r"NL\*CPA CPO is claimed by another platform"):
        await store.platforms.save(platform("third"))
    with pytest.raises(Conflict, match=r"NL\*CPA CPO is claimed by another platform"):
        await store.platforms.save(replace(second, claims=theirs | platform().claims))


async def test_removal_frees_name_and_claims(store: Store) -> None:
    """After REMOVED the same name and the same party can come again."""
    first = await store.platforms.save(platform("first"))
    await store.platforms.save(replace(first, state=PlatformState.REMOVED))

    again = platform("first", platform_id="p-again", issued=())
    assert (await store.platforms.save(again)).revision == 1


async def test_a_token_belongs_to_one_platform_for_ever(store: Store) -> None:
    """H1.05: an issued token identifies one platform; the same one issued to another is refused, even after a removal."""
    token = (IssuedToken(token_hash="same", kind=TokenKind.ESTABLISHED),)
    await store.platforms.save(platform("first", issued=token, state=PlatformState.REMOVED))

    with pytest.raises(Conflict, match="the same credentials token was issued before"):
        await store.platforms.save(platform("second", issued=token))


async def test_platforms_without_claims_and_tokens_do_not_collide(store: Store) -> None:
    """What is absent is not unique."""
    for name in "abc":
        await store.platforms.save(platform(name, claims=frozenset(), issued=()))

    assert len(await store.platforms.all()) == 3


async def test_an_id_is_inserted_once(store: Store) -> None:
    """Inserting the same platform again is a conflict, not a second one."""
    await store.platforms.save(platform())

    with pytest.raises(Conflict):
        await store.platforms.save(platform())


async def test_a_platform_is_found_by_each_token_it_holds(store: Store) -> None:
    """H1.05: the hash of a presented token leads to the one platform that it was issued to; a replaced one to none."""
    tokens = tuple(IssuedToken(token_hash=text, kind=TokenKind.ESTABLISHED) for text in ("old", "new"))
    saved = await store.platforms.save(platform(issued=tokens))
    found = [await store.platforms.by_token(text) for text in ("old", "new", "other")]
    only_new = await store.platforms.save(replace(saved, issued=tokens[1:]))

    assert found == [saved, saved, None]
    assert await store.platforms.by_token("old") is None
    assert await store.platforms.by_token("new") == only_new


async def test_changes_are_told_from_the_start_on(store: Store, other_store: Store) -> None:
    """Once at the start, then after a change of a platform or an agreement by any process."""
    agreement = Agreement(sender=CPA, receiver=EMA, module=LOCATIONS, effect=Effect.DENY, created_at=NOON)
    changes = store.platforms.changes()
    async with asyncio.timeout(PROMPT_S):
        await anext(changes)
        await other_store.platforms.save(platform())
        await anext(changes)
        await other_store.agreements.put(agreement)
        await anext(changes)
        await other_store.agreements.remove(agreement.rule_id)
        await anext(changes)
    await changes.aclose()


async def test_changes_that_come_together_are_told_together(store: Store, other_store: Store) -> None:
    """A follower that was busy during thirty changes reads once or twice, not thirty times."""
    changes = store.platforms.changes()
    await anext(changes)
    saved = await other_store.platforms.save(platform())
    for _ in range(29):
        saved = await other_store.platforms.save(saved)
    told, seen = 0, 0
    async with asyncio.timeout(PROMPT_S):
        while seen < saved.revision:
            await anext(changes)
            told += 1
            (one,) = await store.platforms.all()
            seen = one.revision
    await changes.aclose()

    assert told < 10


async def test_changes_go_on_after_the_stream_broke(store: Store, other_store: Store, database: Database) -> None:
    """A stream that the database ends (here: by dropping everything) is opened again, tells once, and goes on telling."""
    changes = store.platforms.changes()
    async with asyncio.timeout(PROMPT_S):
        await anext(changes)
        await other_store.platforms.save(platform())
        await anext(changes)
        await database.client.drop_database(database.name)
        await anext(changes)
        await other_store.platforms.save(platform("after"))
        while [one.name for one in await store.platforms.all()] != ["after"]:
            await anext(changes)
    await changes.aclose()
