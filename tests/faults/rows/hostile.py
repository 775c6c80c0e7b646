"""SEC-F2, SEC-F4: what strangers write into the parsers, and clients that never come to the point."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress

from multidict import CIMultiDict, CIMultiDictProxy

from hub.clock import Tasks, monotonic_s
from hub.wire import envelope
from hub.wire.credentials_token import read_authorization
from hub.wire.errors import ClientError, InvalidParameters
from hub.wire.headers import TO_COUNTRY, TO_PARTY, read_routing
from hub.wire.paging import read_link
from hub.wire.types import parse_datetime
from tests.faults.open_loop import Timing
from tests.faults.report import Figure, Row
from tests.faults.rows.isolation import directed
from tests.faults.stage import Stage, world

_SEEDS = (
    "Token dG9rZW4=",
    '<https://a.example/x?offset=5>; rel="next", <b>; rel=prev',
    "2026-01-31T12:00:00.123+02:00",
    '{"status_code":1000,"data":[{"id":"1"}],"timestamp":"2026-01-31T12:00:00Z"}',
    "NL",
)
_LIVE_PER_S = 50.0
_OPENED_WITHIN_S = 2.0


async def sec_f2(stage: Stage) -> Row:
    """Mutated and random text into the five parsers."""
    chance = random.Random(stage.seed)
    seconds = stage.size(1, 600)
    figures, slowest_ms = [], 0.0
    for name, parse in _PARSERS.items():
        until_s, tried, failed = monotonic_s() + seconds, 0, 0
        while monotonic_s() < until_s:
            text = _mutated(chance)
            began_s = time.process_time()
            try:
                parse(text)
            except Exception:  # noqa: BLE001 - counting these is what the row is for
                failed += 1
            slowest_ms = max(slowest_ms, (time.process_time() - began_s) * 1000)
            tried += 1
        figures += [Figure(f"{name}: inputs", tried), Figure(f"{name}: undeclared errors", failed, most=0)]
    return Row(
        "SEC-F2",
        f"Mutations of good and random text, {seconds} s for each parser; tests/faults/test_parsers.py does alike.",
        [*figures, Figure("slowest input, processor time", slowest_ms, "ms", most=50.0)],
        note="Not guided by coverage (no atheris).",
    )


async def sec_f4(stage: Stage) -> Row:
    """Connections that send a byte now and then."""
    clients, read_timeout_s = stage.size(500, 2_000), stage.size(5, 30)
    async with world(stage, receivers=2, HUB_READ_TIMEOUT_S=str(read_timeout_s)) as played:
        to = played.receivers
        await directed(played, to, to, seconds=2, seed=1, rate_per_s=_LIVE_PER_S)
        before = await directed(played, to, to, seconds=6, seed=stage.seed, rate_per_s=_LIVE_PER_S)
        slow = _Slow(played.hub.port)
        for number in range(clients):
            slow.begin(body=number % 2 == 0)
            await asyncio.sleep(_OPENED_WITHIN_S / clients)
        during = await directed(played, to, to, seconds=6, seed=stage.seed, rate_per_s=_LIVE_PER_S)
        await asyncio.sleep(read_timeout_s + 5 - 6)
        still_open = len(slow.tasks)
        await slow.tasks.close()
    return Row(
        "SEC-F4",
        f"{clients} connections that send a byte each second, half of them in a header and half in a body, beside "
        f"{_LIVE_PER_S:.0f} requests/s; HUB_READ_TIMEOUT_S={read_timeout_s} (30 by default).",
        [*_live(before, during), Figure(f"still open after {read_timeout_s + 5} s", still_open, most=0)],
    )


class _Slow:
    """Clients that never come to the point."""

    def __init__(self, port: int) -> None:
        self.tasks = Tasks()
        self._port = port

    def begin(self, *, body: bool) -> None:
        """One more."""
        self.tasks.spawn(self._drip(body=body), "slow client")

    async def _drip(self, *, body: bool) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        ended = self.tasks.spawn(_read_all(reader), "slow client reads")
        writer.write(b"PUT /ocpi/2.2.1/receiver/locations/NL/CPO/X HTTP/1.1\r\nHost: a\r\n")
        if body:
            writer.write(b"Content-Length: 1000\r\n\r\n")
        while not ended.done() and not writer.is_closing():
            writer.write(b"x")
            await asyncio.wait({ended}, timeout=1)
        writer.transport.abort()


async def _read_all(reader: asyncio.StreamReader) -> None:
    """Until the hub ends the connection, with or without a reset."""
    with suppress(OSError):
        await reader.read()


def _live(before: Timing, during: Timing) -> list[Figure]:
    normal_ms = before.percentile_ms(99)
    return [
        Figure("p99 of the live ones before", normal_ms, "ms"),
        Figure(
            "p99 of the live ones meanwhile", during.percentile_ms(99), "ms", most=max(normal_ms * 1.2, normal_ms + 2)
        ),
        Figure("of them failed", during.failed, most=0),
    ]


def _mutated(chance: random.Random) -> str:
    text = chance.choice(_SEEDS) * chance.choice((1, 1, 1, 50))
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(3)
        added = chance.choice(_SEEDS)[: chance.randrange(8)] if kind == 1 else chr(chance.randrange(0x300))
        text = text[:at] + text[at + chance.randrange(4) :] if kind == 0 else text[:at] + added + text[at:]
    return text


def _datetime(text: str) -> None:
    try:
        parse_datetime(text)
    except ValueError:
        return


def _routing(text: str) -> None:
    try:
        read_routing(CIMultiDictProxy(CIMultiDict({TO_COUNTRY: text, TO_PARTY: text[::-1]})))
    except (InvalidParameters, ClientError):
        return


_PARSERS: dict[str, Callable[[str], object]] = {
    "Authorization": lambda text: read_authorization([text]),
    "Link": read_link,
    "DateTime": _datetime,
    "envelope": lambda text: envelope.read(text.encode("utf-8", "surrogatepass")),
    "routing headers": _routing,
}
