"""What is too large, too slow or broken is refused in an envelope, and the next request is served."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

import pytest
from aiohttp import ClientSession
from yarl import URL

from hub.clock import monotonic_s
from hub.config import Settings
from hub.simulate.messages import Answer
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from tests import words
from tests.operating import Operator
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import FUNCTIONAL, S, Scripted

READ_TIMEOUT_S = 0.3
CLOSED_WITHIN_S = 5.0
MIB = 1024 * 1024
Header = tuple[str, str]


class Kind(NamedTuple):
    """A push whose body may have `limit` bytes."""

    limit: int
    method: str
    path: str
    by_cpo: bool = True


LIMITS = {
    "locations": Kind(4 * MIB, "PUT", "/NL/CPA/L1"),
    "sessions": Kind(MIB, "PUT", "/NL/CPA/S1"),
    "cdrs": Kind(4 * MIB, "POST", ""),
    "tariffs": Kind(MIB, "PUT", "/NL/CPA/T1"),
    "tokens": Kind(MIB, "PUT", "/DE/EMA/1", by_cpo=False),
    "commands": Kind(MIB, "POST", "/STOP_SESSION", by_cpo=False),
    "chargingprofiles": Kind(MIB, "PUT", "/S1", by_cpo=False),
    "nltnm-own": Kind(MIB, "PUT", "/1"),
}
SESSION = LIMITS["sessions"]


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that waits a moment only for a request to arrive."""
    async with running_hub(whole_settings, mongodb_url, read_timeout_s=READ_TIMEOUT_S) as running:
        yield running


def _push(sender: Scripted, module: str, kind: Kind, body: bytes, *headers: Header) -> bytes:
    """A push to the other side as bytes."""
    to = words.EMSP if kind.by_cpo else words.CPO
    known = [("Authorization", write_authorization(sender.registered()[1]))]
    known += RoutingHeaders(to=to, sender=sender.party).write().items()
    return raw_http.request(kind.method, f"/ocpi/2.2.1/receiver/{module}{kind.path}", [*known, *headers], body)


async def _send(hub: RunningHub, cpo: Scripted, body: bytes, *headers: Header) -> Answer:
    """PUT a Session to DE*EMA."""
    return await raw_http.exchange(hub.versions_url, _push(cpo, "sessions", SESSION, body, *headers))


def _says(answer: Answer, status: int) -> bool:
    return (answer.status, answer.status_code, answer.data) == (status, 2000, None)


def test_every_module_is_here() -> None:
    """No functional module is left out of the table of limits."""
    assert LIMITS.keys() >= {module.identifier for module in FUNCTIONAL}


@pytest.mark.parametrize("module", LIMITS)
async def test_a_body_over_its_limit(hub: RunningHub, cpo: Scripted, emsp: Scripted, module: str) -> None:
    """SEC-09, H7.15, H7.02: 1 MiB, for locations and cdrs 4 MiB; one byte more is 413 in an envelope, told by length or not."""
    kind = LIMITS[module]
    sender, receiver = (cpo, emsp) if kind.by_cpo else (emsp, cpo)
    too_much = kind.limit + 1
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (too_much, b" " * too_much)

    announced, arrived = [
        await raw_http.exchange(hub.versions_url, sent)
        for sent in (
            _push(sender, module, kind, b"", ("Content-Length", str(too_much))),
            _push(sender, module, kind, b"", ("Transfer-Encoding", "chunked")) + chunks,
        )
    ]

    assert _says(announced, 413)
    assert _says(arrived, 413)
    assert str(kind.limit) in announced.json["status_message"]
    assert receiver.got(module) == []


async def test_a_body_at_its_limit(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H7.15, H3.04: exactly as much as is allowed arrives whole."""
    body = words.body(words.session()).ljust(MIB)

    answer = await _send(hub, cpo, body)

    assert answer.status_code == 1000
    assert emsp.got("sessions")[0].body == body


async def test_credentials_have_the_limit_too(hub: RunningHub, cpo: Scripted) -> None:
    """H7.15: a Credentials object over 1 MiB is 413, and the registration stays."""
    known = [("Authorization", write_authorization(cpo.registered()[1])), ("Content-Length", str(MIB + 1))]
    path = URL(hub.settings.ocpi_url).path + "/2.2.1/credentials"

    answer = await raw_http.exchange(hub.versions_url, raw_http.request("PUT", path, known))

    assert _says(answer, 413)
    assert (await cpo.call("GET", hub.versions_url)).status_code == 1000


BROKEN = {
    "truncated": b'{"id": "S1", "kwh": 1',
    "empty object twice": b"{}{}",
    "NaN": b'{"kwh": NaN}',
    "Infinity": b'{"kwh": Infinity}',
    "-Infinity": b'{"kwh": -Infinity}',
    "a number that is infinity": b'{"kwh": 1e999}',
    "a number of 4,300 digits": b'{"kwh": ' + b"9" * 4300 + b"}",
    "single quotes": b"{'id': 1}",
    "comment": b'{"id": 1} // S1',
    "trailing comma": b'{"id": 1,}',
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"id": 1}',
    "half a surrogate pair": b'{"id": "\xed\xa0\x80"}',
    "control character": b'{"id": "\x00"}',
    "65 levels": b"[" * 65 + b"]" * 65,
    "100,000 levels": b"[" * 100_000,
    "100,000 levels closed": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "leading zero": b'{"kwh": 01}',
    "hexadecimal": b'{"kwh": 0x10}',
    "blank": b"   ",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_what_is_not_json_is_400(hub: RunningHub, cpo: Scripted, emsp: Scripted, body: bytes) -> None:
    """SEC-09, H7.13, H3.05, H7.02: HTTP 400 in an envelope; nothing goes on, and nothing of the body comes back."""
    answer = await _send(hub, cpo, body)

    assert _says(answer, 400)
    assert len(answer.body) < 400
    assert emsp.got("sessions") == []


@pytest.mark.parametrize("number", ["1e-999", "0." + "1" * 5000, "123456789012345678901234567890", "9" * 300, "-0.0"])
async def test_numbers_that_no_machine_holds(hub: RunningHub, cpo: Scripted, emsp: Scripted, number: str) -> None:
    """H3.04, H7.07: however long or small, a number is carried to the letter."""
    body = b'{"id": "S1", "kwh": %b}' % number.encode()

    answer = await _send(hub, cpo, body)

    assert answer.status_code == 1000
    assert [received.body for received in emsp.got("sessions")] == [body]


async def test_a_body_that_is_compressed_is_not_opened(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H7.13: the hub does not inflate: a gzip body, bomb or not, is no JSON."""
    bomb = gzip.compress(b" " * (8 * MIB))

    answers = [
        await _send(hub, cpo, body, ("Content-Encoding", coding))
        for body in (gzip.compress(words.body(words.session())), bomb)
        for coding in ("gzip", "deflate", "br")
    ]

    assert all(_says(answer, 400) for answer in answers)
    assert emsp.got("sessions") == []


async def test_a_body_that_does_not_arrive(hub: RunningHub, cpo: Scripted) -> None:
    """SEC-10, H7.02: after read_timeout_s it is HTTP 408 in an envelope."""
    started_s = monotonic_s()

    answer = await _send(hub, cpo, b"", ("Content-Length", "10"))

    assert _says(answer, 408)
    assert READ_TIMEOUT_S <= monotonic_s() - started_s < READ_TIMEOUT_S + 2


@pytest.mark.parametrize(
    "path", ["/ocpi/2.2.1/receiver/sessions/NL/CPA/S1", "/ocpi/2.2.1/credentials", "/apps/v1/locations"]
)
@pytest.mark.parametrize("known", [True, False])
async def test_a_body_that_trickles(hub: RunningHub, cpo: Scripted, path: str, known: bool) -> None:
    """SEC-10: Byte after byte does not keep a connection open, whoever sends them: it is answered, and closed."""
    token = cpo.registered()[1] if known else "somebody"
    headers = [("Authorization", write_authorization(token)), ("Content-Length", "1000000")]
    method = "POST" if "apps" in path else "PUT"

    received = await _trickle(hub.versions_url, raw_http.request(method, path, headers))

    assert received.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 408 "))


@pytest.mark.parametrize("path", ["/session", "/admin/v1/partners/invite"])
async def test_a_body_that_trickles_to_the_operators(hub: RunningHub, path: str) -> None:
    """SEC-10: The operators' listener waits no longer: 408, and the connection is closed."""
    async with ClientSession() as http:
        token = Operator(hub.settings, http).token
    headers = [("Authorization", f"Bearer {token}"), ("Content-Length", "1000")]

    received = await _trickle(hub.hub.admin_url, raw_http.request("POST", path, headers))

    assert received.startswith(b"HTTP/1.1 408 ")


async def _trickle(url: str, sent: bytes) -> bytes:
    """Send a byte after another behind `sent` until the server closes the connection; what it said."""
    parsed, received = URL(url), bytearray()
    reader, writer = await asyncio.open_connection(parsed.host, parsed.port)

    async def trickle() -> None:
        writer.write(sent)
        while not (reader.at_eof() or writer.is_closing()):
            writer.write(b" ")
            await asyncio.sleep(READ_TIMEOUT_S / 10)

    async with asyncio.timeout(CLOSED_WITHIN_S), asyncio.TaskGroup() as tasks:
        trickling = tasks.create_task(trickle())
        with suppress(ConnectionResetError):  # a byte that meets the closed end
            while part := await reader.read(65_536):
                received += part
        trickling.cancel()
    writer.close()
    return bytes(received)


async def test_a_header_has_less_time_than_silence(whole_settings: Settings, mongodb_url: str) -> None:
    """SEC-10: A header that has begun is due within header_timeout_s, on a fresh connection and on a used one; a connection
    that is silent, or whose header came in two pieces in time, stays for read_timeout_s."""
    whole = raw_http.request("GET", "/health")
    async with running_hub(whole_settings, mongodb_url, read_timeout_s=60, header_timeout_s=READ_TIMEOUT_S) as running:
        url = running.settings.public_url
        fresh = await _trickle(url, whole[:-4])
        used = await _trickle(url, whole + whole[:-4])
        reader, writer = await asyncio.open_connection(URL(url).host, URL(url).port)
        writer.write(whole[:9])
        await asyncio.sleep(READ_TIMEOUT_S / 10)
        writer.write(whole[9:])
        first = await reader.readuntil(b"\r\n\r\n")
        stayed = await _stays_open(reader, READ_TIMEOUT_S * 3)
        writer.write(whole)
        second = await reader.readuntil(b"\r\n\r\n")
        writer.close()

    assert stayed
    assert fresh == b""
    assert used.startswith(b"HTTP/1.1 200 ")
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 200 ")


async def _stays_open(reader: asyncio.StreamReader, wait_s: float) -> bool:
    try:
        async with asyncio.timeout(wait_s):
            while await reader.read(1000):
                pass
    except TimeoutError:
        return True
    return False


def test_the_times_that_a_client_has() -> None:
    """SEC-10: unless an operator says otherwise, 10 s for a header and 30 s for a body."""
    fields = Settings.model_fields

    assert (fields["header_timeout_s"].default, fields["read_timeout_s"].default) == (10.0, 30.0)


@pytest.mark.parametrize("sent", [b"", b"GET /ocpi/versions HTTP/1.1\r\nHost: hub.example\r\nX-Slow: "])
async def test_a_header_that_does_not_arrive(hub: RunningHub, sent: bytes) -> None:
    """SEC-10: A connection that says nothing, or half a header, is closed within read_timeout_s."""
    started_s = monotonic_s()

    received = await raw_http.exchange_until_closed(hub.versions_url, sent)

    assert received == b""
    assert monotonic_s() - started_s < READ_TIMEOUT_S + 2


async def test_a_header_that_trickles(hub: RunningHub) -> None:
    """SEC-10: Byte after byte does not keep a connection open either."""
    received = await _trickle(hub.versions_url, b"GET /ocpi/versions HTTP/1.1\r\nX-Slow: ")

    assert received == b""


MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "unknown method": b"BREW /ocpi/versions HTTP/1.1\r\nHost: x\r\n\r\n",
    "10,000 headers": raw_http.request("GET", "/ocpi/versions", [(f"X-{n}", "1") for n in range(10_000)]),
    "a header of 20 KB": raw_http.request("GET", "/ocpi/versions", [("X-Long", "1" * 20_000)]),
    "an URL of 9 KB": raw_http.request("GET", "/ocpi/versions?" + "1" * 9_000),
    "a bare newline in a header": raw_http.request("GET", "/ocpi/versions", [("X-Request-ID", "a\nX-Evil: 1")]),
    "a bare return in a header": raw_http.request("GET", "/ocpi/versions", [("X-Request-ID", "a\rX-Evil: 1")]),
    "a null in a header": raw_http.request("GET", "/ocpi/versions", [("X-Request-ID", "a\0b")]),
    "two lengths": raw_http.request("PUT", "/ocpi/versions", [("Content-Length", "1"), ("Content-Length", "2")]),
    "length and chunks": raw_http.request("PUT", "/ocpi/versions", [("Transfer-Encoding", "chunked")], b"{}"),
    "a negative length": raw_http.request("PUT", "/ocpi/versions", [("Content-Length", "-1")]),
    "no chunk": raw_http.request("PUT", "/ocpi/versions", [("Transfer-Encoding", "chunked")]) + b"zz\r\n",
    "a space before the colon": b"GET /ocpi/versions HTTP/1.1\r\nHost: x\r\nAuthorization : Token x\r\n\r\n",
    "a folded header": b"GET /ocpi/versions HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_http_is_400(hub: RunningHub, cpo: Scripted, sent: bytes) -> None:
    """SEC-17, H7.02, H1.28: an envelope with ids even then, nothing quoted, nothing told about the software; the hub lives on."""
    answer = await raw_http.exchange(hub.versions_url, sent)

    assert answer.status in {400, 401}
    assert (answer.status_code, answer.data) == (2000, None)
    assert answer.headers["X-Request-ID"]
    assert answer.headers["X-Correlation-ID"]
    assert answer.headers["Server"] == "ocpi-hub"
    assert (await cpo.call("GET", hub.versions_url)).status_code == 1000


async def test_an_url_of_eight_kilobytes(cpo: Scripted, emsp: Scripted) -> None:
    """H3.02: a query of 7 KiB goes through whole; a path segment of as much is no identifier."""
    query = "?limit=1&own=" + "a" * 7 * 1024
    carried = await emsp.ask("GET", "locations", S, query, to=words.CPO)
    refused = await emsp.ask("GET", "locations", S, "/" + "a" * 7 * 1024, to=words.CPO)

    assert carried.status_code == 1000
    assert (refused.status, refused.status_code) == (200, 2001)
    assert [received.target for received in cpo.got("locations")] == [cpo.path("locations", S) + query]
