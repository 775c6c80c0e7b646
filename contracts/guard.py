"""Where the runner may connect: with `public_only` nothing but public addresses, checked after the name was looked up."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from contracts.outcomes import CheckFailed

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


async def place(url: str, *, public_only: bool) -> tuple[str, str]:
    """Host as written, and the address to connect to. Raises CheckFailed for a URL that is none, or not allowed."""
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
        asked = asyncio.get_running_loop().getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
        found = [str(address[0]) for *_, address in await asked]
    except (OSError, UnicodeError):
        raise CheckFailed(f"a host that has an address: {host[:100]}", "the name cannot be resolved") from None
    allowed = [address for address in found if not public_only or is_public(address)]
    if not allowed:
        raise CheckFailed("a public address", f"{host[:100]} is {', '.join(found[:3])}")
    return host, allowed[0]


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
