"""Which apps may ask."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.store.app_access import App, NameTaken
from hub.store.protocols import Store
from tests.hub.store.samples import EMA, NOON

APP = App(
    app_id="a-1", name="Driver app", emsp=EMA, created_at=NOON, expires_at=NOON + timedelta(days=30), created_by="jan"
)
LATER = NOON + timedelta(hours=1)


async def test_apps_come_back_in_every_process(store: Store, other_store: Store) -> None:
    """By creation, every field as it was."""
    second = replace(APP, app_id="a-2", name="Fleet app", created_at=LATER)
    await store.apps.add(second)
    await store.apps.add(APP)

    assert await other_store.apps.all() == [APP, second]


async def test_a_name_is_taken_until_its_app_is_revoked(store: Store, other_store: Store) -> None:
    """Whatever its case; the revoked app stays on record."""
    await store.apps.add(APP)
    again = replace(APP, app_id="a-2", name="DRIVER APP")
    with pytest.raises(NameTaken, match="DRIVER APP"):
        await other_store.apps.add(again)
    assert await store.apps.revoke("a-1", LATER)
    await other_store.apps.add(again)

    assert [one.revoked_at for one in await store.apps.all()] == [LATER, None]


async def test_revoking_is_once_and_for_good(store: Store) -> None:
    """The second time, and for an app that is not there, it says no and changes nothing."""
    await store.apps.add(APP)

    assert await store.apps.revoke("a-1", NOON)
    assert not await store.apps.revoke("a-1", LATER)
    assert not await store.apps.revoke("a-9", LATER)
    (app,) = await store.apps.all()
    assert app.revoked_at == NOON
    assert not app.live(NOON)


def test_an_app_lives_until_it_expires() -> None:
    """Not a moment longer."""
    assert APP.live(APP.expires_at - timedelta(microseconds=1))
    assert not APP.live(APP.expires_at)


async def test_changes_are_told(store: Store) -> None:
    """Once at the start, then after each change."""
    async with aclosing(store.apps.changes()) as changes, asyncio.timeout(10):
        await anext(changes)
        await store.apps.add(APP)
        await anext(changes)
        await store.apps.revoke("a-1", LATER)
        await anext(changes)
