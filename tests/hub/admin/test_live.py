"""The stream that the operations page follows: everything comes at once, then what changes; it is bounded."""

import asyncio
import base64
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError

from hub.admin.live import STREAMS_MAX
from hub.clock import monotonic_s
from hub.simulate.cpo import Cpo
from hub.simulate.platform import Platform
from hub.wire.party import PartyRole, Role
from tests import words
from tests.hub.admin.following import following
from tests.hub.admin.test_traffic import leg
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import until

EMSP = PartyRole(party=words.EMSP, role=Role.EMSP)
PLACE = {"coordinates": {"latitude": "48.850000", "longitude": "2.350000"}}


@pytest.fixture
async def cpo(running: RunningHub) -> AsyncIterator[Cpo]:
    """An operator with one location, which it has published."""
    evses = [words.evse(uid=uid, status="AVAILABLE") for uid in ("E1", "E2")]
    async with Cpo(words.CPO, locations=[words.location(id="LOC1", evses=evses, **PLACE)]) as operator:
        await running.join(operator)
        assert await operator.publish() == 1
        yield operator


async def test_all_comes_at_once(cpo: Cpo, operator: Operator) -> None:
    """A new viewer gets figures, charging points, partners, messages, how the hub is, and failed pushes."""
    async with following(operator, "since_s=60") as followed:
        figures = await followed.event("figures")
        points = await followed.event("points", lambda said: said["count"] == 2)
    async with following(operator, "since_s=60") as followed:
        (partner,) = await followed.event("partners")
        legs = (await followed.event("legs"))["legs"]
        status = await followed.event("status")
        assert await followed.event("deliveries") == []

    assert sum(figures["modules"]["locations"]) == 1
    assert array("i", base64.b64decode(points["latitude"])).tolist() == [4_885_000, 4_885_000]
    assert [points["statuses"][code] for code in base64.b64decode(points["status"])] == ["AVAILABLE", "AVAILABLE"]
    assert points["owners"] == [str(words.CPO)]
    assert (partner["name"], partner["status"], partner["need"]) == ("NL*CPA", "CONNECTED", 9)
    assert "locations" in {one["module"] for one in legs}
    assert status["partners"] == {"CONNECTED": 1}


async def test_a_status_change_comes_alone(cpo: Cpo, operator: Operator) -> None:
    """After all points came, a change says which one and what it is now, and nothing is packed anew."""
    async with following(operator) as followed:
        points = await followed.event("points", lambda said: said["count"] == 2)
        await cpo.set_status("LOC1", "E2", "CHARGING")
        changed = await followed.event("changes")

    assert (changed["numbers"], [points["statuses"][code] for code in changed["statuses"]]) == ([1], ["CHARGING"])


async def test_a_new_place_is_packed_with_the_others(cpo: Cpo, operator: Operator) -> None:
    """A Location that comes later arrives with all of them, after a while."""
    async with following(operator) as followed:
        await followed.event("points", lambda said: said["count"] == 2)
        await cpo.push_all("locations", [words.location(id="LOC2", evses=[words.evse(uid="E3")], **PLACE)])
        assert (await followed.event("points"))["count"] == 3


async def test_legs_are_filtered_as_by_the_command_line(running: RunningHub, operator: Operator) -> None:
    """The stream's query is that of /traffic: only what fits comes; a filter that cannot be is refused before it opens."""
    async with following(operator, "status=fail&module=commands") as followed:
        await followed.event("status")
        await running.hub.store.traces.append(
            [leg(request_id="fine"), leg(request_id="bad", module="commands", http_status=502)]
        )
        told = await followed.event("legs")

    assert [one["request_id"] for one in told["legs"]] == ["bad"]
    assert (await operator.ask("GET", "/stream?status=perhaps")).status == 400
    assert (await operator.ask("GET", "/stream?partner=nobody")).error == "unknown_partner"


async def test_more_legs_than_fit_are_counted(running: RunningHub, operator: Operator) -> None:
    """Of a burst the newest come, and how many were passed over is said."""
    async with following(operator, "limit=10") as followed:
        await running.hub.store.traces.append([leg(request_id="first")])
        await followed.event("legs")
        await running.hub.store.traces.append([leg(request_id=f"r{number}") for number in range(100)])
        told = await followed.event("legs")

    assert [one["request_id"] for one in told["legs"]] == [f"r{number}" for number in range(90, 100)]
    assert told["passed_over"] == 90


async def test_who_needs_a_person_comes_first(running: RunningHub, cpo: Cpo, operator: Operator) -> None:
    """A partner that is suspended stands before one that is well, though its name is later, and the command is there."""
    async with Platform("Zebra", [EMSP]) as zebra:
        await running.join(zebra)
        await running.hub.partners.suspend("Zebra", "unpaid")
        async with following(operator) as followed:
            first, second = await followed.event("partners")

    assert (first["name"], first["why"], first["command"]) == (
        "Zebra",
        "suspended: unpaid",
        "hubctl partner resume DE-EMA",
    )
    assert (second["name"], second["why"]) == ("NL*CPA", "")


async def test_there_are_not_too_many(operator: Operator) -> None:
    """One more viewer than there may be is 503; when one leaves there is room again."""
    async with AsyncExitStack() as stack:
        for _ in range(STREAMS_MAX):
            followed = await stack.enter_async_context(following(operator))
            await followed.event("figures")
        refused = await operator.ask("GET", "/stream")
        assert (refused.status, refused.error) == (503, "too_many_streams")

    async def is_room() -> bool:
        async with operator.http.get(
            f"{operator.url}/admin/v1/stream", headers={"Authorization": f"Bearer {operator.token}"}
        ) as answer:
            return answer.status == 200

    await until(is_room)


async def test_the_hub_does_not_wait_for_viewers_when_it_stops(running: RunningHub, operator: Operator) -> None:
    """Closing the hub ends an open stream within its next frames, long before requests under way would be cut off."""
    async with following(operator) as followed:
        await followed.event("figures")
        began_s = monotonic_s()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(running.hub.close())
            with suppress(EOFError, ClientPayloadError, ClientConnectionError):
                await followed.event("never")

    assert monotonic_s() - began_s < 8
