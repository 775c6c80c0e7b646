"""Apps in MongoDB: kept whole, a name for one live app, and every process hears of changes."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from hub.clock import now_utc
from hub.store.app_access import App, NameTaken
from hub.store.protocols import Store
from hub.wire.party import Party


def _app(app_id: str, name: str = "MapApp") -> App:
    now = now_utc()
    return App(
        app_id=app_id,
        name=name,
        emsp=Party.of("DE", "EMA"),
        created_at=now,
        expires_at=now + timedelta(days=1),
        created_by="jan",
    )


async def test_apps_come_back_as_they_were(store: Store) -> None:
    """By creation; a revoked one stays, once, and its name is free."""
    first = _app("a")
    await store.apps.add(first)
    with pytest.raises(NameTaken):
        await store.apps.add(_app("b", "mapapp"))
    at = now_utc()

    assert await store.apps.all() == [first]
    assert await store.apps.revoke("a", at)
    assert not await store.apps.revoke("a", at)
    assert not await store.apps.revoke("nobody", at)
    await store.apps.add(_app("c", "mapapp"))
    assert [(one.app_id, one.revoked_at) for one in await store.apps.all()] == [("a", at), ("c", None)]
    assert not (await store.apps.all())[0].live(now_utc())


async def test_changes_are_told(store: Store) -> None:
    """Once at the start, then after each change."""
    async with aclosing(store.apps.changes()) as changes, asyncio.timeout(10):
        await anext(changes)
        await store.apps.add(_app("a"))
        await anext(changes)
        await store.apps.revoke("a", now_utc())
        await anext(changes)
