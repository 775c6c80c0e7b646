"""Tariffs as the store has them: read, followed, read again after a break; what cannot be priced is not there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, cast

from hub.apps import tariff_book
from hub.apps.tariff_book import TariffBook
from hub.store.feeding import ObjectChange, ObjectNow
from hub.store.protocols import StoreUnavailable
from tests import words

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """An ObjectFeed that a test fills."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.told: asyncio.Queue[ObjectChange | None] = asyncio.Queue()

    async def now(self) -> int:
        """A number."""
        return 1

    async def all(self) -> AsyncIterator[ObjectNow]:
        """Everything."""
        for key, body in self.stored.items():
            yield ObjectNow(key=key, owner="NL*CPA", body=body, revision=1, received_at=NOW)

    async def changes(self, _: int) -> AsyncGenerator[ObjectChange, None]:
        """What is told; None is a break."""
        while (change := await self.told.get()) is not None:
            yield change
        raise StoreUnavailable("gone")


def _change(name: str, body: bytes | None, revision: int = 2, *, gone: bool = False) -> ObjectChange:
    key = f"tariffs/NL/CPA/{name}"
    return ObjectChange(seq=revision, key=key, body=body, revision=revision, received_at=NOW, part=None, gone=gone)


def _tariff(price: str) -> bytes:
    component = {"type": "ENERGY", "price": words.number(price), "step_size": 1}
    return words.body(words.tariff(id="T", elements=[{"price_components": [component]}]))


def _price(book: TariffBook) -> str | None:
    tariff = book.find("NL*CPA", "T")
    return None if tariff is None else str(tariff.elements[0][0].price)


async def test_tariffs_follow_the_store(monkeypatch: Any) -> None:
    """A change counts once it comes, an older one never; withdrawn is gone; after a break everything is read anew."""
    monkeypatch.setattr(tariff_book, "_AGAIN_AFTER_S", 0)
    shelf = Shelf()
    shelf.stored["tariffs/NL/CPA/t"] = _tariff("0.10")
    book = TariffBook(cast(Any, shelf))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(book.run())
        await book.ready.wait()
        assert (_price(book), len(book), book.trouble) == ("0.10", 1, "")
        seen = []
        for change in (
            _change("t", _tariff("0.20"), 3),
            _change("t", _tariff("0.15"), 2),
            _change("t", None, 4),
            _change("t", None, 5, gone=True),
            _change("t", b'{"id": "T"}', 6),
        ):
            shelf.told.put_nowait(change)
            await _settled(shelf)
            seen.append(_price(book))
        assert seen == ["0.20", "0.20", "0.20", None, None]
        shelf.stored["tariffs/NL/CPA/t"] = _tariff("0.30")
        shelf.told.put_nowait(None)
        await _settled(shelf)
        await _until(lambda: _price(book) == "0.30")
        running.cancel()


async def _settled(shelf: Shelf) -> None:
    await _until(shelf.told.empty)
    await asyncio.sleep(0)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - one turn of the loop after the other
            await asyncio.sleep(0)
