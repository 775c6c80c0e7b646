"""Where the runner may connect: with `public_only` nothing but public addresses, checked after the name was looked up."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from contracts.outcomes import CheckFailed

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


ADDRESSES_MAX = 4
"""Of one name: so many are tried."""


async def places(url: str, *, public_only: bool) -> tuple[str, list[str]]:
    """Host as written, and the addresses to connect to. Raises CheckFailed for a URL that is none, or not allowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise CheckFailed("a URL", repr(url[:200])) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise CheckFailed("an absolute http or https URL without a user name", repr(url[:200]))
    if public_only and parts.scheme != "https":
        raise CheckFailed("an https URL", repr(url[:200]))
    try:
        found = await _addresses(host, port or 443)
    except (OSError, ValueError):
        raise CheckFailed(f"a host that has an address: {host[:100]}", "the name cannot be resolved") from None
    allowed = [address for address in found if not public_only or is_public(address)]
    if not allowed:
        raise CheckFailed("a public address", f"{host[:100]} is {', '.join(found[:3])}")
    return host, allowed[:ADDRESSES_MAX]


async def _addresses(host: str, port: int) -> list[str]:
    """Look a name up in a thread that nobody waits for: a name server that is silent must not hold up the end of a run."""
    if _is_address(host):
        return [host]
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def look_up() -> None:
        try:
            listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer = [str(address[0]) for *_, address in listed]
            tell(found.set_result, list(dict.fromkeys(answer)))
        except (OSError, ValueError) as error:
            tell(found.set_exception, error)

    def tell(settle: Callable[[Any], None], what: object) -> None:
        with suppress(RuntimeError):  # the run is over, and its loop is closed
            loop.call_soon_threadsafe(lambda: None if found.done() else settle(what))

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return await found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Neither private nor loopback nor anything special, also inside an IPv6 address that wraps an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = (
            ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        )
        if inner is not None and not is_public(str(inner)):
            return False
        if ip.ipv4_mapped or ip in _NAT64:
            return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
