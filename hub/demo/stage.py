"""What a demonstration needs around it: a folder, the hub and the partners as processes; all gone at the end."""

import asyncio
import json
import os
import secrets
import shutil
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

from hub.admin import address
from hub.config import Settings
from hub.control import AdminClient, HubAway, HubRefused, mint_token, open_local
from hub.demo.cast import Company, Player
from hub.demo.company import Hosting
from hub.demo.options import DemoFailed, DemoOptions
from hub.demo.processes import Processes, kill_orphaned_mongod
from hub.demo.remote import Remote
from hub.demo.waiting import until
from hub.wire.party import Role

FOLDER_PREFIX = "ocpi-hub-demo-"
HOST = "127.0.0.1"
HUBCTL = Path(sysconfig.get_path("scripts"), "hubctl")
_PORTS_TRIED = 100
_READY_TIMEOUT_S = 60.0
_CALL_TIMEOUT_S = 300.0
_PAGE_LIFE = timedelta(hours=12)
_HUB_VARIABLES = {
    "HUB_NAME": "Demo hub",
    "HUB_ALLOW_PRIVATE_URLS": "true",
    "HUB_LOG_LEVEL": "warning",
    "HUB_PROBE_MAX_S": "2",
}
"""A partner that heals is found soon, so that a person sees it."""


class Stage:
    """Opens with `async with`; then `start_hub` and `start_partners`."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self.partners: dict[str, Remote] = {}
        """By party, as `FR*PDR`."""
        self.key = secrets.token_urlsafe(32)
        """Opens the remote control of every partner."""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._stack.callback(kill_orphaned_mongod, self.folder)
        timeout = ClientTimeout(total=_CALL_TIMEOUT_S)
        self.session = await self._stack.enter_async_context(ClientSession(timeout=timeout))
        self.processes = await self._stack.enter_async_context(Processes(self.folder))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def data_dir(self) -> Path:
        """HUB_DATA_DIR of the hub."""
        return self.folder / "hub"

    @property
    def cpos(self) -> list[Remote]:
        """The operators."""
        return [one for one in self.partners.values() if one.player.role is Role.CPO]

    @property
    def emsps(self) -> list[Remote]:
        """The providers."""
        return [one for one in self.partners.values() if one.player.role is Role.EMSP]

    async def start_hub(self) -> None:
        """Start `hubctl serve` on the first free port from the wanted one on, and wait until it is ready."""
        self.port = first_free_port(self.options.port)
        self.url = f"http://{HOST}:{self.port}"
        # whichever is free when the hub binds it: the hub writes down where that is
        own = {"HUB_DATA_DIR": str(self.data_dir), "HUB_PUBLIC_URL": self.url, "HUB_ADMIN_PORT": "0"}
        command = (str(HUBCTL), "serve", "--host", HOST, "--port", str(self.port))
        await self.processes.start("hub", command, env=child_environment() | _HUB_VARIABLES | own)
        await until(self._is_ready, "that the hub is ready", timeout_s=_READY_TIMEOUT_S)
        self.admin = self._stack.enter_context(closing(open_admin(self.data_dir)))

    def page_url(self) -> str:
        """The operations page, signed in: the part after # stays in the browser, which hands it to the hub alone."""
        token = mint_token(_settings(self.data_dir), "demo", _PAGE_LIFE)
        return f"{self.admin.url}/#token={token}"

    async def start_partners(self, cast: Iterable[Company]) -> None:
        """Start a process for each company and learn where its platforms listen."""
        async with asyncio.TaskGroup() as tasks:
            started = [tasks.create_task(self._start_company(company)) for company in cast]
        for task in started:
            self.partners |= task.result()

    async def ask(self, method: str, *path: str, **more: Any) -> Any:
        """One call to the hub's admin API; raises DemoFailed with the hub's sentence."""
        try:
            return await asyncio.to_thread(self.admin.ask, method, *path, **more)
        except (HubAway, HubRefused) as error:
            raise DemoFailed(error.message) from None

    async def _is_ready(self) -> bool | None:
        try:
            async with self.session.get(f"{self.url}/health") as answer:
                return True if answer.status == 200 and address.read(self.data_dir) is not None else None
        except ClientError:
            return None

    async def _start_company(self, company: Company) -> dict[str, Remote]:
        hosting = Hosting(company=company, key=self.key, seed=self.options.seed, speed=self.options.speed)
        command = (sys.executable, "-m", "hub.demo.company")
        child = await self.processes.start(company.name, command, env=child_environment(), stdin=hosting.write())
        if child.process.stdout is None:
            raise AssertionError("a child that was told something is read")
        line = await child.process.stdout.readline()
        if not line:
            raise DemoFailed(f"{company.name} did not start: {child.last_words()}")
        urls = json.loads(line)
        return {str(player.party): self._remote(player, urls) for player in company.players}

    def _remote(self, player: Player, urls: dict[str, str]) -> Remote:
        return Remote(player, urls[str(player.party)], self.key, self.session)


def open_admin(data_dir: Path) -> AdminClient:
    """The admin API of the demonstration whose data directory this is, whatever HUB_SECRET_KEY says here."""
    return open_local(_settings(data_dir))


def _settings(data_dir: Path) -> Settings:
    return Settings(_env_file=None, data_dir=data_dir, secret_key="")


def child_environment() -> dict[str, str]:
    """This environment without the settings of another hub; where mongod is stays."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HUB_") or name == "HUB_MONGOD"}


def first_free_port(wanted: int) -> int:
    """The first port from `wanted` on that nobody listens at; raises DemoFailed after a hundred."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise DemoFailed(f"no port from {wanted} on is free at {HOST}: give another with --port")
