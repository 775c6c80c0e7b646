"""Deliveries that did not go through, over the admin API."""

import asyncio
import base64
from typing import Any

from hub.clock import now_utc
from hub.delivery.failed import delivery_id
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.simulate.messages import refused
from hub.store.protocols import DeliveryState, FailedDelivery, ObjectKey
from hub.wire.interface import Interface, ModuleId
from tests import words
from tests.operating import Operator, Said
from tests.running import RunningHub

LOCATION = ObjectKey(module=ModuleId("locations"), owner=words.CPO, object_id="loc1")


async def broadcast(cpo: Cpo) -> None:
    """PUT the example location to everyone."""
    told = await cpo.tell(
        "PUT", "locations", Interface.RECEIVER, "/NL/CPA/LOC1", words.body(words.location()), to=words.HUB
    )
    assert told is not None, cpo.problems


async def until_listed(operator: Operator, query: str = "") -> list[dict[str, Any]]:
    """The failed deliveries, as soon as there is one."""
    async with asyncio.timeout(10):
        while not (listed := (await operator.ask("GET", f"/deliveries{query}")).json):
            pass
    return list(listed)


def failed(platform_id: str, **changes: Any) -> FailedDelivery:
    """A delivery that a receiver refused."""
    told: dict[str, Any] = {
        "delivery_id": "d-0123456789ab",
        "receiver": f"{platform_id}:DE*EMA",
        "platform_id": platform_id,
        "key": LOCATION,
        "state": DeliveryState.REFUSED,
        "reason": "answered HTTP 400",
        "first_at": now_utc(),
        "last_at": now_utc(),
    }
    return FailedDelivery(**told | changes)


async def test_what_a_receiver_refused_is_listed_and_sent_again(running: RunningHub, operator: Operator) -> None:
    """A refused object is listed with its reason; replay sends it as it is now; once taken it is listed no more."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        refusal = [refused(2001, "no such owner", status=400)]
        emsp.answer("PUT", emsp.path("locations", Interface.RECEIVER), lambda _: next(iter(refusal), None))
        await broadcast(cpo)

        (listed,) = await until_listed(operator, "?partner=DE-EMA&state=refused")
        shown = await operator.ask("GET", f"/deliveries/{listed['delivery_id']}")
        again = await operator.ask("POST", f"/deliveries/{listed['delivery_id']}/replay")
        refusal.clear()
        taken = await operator.ask("POST", f"/deliveries/{listed['delivery_id']}/replay", {})
        async with asyncio.timeout(10):
            while (await operator.ask("GET", "/deliveries")).json:
                pass

    assert (listed["partner"], listed["receiver"], listed["object"]) == ("MapApp", "DE*EMA", "locations/NL/CPA/loc1")
    assert shown.json["http_status"] == 400
    assert "no such owner" in shown.json["answer"]
    assert (again.status, again.json["ok"]) == (200, False)
    assert taken.json["ok"] is True
    assert taken.json["http_status"] in {200, 201}


async def test_nothing_is_sent_to_who_is_away(running: RunningHub, operator: Operator) -> None:
    """Replay to an OFFLINE receiver is refused with the way to do it once anyway: it gets the object when it is back."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        emsp.fail(Fault.DOWN)
        await broadcast(cpo)
        (listed,) = await until_listed(operator)
        await _until_offline(operator)

        refusal = await operator.ask("POST", f"/deliveries/{listed['delivery_id']}/replay", {"force": False})

    assert listed["state"] == "behind"
    assert (refusal.status, refusal.error) == (409, "replay_refused")
    assert "OFFLINE" in refusal.json["error"]["message"]
    assert refusal.json["error"]["hint"] == f"hubctl deliveries replay {listed['delivery_id']} --force"


async def test_unknown_deliveries(operator: Operator) -> None:
    """An id that is none, and a partner that is none, are 404."""
    for method, path in (("GET", "/deliveries/d-0"), ("POST", "/deliveries/d-0/replay")):
        answer = await operator.ask(method, path)
        assert (answer.status, answer.error) == (404, "unknown_delivery")
    assert (await operator.ask("GET", "/deliveries?partner=nobody")).status == 404
    assert (await operator.ask("GET", "/deliveries?state=lost")).status == 400


async def test_a_token_in_an_answer_is_not_shown(running: RunningHub, operator: Operator) -> None:
    """A partner that sends our own credentials token back, raw or in Base64, does not get it into any output."""
    async with Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(emsp)
        token = emsp.issued_token or ""
        encoded = base64.b64encode(token.encode()).decode()
        platform_id = running.hub.partners.find("MapApp").platform_id
        record = failed(platform_id, answer=f"bad: Token {encoded} or {token}", reason=f"said {token}")
        await running.hub.store.deliveries.record(record)

        shown = await operator.ask("GET", "/deliveries/d-0123456789ab")

    assert token
    assert token not in str(shown.json)
    assert encoded not in str(shown.json)
    assert shown.json["answer"] == "bad: Token … or …"


def test_the_id_of_a_delivery_is_what_people_type() -> None:
    """`d-` and 12 hex digits."""
    assert len(delivery_id(("p:DE*EMA", LOCATION))) == 14


async def _until_offline(operator: Operator) -> Said:
    async with asyncio.timeout(10):
        while (answer := await operator.ask("GET", "/partners/MapApp")).json["status"] != "OFFLINE":
            pass
    return answer


async def test_what_is_still_owed_is_not_purged(running: RunningHub, operator: Operator) -> None:
    """Only a refusal can be forgotten: what is behind goes out by itself, and a purge must not look as if it stopped that."""
    async with Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(emsp)
        platform_id = running.hub.partners.find("MapApp").platform_id
        owed = failed(platform_id, delivery_id="d-00000000000b", state=DeliveryState.BEHIND)
        for one in (failed(platform_id), owed):
            await running.hub.store.deliveries.record(one)
        refused_one = await operator.ask("DELETE", "/deliveries/d-0123456789ab")
        owed_one = await operator.ask("DELETE", "/deliveries/d-00000000000b")
        left = await operator.ask("GET", "/deliveries")

    assert (refused_one.status, refused_one.json) == (200, {"purged": "d-0123456789ab"})
    assert (owed_one.status, owed_one.error) == (409, "still_owed")
    assert [one["delivery_id"] for one in left.json] == ["d-00000000000b"]
