"""Totals of long lists: exact where a walk begins and ends, remembered in between."""

import asyncio

import pytest

from hub.store import totals
from hub.store.protocols import Store, Window
from tests.hub.store.samples import CPA, LOCATIONS, stored

OWNERS = frozenset({CPA})


@pytest.fixture
async def ten(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with ten locations, for which ten is a long list."""
    monkeypatch.setattr(totals, "REMEMBERED_FROM", 10)
    for number in range(10):
        await store.objects.save(stored(str(number)))
    return store


async def _total(store: Store, offset: int, limit: int = 3) -> int:
    return (await store.objects.page(LOCATIONS, OWNERS, Window(offset=offset, limit=limit))).total


async def test_a_page_in_the_middle_has_the_total_of_a_moment_ago(ten: Store) -> None:
    """What came in during a walk is counted on its last page, and on the first page of the next walk."""
    first = await _total(ten, 0)
    await ten.objects.save(stored("late"))

    assert [first, await _total(ten, 3), await _total(ten, 9), await _total(ten, 3), await _total(ten, 0)] == [
        10, 10, 11, 11, 11,
    ]  # fmt: skip


async def test_the_page_at_the_remembered_end_counts_anew(ten: Store) -> None:
    """A page that would be the last one by the remembered total must not end the walk too early."""
    await _total(ten, 0)
    await ten.objects.save(stored("late"))

    assert await _total(ten, 7) == 11


async def test_a_remembered_total_grows_old(ten: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time a page in the middle counts too."""
    await _total(ten, 0)
    await ten.objects.save(stored("late"))
    monkeypatch.setattr(totals, "REMEMBERED_S", -1.0)

    assert await _total(ten, 3) == 11


async def test_a_short_list_is_always_counted(store: Store) -> None:
    """Below the bound every page has the total of its own moment."""
    for number in range(5):
        await store.objects.save(stored(str(number)))
    before = await _total(store, 1, limit=1)
    await store.objects.save(stored("late"))

    assert [before, await _total(store, 1, limit=1)] == [5, 6]


async def test_only_the_latest_walks_are_remembered(ten: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory for walks is bounded: a forgotten one counts again."""
    monkeypatch.setattr(totals, "_WALKS_MAX", 1)
    await _total(ten, 0)
    await ten.objects.page(LOCATIONS, OWNERS | {CPA}, Window(date_from=stored().last_updated))
    await ten.objects.save(stored("late"))

    assert await _total(ten, 3) == 11


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting takes long, whatever it takes."""
    monkeypatch.setattr(totals, "COSTLY_S", 0.0)


@pytest.mark.usefixtures("costly")
async def test_a_total_that_costs_much_is_counted_for_nobody_but_the_first(ten: Store) -> None:
    """Not for the first page of the next walk, nor at the end; but no page says less than it shows."""
    first = await _total(ten, 0)
    await ten.objects.save(stored("late"))

    assert [first, await _total(ten, 0), await _total(ten, 3), await _total(ten, 9)] == [10, 10, 10, 11]


@pytest.mark.usefixtures("costly")
async def test_a_total_that_costs_much_is_counted_again_in_the_background(
    ten: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that finds it old is answered at once; a later one has the new total."""
    await _total(ten, 0)
    await ten.objects.save(stored("late"))
    monkeypatch.setattr(totals, "REMEMBERED_S", 0.0)
    monkeypatch.setattr(totals, "_COST_SHARE", 0)
    old = await _total(ten, 0)
    async with asyncio.timeout(5):
        while (new := await _total(ten, 0)) == old:  # noqa: ASYNC110 - nobody tells when it was counted
            await asyncio.sleep(0.005)

    assert (old, new) == (10, 11)


@pytest.mark.usefixtures("costly")
async def test_a_total_that_costs_much_is_not_given_out_for_ever(ten: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is too old, the page counts and waits."""
    await _total(ten, 0)
    await ten.objects.save(stored("late"))
    monkeypatch.setattr(totals, "KEPT_S", -1.0)

    assert await _total(ten, 0) == 11
