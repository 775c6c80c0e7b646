"""kill -9 of the hub during broadcasts: what was acknowledged arrives, and nothing goes back in time."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiohttp import ClientError

from hub.clock import monotonic_s
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.simulate.platform import Platform
from hub.store.embedded import free_port
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role
from tests import words
from tests.running import HUB

KILLS = 10
STATES = 2
SLOW_S = 0.2
PUSHES_BEFORE_KILL = 12
READY_S = 30.0
HUBCTL = str(Path(sys.executable).with_name("hubctl"))
CPO = Party.parse("NL-TNM")


class HubProcess:
    """`hubctl serve`, killed and started again on the same port and data directory; with a private mongod unless told."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.port = free_port()
        self.environment = os.environ | {
            "HUB_DATA_DIR": str(data_dir),
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HUB_ADMIN_PORT": "0",
            "HUB_ALLOW_PRIVATE_URLS": "true",
            "HUB_PROBE_FIRST_S": "0.1",
            "HUB_PROBE_MAX_S": "0.5",
        }
        self.environment |= environment
        self._log = (data_dir / "hub.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [HUBCTL, "serve", "--port", str(self.port)]
        return subprocess.Popen(command, env=self.environment, stdout=self._log, stderr=self._log)

    def kill(self) -> None:
        """End it without a chance to say goodbye, and start the next one."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def end(self) -> None:
        """Stop it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        self._log.close()

    async def ready(self) -> None:
        """Wait until /health says 200."""
        until_s = monotonic_s() + READY_S
        while monotonic_s() < until_s:
            assert self.process.poll() is None, "the hub ended; its data directory holds hub.log"
            if await asyncio.to_thread(_is_ready, self.port):
                return
        raise TimeoutError

    async def invite(self, platform: Platform) -> str:
        """Token A for a platform."""
        role = platform.roles[0]
        claim = f"{role.party.country_code}/{role.party.party_id}/{role.role}"
        command = [HUBCTL, "partner", "invite", platform.name, "--party", claim, "--json"]
        said = await asyncio.to_thread(subprocess.check_output, command, env=self.environment)
        return str(json.loads(said)["token"])


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub in a process of its own."""
    process = HubProcess(tmp_path)
    yield process
    process.end()


async def test_ten_kills_lose_no_acknowledged_broadcast(hub: HubProcess) -> None:
    """H3.27, D1: after kill -9, ten times, every receiver has at least the last acknowledged state, never an older one again."""
    await hub.ready()
    async with Platform("Cpo", [PartyRole(party=CPO, role=Role.CPO)]) as cpo, Emsp(Party.parse("DE-EMA")) as emsp:
        for platform in (cpo, emsp):
            await platform.register(f"{hub.environment['HUB_PUBLIC_URL']}/ocpi/versions", await hub.invite(platform))
        acknowledged: dict[str, int] = {}
        counter = itertools.count(1)

        emsp.fail(Fault.SLOW, slow_s=SLOW_S)  # so that every kill meets deliveries that are owed
        for _ in range(KILLS):
            pushing = asyncio.create_task(_push_until_refused(cpo, counter, acknowledged))  # noqa: TID251 - awaited below
            target = (sum(acknowledged.values()) and max(acknowledged.values())) or 0
            await _until_acknowledged(acknowledged, target + PUSHES_BEFORE_KILL)
            hub.kill()
            await pushing
            await hub.ready()

        emsp.fail(Fault.NONE)
        await emsp.wait_until(lambda: _has_all(emsp, acknowledged), timeout_s=30)
        assert len(acknowledged) >= KILLS * PUSHES_BEFORE_KILL // STATES
        for name, states in _received_states(emsp).items():
            assert states == sorted(states), f"{name} went back in time"


async def _push_until_refused(cpo: Platform, counter: Iterator[int], acknowledged: dict[str, int]) -> None:
    while True:
        number = next(counter)
        location_id = f"LOC{number // STATES}"
        location = words.location(
            country_code="NL", party_id="TNM", id=location_id, name=str(number), last_updated=_instant(number)
        )
        try:
            answer = await cpo.send("PUT", "locations", Interface.RECEIVER, f"/NL/TNM/{location_id}", location, to=HUB)
        except (ClientError, OSError):
            return
        if answer.status_code == 1000:
            acknowledged[location_id] = number


async def _until_acknowledged(acknowledged: dict[str, int], number: int) -> None:
    """Let the pushes go on until the one with this number was acknowledged."""
    until_s = monotonic_s() + READY_S
    while max(acknowledged.values(), default=0) < number:
        assert monotonic_s() < until_s, "the hub acknowledges nothing"
        await asyncio.sleep(0)


def _instant(number: int) -> str:
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"


def _has_all(emsp: Emsp, acknowledged: dict[str, int]) -> bool:
    for location_id, number in acknowledged.items():
        location = emsp.locations.get(CPO, location_id)
        if location is None or int(location["name"]) < number:
            return False
    return True


def _received_states(emsp: Emsp) -> dict[str, list[int]]:
    states: dict[str, list[int]] = {}
    for received in emsp.requests:
        if received.method == "PUT" and "/locations/" in received.path:
            states.setdefault(received.json["id"], []).append(int(received.json["name"]))
    return states
