"""The private mongod: started, stopped, adopted and replaced; every refusal a sentence."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pymongo.errors import OperationFailure

from hub.store import embedded, mongod_process
from hub.store.driver import close_client, open_client
from hub.store.embedded import private_mongod
from hub.store.errors import MongoUnavailable
from hub.store.mongo import open_store
from hub.store.mongod_binary import find_mongod
from hub.store.protocols import ObjectKey, Store, StoredObject, StoreUnavailable
from tests.hub.store.processes import freeze, is_running, kill, pid_of
from tests.hub.store.samples import mapping, stored

pytestmark = [pytest.mark.usefixtures("swept"), pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]

HUB = """
import asyncio, sys
from pathlib import Path
from hub.store.embedded import private_mongod

async def main():
    async with private_mongod(Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def _hub_process(data_path: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Another hub's process with its private mongod, and the database's URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HUB, str(data_path), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert process.stdout
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _count_after_insert(url: str) -> int:
    client = open_client(url)
    try:
        await client["test"]["things"].insert_one({})
        return await client["test"]["things"].count_documents({})
    finally:
        await close_client(client)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """H4.04: a second start, on whatever port, is primary again and has the mappings and objects of the first."""
    async with private_mongod(tmp_path) as url, open_store(url) as store:
        await store.mappings.add(mapping())
        saved = await store.objects.save(stored())
        pid = pid_of(tmp_path)
    stopped = not is_running(pid)
    async with private_mongod(tmp_path) as url, open_store(url) as store:
        assert await store.mappings.find(mapping().opaque) == mapping()
        assert await store.objects.get(saved.key) == saved

    assert stopped


async def test_the_mongod_of_a_killed_hub_is_adopted(tmp_path: Path) -> None:
    """After a kill -9 of the hub its mongod runs on; the next hub takes it over as it is, and stops it at its own end."""
    async with _hub_process(tmp_path) as (hub, url):
        first = await _count_after_insert(url)
        hub.kill()
        await hub.wait()
        pid = pid_of(tmp_path)
        assert is_running(pid)
    async with private_mongod(tmp_path) as adopted:
        second = await _count_after_insert(adopted)
        assert (adopted, pid_of(tmp_path)) == (url, pid)

    assert (first, second) == (1, 2)
    assert not is_running(pid)


async def test_a_killed_mongod_is_replaced_and_loses_nothing(tmp_path: Path) -> None:
    """After a kill -9 of hub and mongod together every acknowledged write is there."""
    async with _hub_process(tmp_path) as (hub, url), open_store(url) as store:
        saved = await asyncio.gather(*(store.objects.save(stored(str(number))) for number in range(50)))
        hub.kill()
        await kill(pid_of(tmp_path))
    async with private_mongod(tmp_path) as url, open_store(url) as store:
        assert [await store.objects.get(one.key) for one in saved] == saved


async def test_a_mongod_that_is_killed_under_the_hub_comes_back(tmp_path: Path) -> None:
    """On the same port, so that the hub's connections find it again, with everything that was acknowledged."""
    async with private_mongod(tmp_path) as url, open_store(url) as store:
        saved = await store.objects.save(stored())
        pid = pid_of(tmp_path)
        await kill(pid)
        async with asyncio.timeout(20):
            while not (found := await _get_if_answering(store, saved.key)):
                continue

        assert found == saved
        assert pid_of(tmp_path) != pid
        pid = pid_of(tmp_path)
    assert not is_running(pid)


async def _get_if_answering(store: Store, key: ObjectKey) -> StoredObject | None:
    try:
        return await store.objects.get(key)
    except StoreUnavailable:
        return None


async def test_a_mongod_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was left behind and does not answer is ended; the new one has its data."""
    monkeypatch.setattr(mongod_process, "ANSWER_TIMEOUT_S", 1.0)
    async with _hub_process(tmp_path) as (hub, url):
        await _count_after_insert(url)
        hub.kill()
        await hub.wait()
    pid = pid_of(tmp_path)
    await freeze(pid)
    async with private_mongod(tmp_path) as url:
        second = await _count_after_insert(url)

    assert second == 2
    assert not is_running(pid)


async def test_a_mongod_of_another_make_is_replaced(tmp_path: Path) -> None:
    """When HUB_MONGOD or the hub's own options changed since, what was left behind is stopped and started anew."""
    async with _hub_process(tmp_path / "data") as (hub, url):
        await _count_after_insert(url)
        hub.kill()
        await hub.wait()
    pid = pid_of(tmp_path / "data")
    other = tmp_path / "other-mongod"
    other.symlink_to(find_mongod())
    async with private_mongod(tmp_path / "data", str(other)) as url:
        second = await _count_after_insert(url)

    assert second == 2
    assert not is_running(pid)


async def test_a_stranger_with_the_noted_process_id_is_left_alone(tmp_path: Path) -> None:
    """After a reboot another program may have the id: it is neither adopted nor killed."""
    async with private_mongod(tmp_path) as url:
        await _count_after_insert(url)
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    (tmp_path / "mongodb" / "data" / "mongod.lock").write_text(f"{stranger.pid}\n")
    async with private_mongod(tmp_path) as url:
        second = await _count_after_insert(url)

    assert second == 2
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_two_hubs_on_one_folder_are_refused(tmp_path: Path) -> None:
    """The second one hears that a hub runs there and what to do; the first one goes on."""
    async with private_mongod(tmp_path) as url:
        with pytest.raises(MongoUnavailable, match=rf"another hub already runs on {tmp_path}: stop it, or give"):
            async with private_mongod(tmp_path):
                raise AssertionError
        assert await _count_after_insert(url) == 1


async def test_a_port_that_was_taken_meanwhile_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone else listens where mongod wanted to: it starts on another port."""
    monkeypatch.setattr(mongod_process, "ANSWER_TIMEOUT_S", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], embedded.free_port()])
        monkeypatch.setattr(embedded, "free_port", lambda: next(ports))
        async with private_mongod(tmp_path) as url:
            assert await _count_after_insert(url) == 1
    assert next(ports, None) is None


async def test_nobody_else_on_the_machine_gets_in(tmp_path: Path) -> None:
    """The folder and its key are the owner's alone, and the port asks for the key."""
    async with private_mongod(tmp_path) as url:
        client = open_client(f"mongodb://{url.rpartition('@')[2]}".replace("authSource=local&", ""))
        for attempt in (
            client["test"]["things"].find_one({}),
            client["admin"].command("createUser", "me", pwd="x", roles=["root"]),
        ):
            with pytest.raises(OperationFailure):
                await attempt
        await close_client(client)
        modes = {name: (tmp_path / "mongodb" / name).stat().st_mode & 0o777 for name in (".", "data", "mongod.key")}

    assert modes == {".": 0o700, "data": 0o700, "mongod.key": 0o600}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "#!/bin/sh\necho 'mongod: error while loading shared libraries: libcurl.so.4: cannot open' >&2\nexit 127\n",
            r"needs the library libcurl\.so\.4: install it \(apt-get install libcurl4\)",
        ),
        ("#!/bin/sh\nexit 62\n", r"ended at once with exit code 62: the reason is at the end of .*mongod\.out"),
        ("no program at all", r"cannot be run here \(Exec format error\): install MongoDB"),
    ],
)
async def test_a_mongod_that_does_not_start_is_explained(tmp_path: Path, content: str, sentence: str) -> None:
    """A missing library, an exit, a file that is no program: one sentence, and the folder is free again."""
    broken = tmp_path / "broken"
    broken.write_text(content)
    broken.chmod(0o755)

    for _ in range(2):
        with pytest.raises(MongoUnavailable, match=sentence):
            async with private_mongod(tmp_path / "data", str(broken)):
                raise AssertionError


async def test_a_mongod_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time for a start it is ended, and the sentence names the log."""
    monkeypatch.setattr(embedded, "START_TIMEOUT_S", 0.2)
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)

    with pytest.raises(MongoUnavailable, match=r"mongod started but is not usable \(TimeoutError\): .*mongod\.log"):
        async with private_mongod(tmp_path / "data", str(silent)):
            raise AssertionError


async def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    """The sentence names the folder and the setting."""
    (tmp_path / "file").touch()

    with pytest.raises(
        MongoUnavailable, match=r"cannot keep its database in .*file/mongodb \(Not a directory\): set HUB_DATA_DIR"
    ):
        async with private_mongod(tmp_path / "file"):
            raise AssertionError
