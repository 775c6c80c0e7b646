"""Results that come later: a simulated eMSP's addresses for them, and what was posted there.

Source: OCPI 2.2.1, mod_commands (CommandResult) and mod_charging_profiles (the three results), SENDER interface.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.platform import Platform
from hub.wire.interface import Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request whose result comes later: the answer at once, and the id under which the result will be."""

    answer: Answer
    result_id: str


class Callbacks:
    """Gives out a fresh address for each request and keeps what comes there: `results` by id, in order of arrival."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.results: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.active_profiles: dict[str, dict[str, Any]] = {}
        self._expected: set[str] = set()

    def address(self, module: str, about: str) -> tuple[str, str]:
        """A new response_url under `module`, and the id of the result that will come there."""
        result_id = str(uuid.uuid4())
        self._expected.add(result_id)
        return f"{self._platform.url}{self._platform.path(module, Interface.SENDER)}/{about}/{result_id}", result_id

    async def result(self, result_id: str, *, timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait for the first result under `result_id`; raises TimeoutError."""
        await self._platform.wait_until(lambda: bool(self.results[result_id]), timeout_s=timeout_s)
        return self.results[result_id][0]

    async def answer(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Take `POST {about}/{result id}`, and `PUT {session_id}` of an ActiveChargingProfile."""
        match received.method, rest:
            case ("POST", (_, result_id)) if result_id in self._expected:
                self.results[result_id].append(received.json)
                return ok()
            case ("PUT", (session_id,)):
                self.active_profiles[session_id] = received.json
                return ok()
        return refused(2000, "no result is expected here", status=404)
