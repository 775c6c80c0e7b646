"""What passing messages taught."""

import pytest

from hub.store import index
from hub.store.driver import Database
from hub.store.protocols import Store
from hub.wire.interface import Learned
from hub.wire.party import Party
from tests.hub.store.samples import CPA, EMA

TEN = [Party.of("NL", f"P{number:02}") for number in range(10)]


async def test_what_was_learned_is_found_by_every_process(store: Store, other_store: Store) -> None:
    """By kind, key and scope; nothing under another kind, key or scope."""
    await store.index.learn([Learned("session", "s1", CPA), Learned("reservation", "r1", CPA, scope=EMA)])

    assert await other_store.index.find("session", "s1", None) == [CPA]
    assert await other_store.index.find("reservation", "r1", EMA) == [CPA]
    for kind, key, scope in (
        ("token", "s1", None),
        ("session", "s2", None),
        ("session", "s1", EMA),
        ("reservation", "r1", CPA),
    ):
        assert await other_store.index.find(kind, key, scope) == []


async def test_several_parties_of_one_key_are_all_known(store: Store, other_store: Store) -> None:
    """Each once, the one that was said last first."""
    await store.index.learn([Learned("token", "rfid/1", CPA), Learned("token", "rfid/1", CPA)])
    await store.index.learn([Learned("token", "rfid/1", EMA)])
    await other_store.index.learn([Learned("token", "rfid/1", CPA)])

    assert await store.index.find("token", "rfid/1", None) == [CPA, EMA]


async def test_a_key_knows_the_last_eight_parties(store: Store) -> None:
    """A key that everyone uses stays a small document."""
    for party in TEN:
        await store.index.learn([Learned("location", "1", party)])

    assert await store.index.find("location", "1", None) == TEN[:1:-1]


async def test_what_was_just_written_is_not_written_again(store: Store, database: Database) -> None:
    """Ten pushes of one session teach the same thing once."""
    await database.command("profile", 2)
    for _ in range(10):
        await store.index.learn([Learned("session", "s1", CPA)])
    await store.index.learn([])
    await database.command("profile", 0)

    assert await database["system.profile"].count_documents({"op": "update"}) == 1


async def test_what_was_forgotten_here_is_written_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of what was written is bounded; forgetting costs a write and nothing else."""
    monkeypatch.setattr(index, "_REMEMBERED_MAX", 1)
    for key in ("1", "2", "1"):
        await store.index.learn([Learned("location", key, CPA)])

    assert await store.index.find("location", "1", None) == [CPA]
    assert await store.index.find("location", "2", None) == [CPA]
