"""CAP-03, CAP-04: questions to a provider in real time, and lists of everything that the hub keeps."""

import asyncio
import statistics
from urllib.parse import urlsplit

import orjson

from hub.clock import monotonic_s, new_id
from hub.store.driver import close_client, open_client
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from hub.wire.paging import read_link
from tests import words
from tests.faults.copies import add_copies
from tests.faults.hubs import HUB
from tests.faults.keys import authorization
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.partner import FastPartner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Said, Wire

_AUTHORIZES_PER_S = 100.0
_PAGE = 100
_FIRST = f"/ocpi/2.2.1/sender/locations?limit={_PAGE}"
_FAR = 1_000
_ASKED_AGAIN = 15
_REST_SHARE = 0.2
"""Of a processor, over a second."""
_AT_REST_WITHIN_S = 300.0


async def cap_03(stage: Stage) -> Row:
    """POST authorize through the hub, and the same straight to the provider, by turns."""
    rounds, seconds = stage.size(6, 6), stage.size(1, 10)
    through, direct = Timing(), Timing()
    async with world(stage, receivers=1) as played:
        provider, operator, hub = played.receivers[0], played.owner.partner, played.hub.wire
        straight = Wire(provider.port)
        body = words.body(words.location_references())

        async def ask_hub(_: int, began_s: float) -> None:
            headers = operator.headers(provider.party) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
            said = await hub.ask("POST", "/ocpi/2.2.1/sender/tokens/012345678/authorize", headers, body)
            through.add(began_s, good=_allowed(said))

        async def ask_provider(_: int, began_s: float) -> None:
            headers = authorization(provider.keys.newest)
            said = await straight.ask("POST", "/2.2.1/tokens/012345678/authorize", headers, body)
            direct.add(began_s, good=_allowed(said))

        for number in range(rounds + 1):
            if number == 1:  # the first round opened the connections
                through, direct = Timing(), Timing()
            for ask in (ask_hub, ask_provider):
                await open_loop(due_times_s(_AUTHORIZES_PER_S, seconds, stage.seed + number), ask)
        straight.close()
    return Row(
        "CAP-03",
        f"POST authorize, open loop at {_AUTHORIZES_PER_S:.0f}/s: {rounds} times {seconds} s through the hub and as long "
        "straight to the provider, by turns.",
        [
            Figure("answers through the hub", len(through.latencies_ms), least=1),
            Figure("through the hub, p99", through.percentile_ms(99), "ms"),
            Figure("the hub adds, p50", through.percentile_ms(50) - direct.percentile_ms(50), "ms"),
            Figure("the hub adds, p99", through.percentile_ms(99) - direct.percentile_ms(99), "ms", most=20.0),
            Figure("of them failed, or without AuthorizationInfo", through.failed + direct.failed, most=0),
        ],
    )


async def cap_04(stage: Stage) -> Row:
    """GET All of every Location that there is, page by page."""
    count = stage.size(100_000, 1_000_000)
    async with world(stage, receivers=1) as played:
        await played.owner.push("SAMPLE")
        await played.all_have_all(10)
        await played.hub.stop()
        client = open_client(played.mongodb_url)
        await add_copies(client[played.database], count - 1)
        await close_client(client)
        played.hub.start()
        await played.hub.ready()
        await _at_rest(played)
        walk = _Walk(played)
        first_ms = [(await walk.page(_FIRST))[0] for _ in range(_ASKED_AGAIN)]
        memory_mib = played.hub.memory_mib()
        times_ms: list[float] = []
        far_ms: list[float] = []
        target = _FIRST
        while target:
            took_ms, following = await walk.page(target, keep=True)
            times_ms.append(took_ms)
            if len(times_ms) == _FAR:
                far_ms = [(await walk.page(target))[0] for _ in range(_ASKED_AGAIN)]
            target = following
        grown_mib = played.hub.memory_mib() - memory_mib
    return Row(
        "CAP-04",
        f"GET All of {count:,} Locations in pages of {_PAGE}, the Link followed to the end. Page 1 and page {_FAR:,} are asked "
        f"for {_ASKED_AGAIN} times each, and their medians compared. The hub had read its store before, for its operator's page.",
        [
            Figure("pages", len(times_ms), least=_FAR),
            Figure("Locations that did not come, or twice", count - len(walk.seen) + walk.twice, most=0),
            Figure("a page, p50", statistics.median(times_ms), "ms"),
            Figure("a page, p99", sorted(times_ms)[int(len(times_ms) * 0.99)], "ms", most=100.0),
            Figure("page 1", statistics.median(first_ms), "ms"),
            Figure(f"page {_FAR:,}, times page 1", statistics.median(far_ms) / statistics.median(first_ms), most=3.0),
            Figure("memory of the hub before the walk", memory_mib, "MiB"),
            Figure("growth of the hub's memory", grown_mib, "MiB", most=50.0),
        ],
    )


class _Walk:
    """One receiver's way through a list."""

    def __init__(self, played: World) -> None:
        self.seen: set[str] = set()
        self.twice = 0
        self._asking: FastPartner = played.receivers[0]
        self._hub = played.hub.wire

    async def page(self, target: str, *, keep: bool = False) -> tuple[float, str]:
        """Milliseconds that a page took, and where the next one is; `keep` notes what is on it. Raises RuntimeError."""
        headers = self._asking.headers(HUB) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        began_s = monotonic_s()
        said = await self._hub.ask("GET", target, headers)
        took_ms = (monotonic_s() - began_s) * 1000
        value = orjson.loads(said.body)
        if value["status_code"] != 1000:
            raise RuntimeError(f"GET {target}: {said.body[:200]!r}")
        if keep:
            ids = {one["id"] for one in value["data"]}
            self.twice += len(value["data"]) - len(ids) + len(ids & self.seen)
            self.seen |= ids
        following = urlsplit(read_link(said.link) or "")
        return took_ms, f"{following.path}?{following.query}" if following.path else ""


async def _at_rest(played: World) -> None:
    """Wait until the hub has read what it shows its operator: what that takes is no cost of a list."""
    until_s = monotonic_s() + _AT_REST_WITHIN_S
    busy_s = _REST_SHARE
    while busy_s >= _REST_SHARE:
        if monotonic_s() > until_s:
            raise RuntimeError("the hub did not come to rest")
        before_s = played.hub.processor_s()
        await asyncio.sleep(1)
        busy_s = played.hub.processor_s() - before_s


def _allowed(said: Said) -> bool:
    """The provider's own answer came."""
    return said.ocpi_status == 1000 and orjson.loads(said.body)["data"]["allowed"] == "ALLOWED"
