"""The only way out: one HTTP request to a partner, whose answer is as hostile as its URL.

Nothing is sent twice: a request whose outcome is unknown stays unknown. Only a GET may be sent once more after a broken
connection (checklist H3.15), and 307 or 308 on the same origin is followed.
"""

import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from yarl import URL

from hub.clock import monotonic_s
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, parse_url
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.failures import explain
from hub.delivery.reading import inflate, read_body
from hub.delivery.resolver import Lookup, Resolver, system_lookup
from hub.outbound import Outbound
from hub.wire.headers import first

CONNECT_MAX_S = 5.0
REDIRECTS_MAX = 3
KEEP_ALIVE_S = 4.0
"""Shorter than the 5 s after which common servers close: a request must not meet a connection that is being closed."""
_HEADERS_MAX = 100
_HEADER_MAX_BYTES = 8 * 1024
_REDIRECTS = frozenset({307, 308})
_parse_url = lru_cache(maxsize=8192)(parse_url)


class Post:
    """One session for all partners; use it as `async with Post(settings) as post`."""

    def __init__(
        self, settings: Settings, *, lookup: Lookup = system_lookup, tls: ssl.SSLContext | None = None
    ) -> None:
        self._allow_private = settings.allow_private_urls
        self._under_way_max = settings.forwards_per_platform_max
        self._under_way: dict[str, int] = {}
        self._lookup = lookup
        self._tls = tls
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = TCPConnector(
            limit=0,
            use_dns_cache=False,
            resolver=Resolver(self._allow_private, self._lookup),
            keepalive_timeout=KEEP_ALIVE_S,
            ssl=self._tls or _tls(),
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            skip_auto_headers=("Content-Type",),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "ocpi-hub"},
            max_line_size=_HEADER_MAX_BYTES,
            max_field_size=_HEADER_MAX_BYTES,
            max_headers=_HEADERS_MAX,
        )
        # aiohttp sends PUT and DELETE again when a kept connection breaks; an OCPI push must not be sent twice.
        self._session._retry_connection = False
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def under_way(self, platform_id: str) -> int:
        """How many requests to this platform wait for their answer."""
        return self._under_way.get(platform_id, 0)

    async def send(self, outbound: Outbound) -> Answer:
        """Send once and return the whole answer, redirects of another origin included; raises PostFailed."""
        platform_id = outbound.platform_id
        under_way = self._under_way.get(platform_id, 0)
        if under_way >= self._under_way_max:
            raise PostFailed(Failure.BUSY, f"{under_way} requests to this platform are under way already")
        self._under_way[platform_id] = under_way + 1
        started_s = monotonic_s()
        try:
            return await self._exchange(outbound, started_s)
        except (AddressRefused, ClientError, OSError) as error:
            failure, reason = explain(error, outbound.timeout_s)
            raise PostFailed(failure, reason, (monotonic_s() - started_s) * 1000) from None
        finally:
            if self._under_way[platform_id] == 1:
                del self._under_way[platform_id]
            else:
                self._under_way[platform_id] -= 1

    async def _exchange(self, outbound: Outbound, started_s: float) -> Answer:
        url = _parse_url(outbound.url, self._allow_private)
        timeout = _timeout(outbound.timeout_s)
        redirects_left = REDIRECTS_MAX
        may_repeat = outbound.method == "GET"
        while True:
            try:
                answer = await self._once(outbound, url, timeout, started_s)
            except (ServerDisconnectedError, ClientOSError) as error:
                if not may_repeat or isinstance(error, ClientConnectorError):
                    raise
                may_repeat = False
            else:
                following = _same_origin(url, answer) if answer.http_status in _REDIRECTS else None
                if following is None or not redirects_left:
                    return answer
                url = following
                redirects_left -= 1
            left_s = outbound.timeout_s - (monotonic_s() - started_s)
            if left_s <= 0:
                raise TimeoutError
            timeout = ClientTimeout(total=left_s, connect=min(CONNECT_MAX_S, left_s), ceil_threshold=left_s + 1)

    async def _once(self, outbound: Outbound, url: URL, timeout: ClientTimeout, started_s: float) -> Answer:
        if self._session is None:
            raise RuntimeError("Post is used outside of `async with`")
        async with self._session.request(
            outbound.method,
            url,
            data=outbound.body or None,
            headers=outbound.headers,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            body = await read_body(response)
        headers: Mapping[str, str] = response.headers
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity"}:
            body = inflate(body, encoding)
            headers = {name: value for name, value in headers.items() if name.lower() != "content-encoding"}
        return Answer(
            http_status=response.status, body=body, headers=headers, duration_ms=(monotonic_s() - started_s) * 1000
        )


@lru_cache(maxsize=64)
def _timeout(total_s: float) -> ClientTimeout:
    """Half of a short time is for connecting, so that a black hole is told from a slow answer."""
    return ClientTimeout(total=total_s, connect=min(CONNECT_MAX_S, total_s / 2), ceil_threshold=total_s + 1)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


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
