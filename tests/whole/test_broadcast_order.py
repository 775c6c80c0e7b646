"""However broadcasts of one object race, every receiver sees its states in order and ends with the newest."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from itertools import count, groupby
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hub.config import Settings
from hub.simulate.messages import Answer, Received, ok
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.broadcasts import instant, location, path, settled
from tests.whole.platforms import R, S, Scripted, joined, until

OBJECTS = ("O0", "O1", "O2")
STATES = 6
PUSHES = [(name, number) for number in range(STATES) for name in OBJECTS]
_RUNS = count()
over_http = examples(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


async def _push(hub: RunningHub, sender: Scripted, name: str, number: int, *, part: bool = False) -> Answer:
    """Broadcast the `number`th state of an object, whole or as a part, through this process."""
    value = location(name, number)
    url = hub.url("locations", R, path(value, name))
    body = {"name": str(number), "last_updated": instant(number)} if part else value
    return await sender.call("PATCH" if part else "PUT", url, body, to=words.HUB, from_=words.CPO)


def _states(receiver: Scripted, name: str) -> list[int]:
    """The states of an object in the order in which they came."""
    return [int(one.json["name"]) for one in receiver.got("locations") if one.segments[-1] == name]


def _newest(pushes: Sequence[tuple[str, int]], answers: Sequence[Answer]) -> dict[str, int]:
    """The newest state of each object that was acknowledged."""
    taken = sorted(push for push, answer in zip(pushes, answers, strict=True) if answer.status_code == 1000)
    return {name: max(number for _, number in group) for name, group in groupby(taken, lambda push: push[0])}


@over_http
@given(order=st.permutations(PUSHES), parts=st.sets(st.sampled_from(PUSHES)))
async def test_pushes_that_race(
    hub: RunningHub,
    operator: Scripted,
    provider: Scripted,
    order: list[tuple[str, int]],
    parts: set[tuple[str, int]],
) -> None:
    """H3.27, D1: all at once and in any order, whole or in parts: older states are 2001, each receiver's states only rise,
    and the last one is the newest that was acknowledged."""
    operator.forget()
    provider.forget()
    run = next(_RUNS)
    ids = {name: f"{name}-{run}" for name in OBJECTS}
    for name in OBJECTS:
        assert (await _push(hub, operator, ids[name], 0)).status_code == 1000
    pushes = [(ids[name], number) for name, number in order]

    answers = await asyncio.gather(
        *(_push(hub, operator, ids[name], number, part=(name, number) in parts) for name, number in order)
    )
    for object_id in ids.values():
        await settled(hub, "locations", words.CPO, object_id)

    assert {answer.status_code for answer in answers} <= {1000, 2001}
    for object_id, newest in _newest(pushes, answers).items():
        states = _states(provider, object_id)
        assert newest == STATES - 1
        assert states == sorted(states)
        assert states[-1] == newest


async def test_a_slow_receiver_sees_states_in_order(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.27: while one push is on its way no other of the same object is; other objects do not wait for it."""
    under_way: list[str] = []
    together: list[tuple[str, ...]] = []
    gate = asyncio.Event()

    async def slowly(received: Received) -> None:
        under_way.append(received.segments[-1])
        together.append(tuple(under_way))
        if received.json["name"] == "0":
            await gate.wait()
        under_way.remove(received.segments[-1])

    emsp.on("PUT", "locations", R, slowly)
    names = [f"SLOW{number}" for number in range(4)]
    for number in range(4):
        for name in names:
            assert (await _push(hub, cpo, name, number)).status_code == 1000
    await emsp.wait_until(lambda: len(under_way) == len(names))
    gate.set()
    for name in names:
        await settled(hub, "locations", words.CPO, name)

    assert all(len(set(one)) == len(one) for one in together)
    for name in names:
        assert _states(emsp, name) == sorted(_states(emsp, name))
        assert _states(emsp, name)[-1] == 3


class Pair(NamedTuple):
    """Two processes on one database, and who is connected to them."""

    hubs: tuple[RunningHub, RunningHub]
    cpo: Scripted
    emsps: tuple[Scripted, ...]


@pytest.fixture(scope="module")
async def pair(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[Pair]:
    """Everyone registered at the first process; the second knows them by the database alone."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(running_hub(whole_settings, mongodb_url, keep_database=True))
        second = await stack.enter_async_context(
            running_hub(whole_settings, mongodb_url, mongodb_database=first.settings.mongodb_database)
        )
        cpo = await stack.enter_async_context(joined(first, "NL/CPA/CPO"))
        emsps = [
            await stack.enter_async_context(joined(hub, f"DE/EM{at}/EMSP")) for at, hub in enumerate((first, second))
        ]

        async def known_to_both() -> bool:
            return all(len(hub.hub.directory.hosted) >= 3 for hub in (first, second))

        await until(known_to_both)
        yield Pair((first, second), cpo, tuple(emsps))


async def test_two_processes_deliver_to_the_same_receivers(pair: Pair) -> None:
    """H3.27, D1, H3.21: pushes that come in through either process reach every receiver, none is lost, and none goes back in
    time."""
    states = 8
    names = [f"P{number}" for number in range(10)]

    async def push(name: str, at: int) -> None:
        for number in range(states):
            answer = await _push(pair.hubs[(number + at) % 2], pair.cpo, name, number)
            assert answer.status_code == 1000

    await asyncio.gather(*(push(name, at) for at, name in enumerate(names)))
    for name in names:
        await settled(pair.hubs[0], "locations", words.CPO, name)

    for emsp in pair.emsps:
        for name in names:
            seen = _states(emsp, name)
            assert seen[-1] == states - 1
            assert seen == sorted(seen)


async def test_two_processes_and_pushes_that_race(pair: Pair) -> None:
    """H3.27, D1: the same object through both processes at the same moment: the newest acknowledged state is the last."""
    pushes = [("RACE", number) for number in range(1, 25)]
    assert (await _push(pair.hubs[0], pair.cpo, "RACE", 0)).status_code == 1000

    answers = await asyncio.gather(*(_push(pair.hubs[number % 2], pair.cpo, name, number) for name, number in pushes))
    await settled(pair.hubs[0], "locations", words.CPO, "RACE")

    assert {answer.status_code for answer in answers} <= {1000, 2001, 3000}
    newest = _newest(pushes, answers)["RACE"]
    for emsp in pair.emsps:
        seen = _states(emsp, "RACE")
        assert seen == sorted(seen)
        assert seen[-1] == newest


async def test_each_process_answers_for_both(pair: Pair) -> None:
    """H3.50, H3.10: what was pushed through one is listed by the other, and both forward to everyone."""
    await _push(pair.hubs[0], pair.cpo, "SHARED", 1)
    emsp = pair.emsps[0]
    emsp.on("PUT", "sessions", R, ok())

    listed = [await emsp.call("GET", hub.url("locations", S), to=words.HUB, from_=emsp.party) for hub in pair.hubs]
    sent = [
        await pair.cpo.call(
            "PUT", hub.url("sessions", R, "/NL/CPA/S"), words.session(id="S"), to=emsp.party, from_=words.CPO
        )
        for hub in pair.hubs
    ]

    assert all("SHARED" in [one["id"] for one in answer.data] for answer in listed)
    assert [answer.status_code for answer in sent] == [1000, 1000]
