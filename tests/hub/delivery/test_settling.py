"""Successes reach the store in batches, merged, and survive a store that is away."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from hub.delivery.item import Item
from hub.delivery.settling import BATCH, Settling
from hub.store.protocols import Settled, Store, StoreUnavailable
from tests.hub.delivery.items import stored
from tests.hub.delivery.office import Office, until
from tests.words import location


class Slow:
    """A store for settles and clears that can be away, and says what it was told."""

    def __init__(self) -> None:
        self.told: list[list[Settled]] = []
        self.cleared: list[str] = []
        self.away = False

    async def settle(self, settled: Iterable[Settled]) -> None:
        """Take a batch, or be away."""
        if self.away:
            raise StoreUnavailable
        self.told.append(list(settled))

    async def clear(self, delivery_ids: Sequence[str]) -> None:
        """Take ids."""
        self.cleared += delivery_ids

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not asked for")


def settling(slow: Slow) -> Settling:
    """On that store."""
    return Settling(slow, slow)


async def test_receivers_of_one_state_are_told_together() -> None:
    """One update for an object, however many receivers confirmed it."""
    slow = Slow()
    batch = settling(slow)
    for receiver in ("p1:DE*EMA", "p2:DE*EMB", "p1:DE*EMA"):
        batch.add(Item(receiver, stored(3)))
    batch.clear("d-1")

    await batch.flush()

    assert slow.told == [
        [Settled(key=stored().key, seq=1, revision=3, receivers=frozenset({"p1:DE*EMA", "p2:DE*EMB"}))]
    ]
    assert slow.cleared == ["d-1"]


async def test_only_the_newest_state_is_told() -> None:
    """What was confirmed of an older state says nothing any more: the store has a newer one."""
    slow = Slow()
    batch = settling(slow)
    batch.add(Item("p1:", stored(3)))
    batch.add(Item("p2:", stored(4)))
    batch.add(Item("p3:", stored(3)))
    batch.add(Item("p4:", stored(1, seq=2)))

    await batch.flush()

    assert slow.told == [[Settled(key=stored().key, seq=2, revision=1, receivers=frozenset({"p4:"}))]]


async def test_a_full_batch_goes_at_once_and_a_small_one_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 marks do not wait; one mark waits a moment for others."""
    monkeypatch.setattr("hub.delivery.settling.FLUSH_EVERY_S", 60)
    slow = Slow()
    batch = settling(slow)
    for number in range(BATCH):
        batch.add(Item("p1:", stored(1, f"loc{number}")))
    await asyncio.wait_for(batch.step(), 5)
    assert len(slow.told[0]) == BATCH

    monkeypatch.setattr("hub.delivery.settling.FLUSH_EVERY_S", 0.001)
    batch.add(Item("p1:", stored(1)))
    await asyncio.wait_for(batch.step(), 5)
    assert len(slow.told) == 2


async def test_a_store_that_is_away_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost while the database fails, and what became old meanwhile is left out."""
    monkeypatch.setattr("hub.delivery.settling._PAUSE_S", 0)
    slow = Slow()
    slow.away = True
    batch = settling(slow)
    batch.add(Item("p1:", stored(1)))
    batch.add(Item("p1:", stored(1, "loc2")))
    batch.clear("d-1")
    await batch.step()
    batch.add(Item("p2:", stored(2)))
    batch.add(Item("p2:", stored(1, "loc2")))
    slow.away = False
    await batch.step()

    assert {(one.key.object_id, one.revision, one.receivers) for one in slow.told[0]} == {
        ("loc1", 2, frozenset({"p2:"})),
        ("loc2", 1, frozenset({"p1:", "p2:"})),
    }
    assert slow.cleared == ["d-1"]


async def test_a_newer_revision_keeps_its_marks(office: Office, store: Store) -> None:
    """P3: a confirmation of an older state takes nobody off the list of the newer one."""
    first = await office.save("PUT", "locations", "/NL/CPA/LOC1", location(), ["p1:"])
    await office.save("PUT", "locations", "/NL/CPA/LOC1", location(name="Newer"), ["p1:"])
    batch = Settling(store.objects, store.deliveries)
    batch.add(Item("p1:", first.stored))

    await batch.flush()

    assert await office.behind("p1:") == ["loc1"]
    current = await store.objects.get(first.stored.key)
    assert current is not None
    batch.add(Item("p1:", current))
    await batch.flush()
    await until(lambda: office.nobody_is_behind("p1:"))
