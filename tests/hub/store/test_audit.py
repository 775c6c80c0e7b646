"""The audit log in MongoDB: one chain, however many processes write to it at once."""

import asyncio
import multiprocessing

import pytest

from hub.audit import Act, Chain, write
from hub.secrets import Secrets
from hub.store.driver import Database
from hub.store.mongo import open_store
from hub.store.protocols import Store
from hub.verdicts import published
from tests.hub.store.samples import NOON

SECRETS = Secrets(b"a server key for tests, long enough to be one")
KEYS = published(SECRETS.verdict_public_keys)


async def _append(store: Store, writer: str, count: int) -> None:
    for number in range(count):
        act = Act(subject=writer, action="POST /partners/{name}/suspend", target=f"name=P{number}", words={"n": "1"})
        await store.audit.append(act, NOON, SECRETS)


def _write_much(url: str, database: str, writer: str, count: int) -> None:
    """In a process of its own."""

    async def work() -> None:
        async with open_store(url, database=database) as store:
            await _append(store, writer, count)

    asyncio.run(work())


async def _follow(store: Store) -> Chain:
    chain = Chain(KEYS)
    for entry in await store.audit.read(0, 10_000):
        chain.follow(write(entry))
    chain.end(await store.audit.promised())
    return chain


async def test_what_is_written_is_read_back_and_whole(store: Store, other_store: Store) -> None:
    """From an empty log on; by number, or the newest first; another process reads the same."""
    assert (await _follow(store)).head.number == await store.audit.promised() == 0

    await _append(store, "one", 3)
    await _append(other_store, "other", 2)

    assert (await _follow(store)).head.number == await other_store.audit.promised() == 5
    assert [entry.number for entry in await store.audit.read(2, 2)] == [3, 4]
    assert [entry.act.subject for entry in await store.audit.newest(3)] == ["other", "other", "one"]


async def test_tasks_that_write_at_once_keep_one_chain(store: Store, other_store: Store) -> None:
    """Two stores, ten writers: every entry is there once, and each follows the one before."""
    await asyncio.gather(*(_append((store, other_store)[n % 2], f"w{n}", 3) for n in range(10)))

    assert (await _follow(store)).head.number == 30


async def test_two_processes_keep_one_chain(mongodb_url: str, database: Database) -> None:
    """While both write as fast as they can."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_write_much, args=(mongodb_url, database.name, writer, 40)) for writer in ("a", "b")
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)

    async with open_store(mongodb_url, database=database.name) as store:
        written = [entry.act.subject for entry in await store.audit.read(0, 1000)]
        assert (await _follow(store)).head.number == 80
    assert [process.exitcode for process in processes] == [0, 0]
    assert written.count("a") == written.count("b") == 40


@pytest.mark.parametrize(
    "change",
    [
        {"$set": {"act.subject": "eve"}},
        {"$set": {"act.outcome": "200"}},
        {"$set": {"at": NOON.replace(hour=1)}},
        {"$set": {"previous": "0" * 64}},
        {"$set": {"digest": "0" * 64}},
        {"$set": {"signature": "A" * 86}},
        {"$set": {"act.words": [["n", "2"]]}},
    ],
)
async def test_a_changed_document_is_found(store: Store, database: Database, change: dict[str, object]) -> None:
    """Whoever can write to the database can break the chain, not mend it."""
    await _append(store, "one", 4)
    await database["audit"].update_one({"_id": 3}, change)

    with pytest.raises(Exception, match="entry 3"):
        await _follow(store)


@pytest.mark.parametrize("number", [1, 2, 4])
async def test_a_deleted_document_is_found(store: Store, database: Database, number: int) -> None:
    """The last one, too: the counter beside the log knows that it was there."""
    await _append(store, "one", 4)
    await database["audit"].delete_one({"_id": number})

    with pytest.raises(Exception, match=f"entry {number}"):
        await _follow(store)
