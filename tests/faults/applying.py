"""A partner that keeps what it is sent, as a partner of OCPI does: a PUT is the object, a PATCH changes fields of it."""

import json
from collections.abc import Callable
from typing import Any

from hub.wire.party import Party
from tests.faults.partner import FastPartner

OK = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
PERIODS = "charging_periods"


class ApplyingPartner(FastPartner):
    """`objects` are what it has by path, `bodies` what came last for each path."""

    def __init__(self, party: Party, says: Callable[[str], bytes] = lambda _: OK) -> None:
        """`says` makes the body of its answer to a path."""
        super().__init__(party, "EMSP")
        self.objects: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        self._says = says

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Keep what a push says."""
        method, target, _ = head.split(b" ", 2)
        path = target.decode().removeprefix("/2.2.1")
        if method not in {b"PUT", b"PATCH"} or path == "/credentials":
            return super().answer(head, body)
        self.taken += 1
        self.bodies[path] = body
        self.objects[path] = applied(method.decode(), self.objects.get(path, {}), exact(body))
        return self._says(path)


def exact(text: bytes | str) -> Any:
    """JSON with each number as a pair, so that 0.10 is neither 0.1 nor "0.10"."""
    return json.loads(text, parse_float=_number, parse_int=_number)


def _number(text: str) -> tuple[str, str]:
    return "number", text


def applied(method: str, before: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The object after a push. Charging periods of a PATCH are added to those that are there.

    Source: OCPI 2.2.1, sessions, PATCH method of the Receiver interface.
    """
    if method == "PUT":
        return change
    periods = {PERIODS: before.get(PERIODS, []) + change[PERIODS]} if PERIODS in change else {}
    return before | change | periods
