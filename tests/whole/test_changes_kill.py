"""kill -9 of the hub and of whoever follows its changes: no change of an EVSE is lost, none comes twice or out of order."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientError

from docs import ROOT
from hub.apps.codes import STATUSES, status_code
from hub.clock import monotonic_s
from hub.simulate.platform import Platform
from hub.store.driver import close_client, open_client
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import format_datetime, parse_datetime
from tests import words
from tests.running import HUB
from tests.whole.follower import GONE, READY
from tests.whole.test_broadcast_kill import HubProcess

KILLS = 4
PUSHES_BEFORE_KILL = 20
WAIT_S = 40.0
CPO = Party.parse("NL-TNM")
UIDS = ("a", "b", "c")
CYCLE = [status for status in STATUSES if status not in {"REMOVED", "UNKNOWN"}]


class Follower:
    """A process that follows; what it wrote is kept when it is killed, and the next one goes on after the last number."""

    def __init__(self, url: str, database: str) -> None:
        self._words = (url, database)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.changes: list[tuple[int, str, int]] = []
        self.news = asyncio.Event()
        self.gone = False

    async def start(self) -> None:
        """Go on after the last number, or begin."""
        since = self.changes[-1][0] if self.changes else 0
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.whole.follower", *self._words, str(since)),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read(self._process, ready))  # noqa: TID251 - awaited in kill
        async with asyncio.timeout(WAIT_S):
            await ready.wait()

    async def kill(self) -> None:
        """End it without a chance to say goodbye."""
        assert self._process is not None
        assert self._reading is not None
        self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            written = line.decode().split()
            self.gone |= written == [GONE]
            if written == [READY]:
                ready.set()
            elif len(written) == 3 and line.endswith(b"\n"):
                self.changes.append((int(written[0]), written[1], int(written[2])))
                self.news.set()

    def statuses(self, uid: str) -> list[int]:
        """Of one EVSE, in the order in which they came."""
        return [status for _, one, status in self.changes if one == uid]

    async def until(self, uid: str, status: int) -> None:
        """Wait for the last change of an EVSE to be this one."""
        async with asyncio.timeout(WAIT_S):
            while self.statuses(uid)[-1:] != [status]:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[str]:
    """The name of one that outlives every kill, and is dropped after the test."""
    name = f"hub_{uuid4().hex[:12]}"
    yield name
    client = open_client(mongodb_url)
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture
def hub(tmp_path: Path, mongodb_url: str, database: str) -> Iterator[HubProcess]:
    """A hub in a process of its own."""
    process = HubProcess(tmp_path, HUB_MONGODB_URL=mongodb_url, HUB_MONGODB_DATABASE=database)
    yield process
    process.end()


async def test_no_change_is_lost_or_reordered_over_kills(hub: HubProcess, mongodb_url: str, database: str) -> None:
    """Whoever goes on from its last number sees exactly what one sees that was there all the time, in the order of the pushes."""
    await hub.ready()
    killed, lasting = Follower(mongodb_url, database), Follower(mongodb_url, database)
    sent: dict[str, list[int]] = {uid: [] for uid in UIDS}
    acknowledged: dict[str, list[int]] = {uid: [] for uid in UIDS}
    counter = itertools.count(1)
    async with Platform("Cpo", [PartyRole(party=CPO, role=Role.CPO)]) as cpo:
        await cpo.register(f"{hub.environment['HUB_PUBLIC_URL']}/ocpi/versions", await hub.invite(cpo))
        await lasting.start()
        await killed.start()
        assert await _put_location(cpo, next(counter))
        for _ in range(KILLS):
            pushing = asyncio.create_task(_push_until_refused(cpo, counter, sent, acknowledged))  # noqa: TID251 - awaited below
            await _until_acknowledged(acknowledged, sum(map(len, acknowledged.values())) + PUSHES_BEFORE_KILL)
            await killed.kill()
            hub.kill()
            await pushing
            await hub.ready()
            await killed.start()
        for uid in UIDS:
            status = _next(sent[uid])
            sent[uid].append(status)
            assert await _put_status(cpo, uid, status, next(counter))
            acknowledged[uid].append(status)
            await killed.until(uid, status)
            await lasting.until(uid, status)
    await killed.kill()
    await lasting.kill()

    assert not killed.gone
    assert sum(map(len, acknowledged.values())) >= KILLS * PUSHES_BEFORE_KILL
    assert killed.changes == lasting.changes
    numbers = [seq for seq, _, _ in killed.changes]
    assert numbers == sorted(numbers)
    for uid in UIDS:
        seen = lasting.statuses(uid)[1:]  # the first is that of the whole Location
        assert _is_within(acknowledged[uid], seen), "an acknowledged change is missing or out of order"
        assert _is_within(seen, sent[uid]), "a change came that was not sent so, or came twice"


async def _put_location(cpo: Platform, number: int) -> bool:
    evses = [words.evse(uid=uid, status="UNKNOWN") for uid in UIDS]
    location = words.location(country_code="NL", party_id="TNM", evses=evses, last_updated=_instant(number))
    answer = await cpo.send("PUT", "locations", Interface.RECEIVER, "/NL/TNM/LOC1", location, to=HUB)
    return answer.status_code == 1000


async def _put_status(cpo: Platform, uid: str, status: int, number: int) -> bool:
    part = {"status": STATUSES[status].value, "last_updated": _instant(number)}
    answer = await cpo.send("PATCH", "locations", Interface.RECEIVER, f"/NL/TNM/LOC1/{uid}", part, to=HUB)
    return answer.status_code == 1000


async def _push_until_refused(
    cpo: Platform, counter: Iterator[int], sent: dict[str, list[int]], acknowledged: dict[str, list[int]]
) -> None:
    while True:
        number = next(counter)
        uid = UIDS[number % len(UIDS)]
        status = _next(sent[uid])
        sent[uid].append(status)
        try:
            if await _put_status(cpo, uid, status, number):
                acknowledged[uid].append(status)
        except (ClientError, OSError):
            return


def _next(sent: list[int]) -> int:
    """The status after the last one that was sent, in a cycle: neighbours always differ."""
    return status_code(CYCLE[len(sent) % len(CYCLE)])


async def _until_acknowledged(acknowledged: dict[str, list[int]], count: int) -> None:
    until_s = monotonic_s() + WAIT_S
    while sum(map(len, acknowledged.values())) < count:
        assert monotonic_s() < until_s, "the hub acknowledges nothing"
        await asyncio.sleep(0)


def _instant(number: int) -> str:
    return format_datetime(parse_datetime(f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"))


def _is_within(some: Iterable[int], more: Iterable[int]) -> bool:
    """The first is the second, with some left out."""
    left = iter(more)
    return all(one in left for one in some)
