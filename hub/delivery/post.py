"""The only way out: one HTTP request to a partner, whose answer is as hostile as its URL.

Nothing is sent twice: a request whose outcome is unknown stays unknown. Only a GET may be sent once more after a broken
connection (checklist H3.15), and 307 or 308 on the same origin is followed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from yarl import URL

from hub.clock import monotonic_s
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, parse_url
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.connection import Disconnected
from hub.delivery.pool import Origin, Pool
from hub.delivery.resolver import Lookup, Resolver, system_lookup
from hub.outbound import Outbound
from hub.tls import ClientTls
from hub.wire.headers import first

CONNECT_MAX_S = 5.0
REDIRECTS_MAX = 3
_REDIRECTS = frozenset({307, 308})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_LINE_ENDS_OF_PLACE = 3


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL that the hub may call, taken apart."""

    url: URL
    origin: Origin
    place: str
    """Path and query, as the partner encoded them, and the Host header: the request's first two lines but for its method."""


class Post:
    """One post office for all partners; use it as `async with Post(settings) as post`."""

    def __init__(self, settings: Settings, *, lookup: Lookup = system_lookup, tls: ClientTls | None = None) -> None:
        self._allow_private = settings.allow_private_urls
        self._under_way_max = settings.forwards_per_platform_max
        self._under_way: dict[str, int] = {}
        self._lookup = lookup
        self._tls = tls or ClientTls(settings.client_certificate_file, settings.client_key_file)
        self._pool: Pool | None = None

    async def __aenter__(self) -> Self:
        self._pool = Pool(Resolver(self._allow_private, self._lookup), self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.close()

    def under_way(self, platform_id: str) -> int:
        """How many requests to this platform wait for their answer."""
        return self._under_way.get(platform_id, 0)

    async def send(self, outbound: Outbound, may_send: Callable[[], bool] | None = None) -> Answer:
        """Send once and return the whole answer, redirects of another origin included; raises PostFailed.

        `may_send` is asked again just before the first byte goes out: looking up a name and connecting take their time.
        """
        platform_id = outbound.platform_id
        under_way = self._under_way.get(platform_id, 0)
        if under_way >= self._under_way_max:
            raise PostFailed(Failure.BUSY, f"{under_way} requests to this platform are under way already")
        self._under_way[platform_id] = under_way + 1
        began_s = monotonic_s()
        try:
            return await self._follow(outbound, began_s, may_send)
        except TimeoutError:
            raise PostFailed(
                Failure.TIMEOUT, f"no whole answer within {outbound.timeout_s:g} s", _ms_since(began_s)
            ) from None
        except AddressRefused as refused:
            raise PostFailed(Failure.NOT_CONNECTED, str(refused), _ms_since(began_s)) from None
        except PostFailed as failed:
            raise PostFailed(failed.failure, failed.reason, _ms_since(began_s)) from None
        finally:
            if self._under_way[platform_id] == 1:
                del self._under_way[platform_id]
            else:
                self._under_way[platform_id] -= 1

    async def _follow(self, outbound: Outbound, began_s: float, may_send: Callable[[], bool] | None) -> Answer:
        target = _target(outbound.url, self._allow_private)
        redirects_left = REDIRECTS_MAX
        may_repeat = outbound.method == "GET"
        while True:
            try:
                answer = await self._once(outbound, target, began_s, may_send)
            except Disconnected:
                if not may_repeat:
                    raise
                may_repeat = False
                continue
            following = _same_origin(target.url, answer) if answer.http_status in _REDIRECTS else None
            if following is None or not redirects_left:
                return answer
            target = _target(str(following), self._allow_private)
            redirects_left -= 1

    async def _once(
        self, outbound: Outbound, target: _Target, began_s: float, may_send: Callable[[], bool] | None
    ) -> Answer:
        """One exchange; half of a short time is for connecting, so that a black hole is told from a slow answer."""
        if self._pool is None:
            raise RuntimeError("Post is used outside of `async with`")
        until_s = began_s + outbound.timeout_s
        left_s = until_s - monotonic_s()
        if left_s <= 0:
            raise TimeoutError
        pinned = target.origin.tls and outbound.server_pem
        origin = replace(target.origin, server_pem=outbound.server_pem) if pinned else target.origin
        reader = await self._pool.exchange(
            origin,
            _write(outbound, target),
            connect_s=min(CONNECT_MAX_S, left_s / 2),
            until_s=until_s,
            may_send=may_send,
        )
        http_status, headers, body = reader.answer()
        return Answer(http_status=http_status, body=body, headers=headers, duration_ms=_ms_since(began_s))


def _write(outbound: Outbound, target: _Target) -> bytes:
    """The request's bytes. Raises ValueError for a line end in a header: it would begin a header of somebody's choosing."""
    body = outbound.body
    lines = [f"{outbound.method} {target.place}", *(f"{name}: {value}" for name, value in outbound.headers.items())]
    if body or outbound.method in _WITH_BODY:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\r") + head.count("\n") != 2 * (len(lines) - 1 + _LINE_ENDS_OF_PLACE):
        raise ValueError("a header of a request to a partner holds a line end")
    return f"{head}\r\n\r\n".encode("ascii") + body


@lru_cache(maxsize=8192)
def _target(url: str, allow_private: bool) -> _Target:
    parsed = parse_url(url, allow_private)
    host, port = parsed.raw_host or "", parsed.port or 0
    place = (
        f"{parsed.raw_path_qs} HTTP/1.1\r\nHost: {parsed.host_port_subcomponent}\r\n"
        "User-Agent: ocpi-hub\r\nAccept-Encoding: identity"
    )
    return _Target(url=parsed, origin=Origin(host, port, parsed.scheme == "https"), place=place)


def _same_origin(url: URL, answer: Answer) -> URL | None:
    """Where a redirect leads, when that is the same scheme, host and port: our token goes nowhere else."""
    location = first(answer.headers, "Location")
    if not location or not location.isascii() or not location.isprintable() or " " in location:
        return None
    try:
        following = url.join(URL(location, encoded=True))
        return following if following.origin() == url.origin() and following.raw_user is None else None
    except ValueError:
        return None


def _ms_since(began_s: float) -> float:
    return (monotonic_s() - began_s) * 1000
