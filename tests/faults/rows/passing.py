"""REL-18, REL-24, CAP-03, CAP-04: what passes stays as it is, while tokens and keys change, and how long it takes."""

import asyncio
import json
import random
import secrets
from typing import Any

import orjson

from hub.clock import new_id
from hub.store.driver import close_client, open_client
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests.faults.history import Heard
from tests.faults.hubs import HUB
from tests.faults.load import Load
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.owner import location
from tests.faults.partner import FastPartner, authorization, enveloped
from tests.faults.report import Figure, Row
from tests.faults.rows.capacity import batches
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Said, Wire, header

_PAGE = 1_000
_NAMES = ("extra", "Name", "ключ", "a.b", "$where", "deep", "price", "x" * 60)
_NUMBERS = ("0.10", "12345678901234567890.1234", "1E+2", "-0.0", "7", "0.000000000000000001")
_TEXTS = ('"Gent"', '"\\u00e9é"', '"\\ud83d\\ude97"', '"\u202eabc"', '""', "null", "true")


class Renewing(FastPartner):
    """Checks the token of every call, and takes part when the hub renews both."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.refused = 0
        """Calls of the hub with a token that was not issued, or not lately."""
        self._accepted = [self.issued]

    def answer(self, head: bytes, body: bytes) -> bytes:
        """2001 for a wrong token; a PUT of credentials changes both tokens."""
        said = header(head, b"authorization:")
        if said not in [authorization(token)["Authorization"] for token in self._accepted]:
            self.refused += 1
            return enveloped(None).replace(b"1000", b"2001")
        if head.startswith(b"PUT /2.2.1/credentials "):
            self.issued = secrets.token_hex(16)
            self._accepted = [self._accepted[-1], self.issued]
            self.token = orjson.loads(body)["token"]
            return enveloped(self.credentials())
        return super().answer(head, body)


async def rel_24(stage: Stage) -> Row:
    """Both tokens of everybody are renewed again and again, and the server's key once, under load."""
    times = stage.size(5, 100)
    async with world(stage, receivers=2, kind=Renewing, key_in_file=True) as played:
        load = Load(played.owner, 60.0, stage.seed)
        renewed = 0
        for number in range(times):
            for partner in (played.owner.partner, *played.receivers):
                said = await played.hub.admin(
                    "POST", f"/partners/{partner.party.country_code}-{partner.party.party_id}/rotate", {}
                )
                renewed += said.http_status == 200
            if number == times // 2:
                rotated = await played.hub.admin("POST", "/keys/rotate", {})
            await asyncio.sleep(0.3)
        await load.stop()
        drained_s = await played.all_have_all(30)
        partners = [played.owner.partner, *played.receivers]
        refused = sum(one.refused for one in partners if isinstance(one, Renewing))
        return Row(
            "REL-24",
            f"Both tokens of an operator and of two receivers renewed {times} times each by `partner rotate`, and the server's "
            "key once by `keys rotate`, under 60 pushes/s. " + played.refusals(),
            [
                *played.promises(),
                Figure("renewals that were done", renewed, least=3 * times),
                Figure("server keys rotated", rotated.http_status == 200, least=1),
                Figure("requests to the hub that were not taken", played.owner.timing.failed, most=0),
                Figure("requests of the hub with a wrong token", refused, most=0),
                Figure("all delivered after the last push", drained_s, "s", least=0),
            ],
        )


async def rel_18(stage: Stage) -> Row:
    """Bodies of every make are carried as they are."""
    examples, chance = stage.size(500, 10_000), random.Random(stage.seed)
    async with world(stage, receivers=1, kind=_Keeping) as played:
        (receiver,) = played.receivers
        assert isinstance(receiver, _Keeping)
        directed = stored = taken = 0
        for number in range(examples):
            body = _any_location(chance, number)
            said = await _put(played, body, f"R{number}", receiver)
            taken += said.ocpi_status == 1000
            directed += receiver.bodies.pop(f"R{number}", None) != body
        for number in range(examples // 5):
            body = _any_location(chance, number)
            if await _put_to_hub(played, body, f"R{number}") is Heard.OK:
                stored += await receiver.got(f"R{number}") != _exact(body)
        return Row(
            "REL-18",
            f"{examples} directed Locations with extra members, long decimals, other orders and escapes, and "
            f"{examples // 5} that the hub keeps and spreads; numbers are compared as text.",
            [
                Figure("directed and taken", taken, least=examples),
                Figure("of them not byte for byte", directed, most=0),
                Figure("of those spread not alike in every value", stored, most=0),
            ],
        )


async def cap_03(stage: Stage) -> Row:
    """What the hub adds to an authorization in real time."""
    seconds = stage.size(5, 60)
    through, direct = Timing(), Timing()
    async with world(stage, receivers=1) as played:
        (emsp,) = played.receivers
        owner, wire = played.owner.partner, Wire(emsp.port)
        path = "/012345678/authorize"

        async def ask(number: int, began_s: float) -> None:
            headers = owner.headers(emsp.party) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
            said = await played.hub.wire.ask("POST", f"/ocpi/2.2.1/sender/tokens{path}", headers, b"{}")
            through.add(began_s, good=said.ocpi_status == 1000)

        async def ask_directly(number: int, began_s: float) -> None:
            said = await wire.ask("POST", f"/2.2.1/authorizing{path}", {}, b"{}")
            direct.add(began_s, good=said.ocpi_status == 1000)

        await open_loop(due_times_s(100, 2, 1), ask)
        through = Timing()
        await open_loop(due_times_s(100, seconds, stage.seed), ask)
        await open_loop(due_times_s(100, seconds, stage.seed), ask_directly)
    return Row(
        "CAP-03",
        f"POST authorize, open loop at 100/s, {seconds} s through the hub and {seconds} s straight to the eMSP.",
        [
            Figure("the hub adds, p50", through.percentile_ms(50) - direct.percentile_ms(50), "ms"),
            Figure("the hub adds, p99", through.percentile_ms(99) - direct.percentile_ms(99), "ms", most=20.0),
            Figure("failed", through.failed + direct.failed, most=0),
        ],
    )


async def cap_04(stage: Stage) -> Row:
    """All of very many Locations, a page at a time."""
    rows = stage.size(100_000, 1_000_000)
    async with world(stage, receivers=1) as played:
        await played.owner.push("SAMPLE")
        await played.all_have_all(10)
        client = open_client(played.mongodb_url)
        objects = client[played.database]["objects"]
        sample = await objects.find_one({"key.module": "locations"})
        assert sample is not None
        for batch in batches(sample, rows, []):
            await objects.insert_many(batch, ordered=False)
        await close_client(client)
        await asyncio.sleep(
            stage.size(10, 60)
        )  # the index of charging points reads them too: not what is measured here
        memory_mib, first = played.hub.memory_mib(), Timing()
        for _ in range(5):
            await _page(played, f"?limit={_PAGE}", first)
        timing, read, link = Timing(), 0, f"?limit={_PAGE}"
        while link:
            count, link = await _page(played, link, timing)
            read += count
        last = sorted(timing.latencies_ms[-5:])[2]
        return Row(
            "CAP-04",
            f"GET of all {rows:,} Locations in pages of {_PAGE:,}, by the links of the hub.",
            [
                Figure("objects read", read, least=rows),
                Figure("pages that failed", timing.failed, most=0),
                Figure("a page, p50", timing.percentile_ms(50), "ms"),
                Figure("a page, p99", timing.percentile_ms(99), "ms", most=100),
                Figure("the last pages, times the first", last / first.percentile_ms(50), most=3.0),
                Figure("growth of the hub's memory", played.hub.memory_mib() - memory_mib, "MiB", most=50),
            ],
        )


class _Keeping(FastPartner):
    """Keeps the body of every PUT, by the id in its path."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.bodies: dict[str, bytes] = {}
        self._came = asyncio.Event()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Takes everything."""
        if head.startswith(b"PUT "):
            self.bodies[head.split(b" ", 2)[1].rpartition(b"/")[2].decode()] = body
            self._came.set()
            return enveloped(None)
        return super().answer(head, body)

    async def got(self, object_id: str) -> Any:
        """What came of an object, with numbers as text; None when nothing comes."""
        try:
            async with asyncio.timeout(10):
                while object_id not in self.bodies:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return None
        return _exact(self.bodies.pop(object_id))


def _exact(body: bytes) -> Any:
    return json.loads(body, parse_float=str, parse_int=str)


def _any_location(chance: random.Random, number: int) -> bytes:
    """A Location with members in any order and others that OCPI does not have."""
    members = [
        f"{json.dumps(name)}:{json.dumps(value)}"
        for name, value in orjson.loads(location(f"R{number}", number)).items()
    ]
    for name in chance.sample(_NAMES, chance.randint(1, len(_NAMES))):
        members.append(f"{json.dumps(name, ensure_ascii=chance.random() < 0.5)} : {_any_value(chance, 3)}")
    chance.shuffle(members)
    return ("{" + chance.choice([",", ", ", ",\n\t"]).join(members) + "}").encode()


def _any_value(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if depth and kind < 0.2:
        return "[" + ", ".join(_any_value(chance, depth - 1) for _ in range(chance.randint(0, 3))) + "]"
    if depth and kind < 0.4:
        names = chance.sample(_NAMES, chance.randint(0, 3))
        return "{" + ",".join(f"{json.dumps(name)}:{_any_value(chance, depth - 1)}" for name in names) + "}"
    return chance.choice(_NUMBERS if kind < 0.7 else _TEXTS)


async def _put(played: World, body: bytes, object_id: str, to: FastPartner) -> Said:
    headers = played.owner.partner.headers(to.party) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
    return await played.hub.wire.ask("PUT", f"/ocpi/2.2.1/receiver/locations/NL/CPO/{object_id}", headers, body)


async def _put_to_hub(played: World, body: bytes, object_id: str) -> Heard:
    headers = played.owner.partner.headers(HUB) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
    said = await played.hub.wire.ask("PUT", f"/ocpi/2.2.1/receiver/locations/NL/CPO/{object_id}", headers, body)
    return Heard.OK if said.ocpi_status == 1000 else Heard.FAIL


async def _page(played: World, link: str, timing: Timing) -> tuple[int, str]:
    """Read one page; returns how many objects it has, and the query of the next one."""
    loop = asyncio.get_running_loop()
    headers = played.receivers[0].headers(HUB) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
    began_s = loop.time()
    said = await played.hub.wire.ask("GET", f"/ocpi/2.2.1/sender/locations{link}", headers, timeout_s=60)
    timing.latencies_ms.append((loop.time() - began_s) * 1000)
    timing.failed += said.ocpi_status != 1000
    following = said.link.partition("<")[2].partition(">")[0].partition("?")[2]
    return len(orjson.loads(said.body).get("data") or ()), f"?{following}" if following else ""
