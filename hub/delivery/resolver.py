"""Names to addresses: one look-up a host at a time, cached, limited in time, and only public addresses come out.

A look-up blocks a thread of its own, never one that another host waits for: a slow name delays only itself.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from hub.clock import monotonic_s
from hub.delivery.addresses import AddressRefused, check_address

LOOKUP_MAX_S = 5.0
KEEP_S = 30.0
KEEP_FAILED_S = 2.0
HOSTS_MAX = 4096
THREADS_MAX = 128

Lookup = Callable[[str], list[tuple[int, str]]]
"""Blocking: address family and address for each answer; raises OSError."""
_Found = list[tuple[int, str]] | OSError


def system_lookup(host: str) -> list[tuple[int, str]]:
    """Ask the operating system."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(family, str(address[0])) for family, _, _, _, address in answers]


class Resolver:
    """What is asked before a connection is made."""

    def __init__(self, allow_private: bool, lookup: Lookup = system_lookup) -> None:
        self._allow_private = allow_private
        self._lookup = lookup
        self._known: dict[str, tuple[float, _Found]] = {}
        self._asked: dict[str, asyncio.Future[_Found]] = {}

    async def resolve(self, host: str) -> list[tuple[int, str]]:
        """Address family and address, for every allowed address of `host`.

        Checked at each call: what a name means may change from one to the next. Raises OSError (no answer) or AddressRefused
        (no allowed answer).
        """
        found = await self._find(host)
        if isinstance(found, OSError):
            raise found
        if not found:
            raise OSError("the name has no address")
        return self._allowed(found)

    def _allowed(self, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
        if self._allow_private:
            return found
        allowed: list[tuple[int, str]] = []
        refusal: AddressRefused | None = None
        for kind, address in found:
            try:
                check_address(address)
            except AddressRefused as refused:
                refusal = refused
            else:
                allowed.append((kind, address))
        if refusal is not None and not allowed:
            raise refusal
        return allowed

    async def _find(self, host: str) -> _Found:
        known = self._known.get(host)
        if known is not None and known[0] > monotonic_s():
            return known[1]
        asked = self._asked.get(host)
        if asked is None:
            if len(self._asked) >= THREADS_MAX:
                return OSError("too many names are being looked up")
            asked = self._ask(host)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), LOOKUP_MAX_S)
        except TimeoutError:
            return OSError(f"the name was not resolved within {LOOKUP_MAX_S:g} s")

    def _ask(self, host: str) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[_Found] = loop.create_future()
        self._asked[host] = asked

        def work() -> None:
            try:
                found: _Found = self._lookup(host)
            except (OSError, UnicodeError):
                found = OSError("the name cannot be resolved")
            with suppress(RuntimeError):  # the loop is closed: nobody waits for the answer any more
                loop.call_soon_threadsafe(self._keep, host, found)

        threading.Thread(target=work, name=f"dns {host[:60]}", daemon=True).start()
        return asked

    def _keep(self, host: str, found: _Found) -> None:
        asked = self._asked.pop(host)
        if not asked.done():
            asked.set_result(found)
        if len(self._known) >= HOSTS_MAX:
            self._known.clear()
        lasting_s = KEEP_FAILED_S if isinstance(found, OSError) else KEEP_S
        self._known[host] = (monotonic_s() + lasting_s, found)
