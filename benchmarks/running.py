"""A hub in a process of its own, partners registered with it, and processors given to each, for every benchmark alike."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.request import urlopen

from hub.simulate.platform import Platform
from hub.store.embedded import free_port
from hub.wire.interface import Interface
from hub.wire.party import PartyRole

PlatformT = TypeVar("PlatformT", bound=Platform)
HUBCTL = [str(Path(sys.executable).with_name("hubctl"))]
_START_S = 60.0
_REST_S = 300.0
_IDLE_SHARE = 0.1
"""Of a processor."""


class Served(NamedTuple):
    """Something that listens on loopback in a process of its own."""

    pid: int
    port: int


@dataclass(frozen=True, slots=True)
class HubProcess:
    """A hub that serves on loopback."""

    pid: int
    port: int
    data_dir: Path
    started_in_s: float

    @property
    def versions_url(self) -> str:
        """Where a handshake begins."""
        return f"http://127.0.0.1:{self.port}/ocpi/versions"

    def environment(self) -> dict[str, str]:
        """What hubctl needs to find this hub."""
        return environment(self.port, self.data_dir)

    def untraced_legs(self) -> int:
        """Legs that the hub says it could not trace, so far."""
        said = (self.data_dir / "hub.log").read_bytes().splitlines()
        return sum(json.loads(line)["legs"] for line in said if b'"legs_dropped"' in line)

    def memory_mib(self) -> float:
        """Resident memory of the hub's process."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def environment(port: int, data_dir: Path) -> dict[str, str]:
    """The environment of a benchmark hub."""
    return os.environ | {
        "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUB_DATA_DIR": str(data_dir),
        "HUB_ADMIN_PORT": "0",
        "HUB_ALLOW_PRIVATE_URLS": "true",
        "HUB_LOG_LEVEL": "info",
        "HUB_REQUESTS_PER_PLATFORM_PER_S": "0",  # one platform brings all the load
    }


@contextmanager
def hub_process(data_dir: Path, processor: int | None, rest: int | None, **settings: str) -> Iterator[HubProcess]:
    """Start `hubctl serve` on `processor`, its mongod on `rest`; wait for /health, and end it with SIGTERM.

    `settings` are more variables of its environment.
    """
    port = free_port()
    data_dir.mkdir(exist_ok=True)
    with (data_dir / "hub.log").open("wb") as log:
        started_s = time.perf_counter()
        process = subprocess.Popen(
            [*HUBCTL, "serve", "--port", str(port)], env=environment(port, data_dir) | settings, stderr=log, stdout=log
        )
        try:
            _wait_until_healthy(process, port)
            started_in_s = time.perf_counter() - started_s
            pin(process.pid, processor)
            for child in started_by(process.pid):  # the private mongod
                pin(child, rest)
            yield HubProcess(process.pid, port, data_dir, started_in_s)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_START_S)


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    until_s = time.perf_counter() + _START_S
    while time.perf_counter() < until_s:
        if process.poll() is not None:
            raise RuntimeError(f"the hub ended with exit code {process.returncode}; see hub.log in its data directory")
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("the hub did not become ready in time")


def started_by(pid: int) -> list[int]:
    """Processes that this one started: of a hub its private mongod, and its workers when there are several."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processor_s(pid: int) -> float:
    """Seconds of processor that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def until_idle(pid: int) -> None:
    """Wait until a process uses less than a tenth of a processor; raises RuntimeError when it does not come to rest."""
    until_s = time.perf_counter() + _REST_S
    while time.perf_counter() < until_s:
        before_s = processor_s(pid)
        await asyncio.sleep(1.0)
        if processor_s(pid) - before_s < _IDLE_SHARE:
            return
    raise RuntimeError("the hub did not come to rest in time")


def pin(pid: int, processor: int | None) -> None:
    """Give every thread of a process one processor, where the machine has several."""
    if processor is None:
        return
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {processor})


def processors() -> tuple[int | None, int | None]:
    """One for what is measured and one for everything else; none when the machine has only one."""
    own = sorted(os.sched_getaffinity(0))
    return (own[0], own[1]) if len(own) > 1 else (None, None)


class FastPlatform(Platform):
    """A platform whose module endpoints are served by the benchmark's own fast receiver."""

    def __init__(self, name: str, roles: list[PartyRole], offered: dict[tuple[str, Interface], str]) -> None:
        super().__init__(name, roles)
        self._offered = offered

    def _details(self) -> list[dict[str, str]]:
        fast = [
            {"identifier": module, "role": interface.value, "url": url}
            for (module, interface), url in self._offered.items()
        ]
        return [entry for entry in super()._details() if entry["identifier"] == "credentials"] + fast


@asynccontextmanager
async def joined(hub: HubProcess, platform: PlatformT) -> AsyncIterator[PlatformT]:
    """Invite and register a platform."""
    claims = [word for role in platform.roles for word in ("--party", _claim(role))]
    process = await asyncio.create_subprocess_exec(
        *HUBCTL,
        *("partner", "invite", platform.name, *claims, "--json"),
        env=hub.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    async with platform:
        await platform.register(hub.versions_url, json.loads(said)["token"])
        yield platform


def _claim(role: PartyRole) -> str:
    return f"{role.party.country_code}/{role.party.party_id}/{role.role}"
