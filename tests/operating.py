"""What an operator has at a running hub in a test: the admin API over real HTTP, and hubctl in a thread of its own."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
from typer.testing import CliRunner

from hub.admin import address, bearer
from hub.cli.main import app
from hub.clock import now_utc
from hub.config import Settings
from hub.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Said:
    """What the admin API answered."""

    status: int
    headers: Mapping[str, str]
    json: Any

    @property
    def error(self) -> str:
        """Code of the error."""
        return str(self.json["error"]["code"])


@dataclass(frozen=True, slots=True)
class Operator:
    """Someone with an admin token for the hub of `settings`."""

    settings: Settings
    http: ClientSession
    name: str = "jan@ops"

    @property
    def token(self) -> str:
        """A good admin token."""
        key = Secrets.load(self.settings.secret_key.get_secret_value(), self.settings.data_path).admin_key
        return bearer.mint(key, subject=self.name, now=now_utc(), life=timedelta(minutes=5))

    @property
    def url(self) -> str:
        """Where the hub's listener for operators is."""
        found = address.read(self.settings.data_path)
        assert found is not None, "the hub does not serve"
        return found.url

    async def ask(
        self, method: str, path: str, body: Any = None, *, authorization: str | None = None, raw: bytes | None = None
    ) -> Said:
        """One call to the admin API; `authorization` replaces the good token, empty sends none."""
        header = f"Bearer {self.token}" if authorization is None else authorization
        headers = {"Authorization": header} if header else {}
        data = json.dumps(body).encode() if body is not None else raw
        url = f"{self.url}/admin/v1{path}"
        async with self.http.request(method, url, data=data, headers=headers) as answer:
            return Said(answer.status, answer.headers, json.loads(await answer.read()))

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a process on the hub's own machine."""
        return {**os.environ, "HUB_DATA_DIR": str(self.settings.data_dir), "NO_COLOR": "1"}

    async def hubctl(self, *words: str, stdin: str | None = None, **environment: str) -> "Ended":
        """Run one command line as on the hub's own machine, without a terminal."""
        variables = self.environment | environment
        result = await asyncio.to_thread(CliRunner().invoke, app, [*words], stdin, variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """stdout as tab-separated values."""
        return [line.split("\t") for line in self.out.splitlines()]
