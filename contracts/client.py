"""Calls to the platform under test. Its answers are hostile: each is bounded in bytes, in time and in what it can unpack to."""

import asyncio
import base64
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from contracts import guard, json_text
from contracts.clock import monotonic_s
from contracts.outcomes import CheckFailed

ANSWER_MAX_BYTES = 8 * 1024 * 1024
HEADERS_MAX = 100
HEADERS_MAX_BYTES = 32 * 1024
URL_MAX_CHARS = 4096
KEPT_BYTES = 8 * 1024
"""Of a body, beside what was parsed from it."""
TIMEOUT_S = 15.0
_LONGEST_S = 60.0
"""For each step of an exchange; what counts is `timeout_s`, for all of it."""
REDIRECTS_MAX = 3
_PARTS_AT_ONCE = 256
_REDIRECTS = frozenset({307, 308})
_IDLE_S = 60.0
"""How long a connection is kept for the next call: longer than any pause, so that a check can see what comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request; `token` is written into the Authorization header as `encoding` says, None leaves the header out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    token: str | None = None
    encoding: str = "base64"
    header_case: str = ""
    """`lower` or `upper`: how header names are written, which means nothing to HTTP."""
    timeout_s: float = TIMEOUT_S
    answer_max_bytes: int = ANSWER_MAX_BYTES

    def written(self) -> dict[str, str]:
        """All headers."""
        headers = dict(self.headers)
        if self.token is not None:
            headers = {"Authorization": authorization(self.token, self.encoding), **headers}
        forms = {"lower": str.lower, "upper": str.upper}
        form = forms.get(self.header_case, str)
        return {form(name): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One answer, unpacked and parsed."""

    http: int
    headers: Mapping[str, str]
    """Names in lower case; several values are joined by a comma."""
    start: bytes
    """The first bytes of the body."""
    size: int
    marks: int = 0
    """How many values the body could hold; see json_text."""
    json: Any = None
    """The parsed body; None when it is no JSON."""
    fault: str = ""
    """Why it is none."""
    ms: float
    redirected_to: str = ""
    """Where the answer came from in the end, when that was another URL."""


def authorization(token: str, encoding: str) -> str:
    """The header's value: `base64` as OCPI 2.2.1 has it, `raw` as older software does, or `scheme` in lower case."""
    written = token if encoding == "raw" else base64.b64encode(token.encode()).decode()
    forms = {"lower": f"token {written}", "spaces": f"Token  {written}"}
    if encoding == "newline":
        return "Token " + base64.b64encode(token.encode() + b"\n").decode()
    return forms.get(encoding, f"Token {written}")


class Client:
    """One connection pool for one run; use it as `async with Client(public_only=…) as client`."""

    def __init__(self, *, public_only: bool) -> None:
        self._public_only = public_only
        self._http = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=_LONGEST_S,
            limits=httpx.Limits(keepalive_expiry=_IDLE_S),
            verify=_tls(),
            headers={"User-Agent": "ocpi-contract-suite", "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def call(self, sent: Sent) -> Got:
        """Send, follow 307 and 308 on the same origin, and return the whole answer; raises CheckFailed when there is none."""
        began_s = monotonic_s()
        try:
            async with asyncio.timeout(sent.timeout_s):
                http, headers, body, url = await self._answer(sent)
        except TimeoutError:
            fault = CheckFailed(f"a whole answer within {sent.timeout_s:g} s", "none came")
        except CheckFailed as failed:
            fault = CheckFailed(failed.expected, failed.observed)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            fault = CheckFailed("an HTTP answer", f"{type(error).__name__}: {str(error)[:200]}")
        else:
            ms = round((monotonic_s() - began_s) * 1000, 1)
            return _got(http, headers, body, ms=ms, redirected_to=url if url != sent.url else "")
        raise fault  # a new one, out here: it holds on to nothing of what was answered

    async def _answer(self, sent: Sent) -> tuple[int, dict[str, str], bytes, str]:
        url = sent.url
        for _ in range(REDIRECTS_MAX + 1):
            http, headers, body = await self._sent(sent, url)
            following = _following(url, headers) if http in _REDIRECTS else None
            if following is None:
                break
            url = following
        return http, headers, body, url

    async def _sent(self, sent: Sent, url: str) -> tuple[int, dict[str, str], bytes]:
        """A GET is repeated once when the connection was closed just then, as it may be at any time. Source: RFC 9112, 9.3.1."""
        try:
            return await self._once(sent, url)
        except httpx.TransportError as error:
            if sent.method != "GET" or not _is_closed(error):
                raise
        return await self._once(sent, url)

    async def _once(self, sent: Sent, url: str) -> tuple[int, dict[str, str], bytes]:
        if len(url) > URL_MAX_CHARS:
            raise CheckFailed(f"a URL of at most {URL_MAX_CHARS} characters", f"one of {len(url)}")
        host, addresses = await guard.places(url, public_only=self._public_only)
        for address in addresses[:-1]:
            try:
                return await self._at(sent, url, host, address)
            except httpx.ConnectError:
                continue
        return await self._at(sent, url, host, addresses[-1])

    async def _at(self, sent: Sent, url: str, host: str, address: str) -> tuple[int, dict[str, str], bytes]:
        target = httpx.URL(url)
        request = self._http.build_request(
            sent.method,
            target.copy_with(host=address),
            headers={"Host": target.netloc.decode(), "Accept": "application/json", **sent.written()},
            content=sent.body,
            extensions={"sni_hostname": host},
        )
        response = await self._http.send(request, stream=True)
        try:
            headers = _headers(response)
            body = await _read(response, sent.answer_max_bytes)
        finally:
            await response.aclose()
            self._http.cookies.clear()
        return response.status_code, headers, _unpack(body, headers.get("content-encoding", ""), sent.answer_max_bytes)


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that are trusted, read once."""
    return httpx.create_ssl_context(trust_env=False)


def _is_closed(error: httpx.TransportError) -> bool:
    """Before the first byte of an answer."""
    silent = isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in str(error)
    return silent or isinstance(error, httpx.ReadError | httpx.WriteError)


def _headers(response: httpx.Response) -> dict[str, str]:
    lines = response.headers.multi_items()
    size = sum(len(name) + len(value) for name, value in lines)
    if len(lines) > HEADERS_MAX or size > HEADERS_MAX_BYTES:
        allowed = f"at most {HEADERS_MAX} headers in {HEADERS_MAX_BYTES // 1024} KiB"
        raise CheckFailed(allowed, f"{len(lines)} in {size // 1024} KiB")
    headers: dict[str, str] = {}
    for name, value in lines:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _read(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    count = 0
    async for part in response.aiter_raw():
        body += part
        if len(body) > most:
            raise _too_large(most)
        count += 1
        if count % _PARTS_AT_ONCE == 0:
            await asyncio.sleep(0)  # parts that are here already are read without a place where the time can run out
    return bytes(body)


def _unpack(body: bytes, encoding: str, most: int) -> bytes:
    if encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() not in {"gzip", "deflate"}:
        raise CheckFailed("an answer that is not packed, or by gzip", f"Content-Encoding: {encoding[:60]}")
    packed = zlib.decompressobj(wbits=47)
    try:
        unpacked = packed.decompress(body, most + 1)
    except zlib.error:
        raise _not_packed() from None
    if len(unpacked) > most:
        raise _too_large(most)
    if not packed.eof:
        raise _not_packed()
    return unpacked


def _too_large(most: int) -> CheckFailed:
    return CheckFailed(f"an answer of at most {most // 1024} KiB", "a larger one")


def _not_packed() -> CheckFailed:
    return CheckFailed("an answer packed as its header says", "it cannot be unpacked")


def _got(http: int, headers: Mapping[str, str], body: bytes, *, ms: float, redirected_to: str) -> Got:
    parsed, fault = None, ""
    try:
        parsed = json_text.parse(body)
    except json_text.NoJson as none:
        fault = str(none)
    return Got(
        http=http,
        headers=headers,
        start=body[:KEPT_BYTES],
        size=len(body),
        marks=json_text.marks(body) if parsed is not None else 0,
        json=parsed,
        fault=fault,
        ms=ms,
        redirected_to=redirected_to,
    )


def _following(url: str, headers: Mapping[str, str]) -> str | None:
    following = urljoin(url, headers.get("location", "")[:URL_MAX_CHARS])
    there, here = urlsplit(following), urlsplit(url)
    same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
    return following if same and following != url else None
