"""Which addresses the hub may call: every URL from a partner is hostile until its form and its DNS answers are checked.

Source: checklist D4, H4.03.
"""

import ipaddress
import re

from yarl import URL

_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|internal|localdomain|home\.arpa)\.?", re.IGNORECASE)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """The hub does not call this address; the text is a sentence that says why."""


def check_url(url: str, allow_private: bool) -> None:
    """Raise AddressRefused unless `url` is https to a public host; with `allow_private`, http and any host will do."""
    parse_url(url, allow_private)


def parse_url(url: str, allow_private: bool) -> URL:
    """Check as `check_url` does and return the very URL that was checked, its path and query untouched."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused("the URL holds a character that must be percent-encoded")
    try:
        parsed = URL(url, encoded=True)
        host, port = parsed.raw_host, parsed.explicit_port
    except ValueError:
        raise AddressRefused("the URL cannot be read") from None
    if parsed.scheme not in {"http", "https"} or not host:
        raise AddressRefused("the URL must be absolute and start with https://")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise AddressRefused("the URL holds a user name or a password")
    if port == 0:
        raise AddressRefused("the URL names port 0")
    if not allow_private:
        _check_public(parsed.scheme, host)
    return parsed


def check_address(address: str) -> None:
    """Raise AddressRefused unless the IP address is a public one; of an IPv6 address that wraps an IPv4 one, the inner.

    Raises ValueError when it is no IP address in the common form.
    """
    if "%" in address:
        raise AddressRefused("the address is bound to one network interface")
    ip = _unwrapped(ipaddress.ip_address(address))
    relay = ip.sixtofour if isinstance(ip, ipaddress.IPv6Address) else None
    for one in (ip, relay):
        if one is not None and (not one.is_global or one.is_multicast or one.is_reserved):
            raise AddressRefused(f"{address} is not a public address")


def _check_public(scheme: str, host: str) -> None:
    if scheme != "https":
        raise AddressRefused("the URL is plain http: https is required")
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        _check_literal(host)
    elif _LOCAL_NAMES.fullmatch(host):
        raise AddressRefused(f"{host} is a name of a private network")


def _check_literal(host: str) -> None:
    """A host that ends in a number is an IPv4 address in the common form, or a disguise of one."""
    try:
        check_address(host)
    except ValueError:
        raise AddressRefused(f"{host[:60]} is an unusual form of an IP address") from None


def _unwrapped(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that is really called through a mapped or a NAT64 address."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip
