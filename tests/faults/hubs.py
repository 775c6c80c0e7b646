"""A hub as an operator runs it: `hubctl serve` in a process of its own, killed, frozen, stopped and started again."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from hub.admin import address, bearer
from hub.admin.app import PREFIX
from hub.clock import monotonic_s, now_utc
from hub.secrets import Secrets
from hub.wire.party import Party
from tests.faults.partner import FastPartner
from tests.faults.ports import quiet_port
from tests.faults.wire import Said, Wire

HUBCTL = str(Path(sys.executable).with_name("hubctl"))
HUB = Party.parse("NL-HUB")
READY_S = 60.0
STOP_S = 30.0


class HubProcess:
    """One process; `start` it again after `kill` or `stop`, on the same port and database."""

    def __init__(self, folder: Path, mongodb_url: str, secret_key: str, changes: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = quiet_port()
        self.wire = Wire(self.port)
        self._secret_key = secret_key
        self._environment = os.environ | {
            "HUB_DATA_DIR": str(folder),
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HUB_ALLOW_PRIVATE_URLS": "true",
            "HUB_MONGODB_URL": mongodb_url,
            "HUB_SECRET_KEY": secret_key,
            "HUB_REQUIRE_VERDICT": "off",
            "HUB_REQUESTS_PER_PLATFORM_PER_S": "0",  # one platform brings all the load
            "HUB_ADMIN_PORT": "0",
            "HUB_PROBE_FIRST_S": "0.5",
            "HUB_PROBE_MAX_S": "2",
            **changes,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def change(self, **changes: str) -> None:
        """Other settings, from the next start on."""
        self._environment |= changes

    def start(self) -> None:
        """Start it; `ready` waits for it."""
        with (self.folder / "hub.log").open("ab") as log:
            self._process = subprocess.Popen(
                [HUBCTL, "serve", "--port", str(self.port)], env=self._environment, stdout=log, stderr=log
            )

    async def ready(self) -> float:
        """Wait until /health says 200; returns the seconds. Raises RuntimeError when it ended."""
        began_s = monotonic_s()
        while monotonic_s() - began_s < READY_S:
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(f"the hub ended: {self.folder}/hub.log says why")
            try:
                if (await self.wire.ask("GET", "/health", {}, timeout_s=5)).http_status == 200:
                    return monotonic_s() - began_s
            except (OSError, TimeoutError):
                await asyncio.sleep(0.02)
        raise RuntimeError(f"the hub did not become ready in {READY_S:.0f} s: {self.folder}/hub.log says why")

    def send(self, number: signal.Signals) -> None:
        """A signal to the process."""
        os.kill(self.pid, number)

    async def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        await self._ended()

    async def stop(self) -> float:
        """SIGTERM; returns the seconds until it ended. Raises RuntimeError when it ends badly."""
        began_s = monotonic_s()
        self.send(signal.SIGTERM)
        code = await self._ended()
        if code:
            raise RuntimeError(f"the hub ended with exit code {code}: {self.folder}/hub.log says why")
        return monotonic_s() - began_s

    async def _ended(self) -> int:
        assert self._process is not None
        self.wire.close()
        return await asyncio.to_thread(self._process.wait, STOP_S)

    def memory_mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def processor_s(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def sockets(self) -> int:
        """Open sockets."""
        found = 0
        for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found += descriptor.readlink().name.startswith("socket:")
            except FileNotFoundError:
                continue
        return found

    def descriptors(self) -> int:
        """Open file descriptors of any kind."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def log(self) -> str:
        """All that it wrote."""
        return (self.folder / "hub.log").read_text(errors="replace")

    def tracebacks(self) -> int:
        """Exceptions in its log."""
        return self.log().count("Traceback (most recent call last)")

    async def admin(self, method: str, path: str, body: Any = None) -> Said:
        """One call to the admin API."""
        key = Secrets.load(self._secret_key, self.folder).admin_key
        token = bearer.mint(key, subject="proof", now=now_utc(), life=timedelta(minutes=5))
        said = json.dumps(body).encode() if body is not None else b""
        where = address.read(self.folder)
        if where is None:
            raise RuntimeError("the hub has not said where it listens for operators")
        wire = Wire(urlsplit(where.url).port or 0)
        try:
            headers = {"Authorization": f"Bearer {token}"}
            return await wire.ask(method, f"{PREFIX}{path}", headers, said, timeout_s=30)
        finally:
            wire.close()

    async def join(self, partner: FastPartner) -> FastPartner:
        """Invite and register a partner that listens."""
        claim = f"{partner.party.country_code}/{partner.party.party_id}/{partner.role}"
        said = await self.admin("POST", "/partners/invite", {"name": partner.name, "parties": [claim]})
        await partner.register(self.wire, orjson.loads(said.body)["token"])
        return partner


def new_secret_key() -> str:
    """One for all processes of a hub."""
    return secrets.token_hex(32)


@asynccontextmanager
async def hub_process(folder: Path, mongodb_url: str, **changes: str) -> AsyncIterator[HubProcess]:
    """A hub that is ready; killed at the end if it still runs."""
    hub = HubProcess(folder, mongodb_url, new_secret_key(), changes)
    hub.start()
    try:
        await hub.ready()
        yield hub
    finally:
        end(hub)


def end(hub: HubProcess) -> None:
    """Leave nothing running, not even a frozen one."""
    hub.wire.close()
    process = hub._process
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
