"""The partners of a demonstration as it reaches them: by remote control over HTTP, with a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession

from hub.demo.cast import Player
from hub.demo.options import DemoFailed
from hub.simulate.messages import read_json

Wishes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remote:
    """One simulated platform: `url` is where it listens, `key` opens its `/control/`."""

    player: Player
    url: str
    key: str
    session: ClientSession

    async def state(self) -> dict[str, Any]:
        """How it is."""
        return await self._call("GET", "state", None)

    async def do(self, action: str, wishes: Wishes | None = None) -> dict[str, Any]:
        """Have it do something; raises DemoFailed with its own words when it does not."""
        return await self._call("POST", action, wishes or {})

    async def object(self, module: str, identifier: str) -> dict[str, Any] | None:
        """What an eMSP was sent under an id."""
        found = await self.do("objects", {"module": module, "id": identifier})
        return found["objects"][0] if found["objects"] else None

    async def _call(self, method: str, action: str, wishes: Wishes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            async with self.session.request(
                method, f"{self.url}/control/{action}", json=wishes, headers=headers
            ) as answer:
                said: dict[str, Any] = read_json(await answer.read())
        except (ClientError, TimeoutError, ValueError) as error:
            raise DemoFailed(f"{self.player.name} cannot be controlled: {type(error).__name__}") from None
        if answer.status != 200:
            raise DemoFailed(f"{self.player.name} could not {action}: {said.get('error', answer.status)}")
        return said
