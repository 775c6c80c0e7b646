"""Several workers as real processes: who ends is replaced, SIGHUP renews all without a failed request, none is left over."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from hub.store.embedded import free_port
from tests.whole.platforms import until

WORKERS = 2


class Served:
    """`hubctl serve` with two workers, and what runs of it."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    def workers(self) -> set[int]:
        """The processes that the parent started to serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if "spawn_main" in _command(int(pid))}

    async def answers(self) -> bool:
        """A new connection gets an answer."""
        try:
            async with ClientSession() as http, http.get(f"{self.url}/health") as answer:
                return answer.status == 200
        except ClientConnectionError:
            return False

    async def serves_with(self, other_than: frozenset[int] = frozenset()) -> set[int]:
        """Wait for two workers of which none is one of `other_than`; returns them."""

        async def there() -> bool:
            return len(self.workers() - other_than) == WORKERS == len(self.workers()) and await self.answers()

        await until(there, timeout_s=60)
        return self.workers()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture
async def served(tmp_path: Path, mongodb_url: str) -> AsyncIterator[Served]:
    """A hub with two workers that serves."""
    port = free_port()
    environment = {
        "HUB_MONGODB_URL": mongodb_url,
        "HUB_MONGODB_DATABASE": f"workers_{port}",
        "HUB_DATA_DIR": str(tmp_path),
        "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUB_ALLOW_PRIVATE_URLS": "true",
        "HUB_WORKERS": str(WORKERS),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from hub.cli.main import main; main()", "serve", "--port", str(port)),
        env=os.environ | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    hub = Served(process, f"http://127.0.0.1:{port}")
    try:
        await until(hub.answers, timeout_s=60)
        yield hub
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_worker_that_ends_is_replaced(served: Served) -> None:
    """Killed outright: another takes its place, and the hub answers."""
    before = await served.serves_with()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    after = await served.serves_with(other_than=frozenset({victim}))

    assert before - {victim} < after


async def test_sighup_renews_every_worker_without_a_failed_request(served: Served) -> None:
    """One after the other, while the others serve: whoever asks all the time is answered all the time."""
    before = await served.serves_with()
    failed = 0
    served.process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(90):
        while served.workers() & before or len(served.workers()) != WORKERS:
            failed += not await served.answers()

    assert failed == 0
    assert served.process.returncode is None


async def test_workers_end_with_their_parent(served: Served) -> None:
    """SIGTERM ends all; and when the parent is killed outright, nobody keeps the port."""
    workers = await served.serves_with()
    served.process.kill()
    await served.process.wait()

    async def gone() -> bool:
        return not any(_command(pid) for pid in workers) and not await served.answers()

    await until(gone, timeout_s=30)


async def test_sigterm_ends_every_worker(served: Served) -> None:
    """The parent goes last, with exit code 0."""
    workers = await served.serves_with()
    served.process.terminate()
    async with asyncio.timeout(30):
        ended = await served.process.wait()

    assert ended == 0
    assert not any(_command(pid) for pid in workers)
