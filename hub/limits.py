"""How often somebody may ask: token buckets in bounded memory, and whose address a request comes from. Pure.

Source: OWASP API Security Top 10 (2023), API4; RFC 6585, 4 (HTTP 429).
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_KEYS_MAX = 10_000
_V6_PREFIX = 64
"""One subscriber of IPv6 has as many addresses as it likes: they count as one."""


class Rates:
    """One bucket a key: `burst` at once, `per_s` in the long run; the keys that were used least recently are forgotten."""

    def __init__(self, per_s: float, burst: float, *, keys_max: int = _KEYS_MAX) -> None:
        """`per_s` 0 means no limit."""
        self._per_s = per_s
        self._burst = max(burst, 1.0)
        self._keys_max = keys_max
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until this key may ask again; 0 when it may now."""
        if not self._per_s or key not in self._buckets:
            return 0.0
        return max(0.0, (1.0 - self.left(key, now_s)) / self._per_s)

    def take(self, key: str, now_s: float) -> float:
        """Ask once: 0 when that is within the limit, else the seconds to wait; asking in vain costs nothing."""
        if not self._per_s:
            return 0.0
        level = self.left(key, now_s)
        if level < 1.0:
            return (1.0 - level) / self._per_s
        self._buckets[key] = (level - 1.0, now_s)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys_max:
            self._buckets.popitem(last=False)
        return 0.0

    def left(self, key: str, now_s: float) -> float:
        """How often this key may ask at once now."""
        level, at_s = self._buckets.get(key, (self._burst, now_s))
        return min(self._burst, level + (now_s - at_s) * self._per_s)


def source(address: str) -> str:
    """What counts as one source: an IPv4 address, or the network of an IPv6 one; any other text as it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((ip, _V6_PREFIX), strict=False))


def read_networks(written: str) -> tuple[Network, ...]:
    """Read `10.0.0.0/8, ::1`; raises ValueError that quotes what is none."""
    return tuple(ipaddress.ip_network(one.strip(), strict=False) for one in written.split(",") if one.strip())


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Where a request comes from: the peer, or, when that is a trusted proxy, the last address that no trusted one added.

    `forwarded_for` are the X-Forwarded-For headers as they came: whatever stands before that address anybody may have written.
    """
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    address = peer
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address if address is not peer and _reads(address) else peer


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    if not trusted or not _reads(address):
        return False
    ip = ipaddress.ip_address(address.partition("%")[0])
    return any(ip in network for network in trusted if network.version == ip.version)


def _reads(address: str) -> bool:
    try:
        ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return True
