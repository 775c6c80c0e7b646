"""Connections to partners by origin: kept for a moment after use, opened when none is free, never to a forbidden address."""

import asyncio
import ipaddress
import os
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import aiohappyeyeballs

from hub.clock import monotonic_s
from hub.delivery.allowance import ALL_MAX_BYTES, ORIGIN_MAX_BYTES, Allowance
from hub.delivery.answer import Failure, PostFailed
from hub.delivery.connection import Connection
from hub.delivery.reading import Reader
from hub.delivery.resolver import Resolver
from hub.tls import ClientTls

KEEP_ALIVE_S = 4.0
"""Shorter than the 5 s after which common servers close: a request must not meet a connection that is being closed."""
_NEXT_ADDRESS_AFTER_S = 0.25


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection leads."""

    host: str
    port: int
    tls: bool
    server_pem: str = ""
    """Pinned for the platform: connections that trust it are nobody else's."""


class Pool:
    """Owns every connection out."""

    def __init__(self, resolver: Resolver, tls: ClientTls) -> None:
        self._resolver = resolver
        self._tls = tls
        self._idle: dict[Origin, list[Connection]] = defaultdict(list)
        self._allowance = Allowance(ALL_MAX_BYTES)
        self._allowances: WeakValueDictionary[Origin, Allowance] = WeakValueDictionary()
        self._sweep: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    async def exchange(
        self,
        origin: Origin,
        request: bytes,
        *,
        connect_s: float,
        until_s: float,
        may_send: Callable[[], bool] | None = None,
    ) -> Reader:
        """Send a request and read its whole answer until the instant `until_s` (monotonic).

        `may_send` is asked as the last thing before the first byte. Raises PostFailed (BUSY when it says no), TimeoutError
        (sent, and no whole answer in time) or AddressRefused.
        """
        connection = self._take(origin) or await self._connect(origin, connect_s)
        if may_send is not None and not may_send():
            connection.close()
            raise PostFailed(Failure.BUSY, "this process no longer delivers to this platform")
        waiter = connection.send(request)
        timer = self._loop.call_later(max(until_s - monotonic_s(), 0.0), connection.expire)
        try:
            reader = await waiter
        except BaseException:
            connection.drop()
            raise
        finally:
            timer.cancel()
        if connection.reusable:
            self._keep(origin, connection)
        else:
            connection.close()
        return reader

    def close(self) -> None:
        """End every idle connection; those under way end with who waits for them."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _take(self, origin: Origin) -> Connection | None:
        """The connection that was used last, if it is still good."""
        connections = self._idle.get(origin)
        while connections:
            connection = connections.pop()
            if connection.open and monotonic_s() - connection.idle_since_s < KEEP_ALIVE_S:
                return connection
            connection.close()
        return None

    def _keep(self, origin: Origin, connection: Connection) -> None:
        connection.idle_since_s = monotonic_s()
        self._idle[origin].append(connection)
        if self._sweep is None:
            self._sweep = self._loop.call_later(KEEP_ALIVE_S, self._close_old)

    def _close_old(self) -> None:
        before_s = monotonic_s() - KEEP_ALIVE_S
        for origin, connections in list(self._idle.items()):
            kept = [one for one in connections if one.open and one.idle_since_s > before_s]
            for connection in set(connections).difference(kept):
                connection.close()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        self._sweep = self._loop.call_later(KEEP_ALIVE_S, self._close_old) if self._idle else None

    async def _connect(self, origin: Origin, connect_s: float) -> Connection:
        try:
            async with asyncio.timeout(connect_s):
                opened = await self._open(origin)
                return await self._speak(origin, opened)
        except TimeoutError:
            raise _no_connection("no connection in time") from None

    async def _open(self, origin: Origin) -> socket.socket:
        """A TCP connection to one of the host's addresses, the next one tried when one is slow."""
        try:
            addresses = await self._addresses(origin)
        except OSError as error:
            raise _no_connection(str(error)) from None
        try:
            opened = await aiohappyeyeballs.start_connection(
                addresses, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S, interleave=1
            )
        except OSError as error:
            raise _no_connection(f"no connection: {_said(error)}") from None
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    async def _addresses(self, origin: Origin) -> list[aiohappyeyeballs.AddrInfoType]:
        try:
            family = socket.AF_INET6 if ipaddress.ip_address(origin.host).version == 6 else socket.AF_INET
        except ValueError:
            found = await self._resolver.resolve(origin.host)
        else:
            found = [(int(family), origin.host)]
        return [_address_info(family, address, origin.port) for family, address in found]

    def _context(self, origin: Origin) -> ssl.SSLContext:
        return self._tls.pinned(origin.server_pem) if origin.server_pem else self._tls.context

    async def _speak(self, origin: Origin, opened: socket.socket) -> Connection:
        allowance = self._allowances.setdefault(origin, Allowance(ORIGIN_MAX_BYTES, self._allowance))
        try:
            _, connection = await self._loop.create_connection(
                lambda: Connection(self._loop, allowance),
                sock=opened,
                ssl=self._context(origin) if origin.tls else None,
                server_hostname=origin.host if origin.tls else None,
            )
        except BaseException as error:
            opened.close()
            if isinstance(error, OSError):  # ssl.SSLError among them
                raise _no_connection(
                    "no TLS connection: its certificate or protocol version is not acceptable"
                ) from None
            raise
        return connection


def _address_info(family: int, address: str, port: int) -> aiohappyeyeballs.AddrInfoType:
    place = (address, port, 0, 0) if family == socket.AF_INET6 else (address, port)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place


def _no_connection(reason: str) -> PostFailed:
    return PostFailed(Failure.NOT_CONNECTED, reason)


def _said(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else "the host cannot be reached"
