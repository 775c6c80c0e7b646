"""The ways in which a simulated partner can be made to fail, and what each does to one request."""

import asyncio
import socket
import struct
from enum import StrEnum

from aiohttp import web

from hub.simulate.messages import Reply, refused

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    """What is wrong with a partner now."""

    NONE = "none"
    SLOW = "slow"
    """Every request waits before it is handled."""
    DOWN = "down"
    """Every connection is reset as soon as a request came in."""
    SERVER_ERROR = "500"
    """Every request is answered with HTTP 500."""
    MALFORMED = "malformed"
    """Every request is answered with HTTP 200 and something that is not an OCPI envelope."""


class FaultSwitch:
    """The current fault of one partner; requests that are held by `slow` go on as soon as it is switched over."""

    def __init__(self) -> None:
        self.current = Fault.NONE
        self.slow_s = 5.0
        self._switched = asyncio.Event()

    def set(self, fault: Fault) -> None:
        """Switch to `fault` and release whoever waits."""
        self.current = fault
        self._switched.set()
        self._switched = asyncio.Event()

    async def apply(self, request: web.Request) -> Reply | None:
        """Do to `request` what the current fault says; None means: handle it as usual."""
        match self.current:
            case Fault.SLOW:
                await self._hold()
                return None
            case Fault.DOWN:
                return _reset(request)
            case Fault.SERVER_ERROR:
                return refused(3000, "simulated failure", status=500)
            case Fault.MALFORMED:
                return Reply(body=b'{"this is": "not an envelope"}', bare=True)
            case Fault.NONE:
                return None

    async def _hold(self) -> None:
        try:
            await asyncio.wait_for(self._switched.wait(), self.slow_s)
        except TimeoutError:
            return


def _reset(request: web.Request) -> Reply:
    """Close the connection with a TCP reset; the reply that is returned can no longer be sent."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return Reply(status=500, bare=True)
