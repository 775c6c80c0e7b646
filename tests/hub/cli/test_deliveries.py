"""hubctl deliveries, against a running hub with a receiver that refuses."""

import asyncio

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.simulate.messages import refused
from hub.wire.interface import Interface
from tests import words
from tests.operating import Ended, Operator
from tests.running import RunningHub


async def test_from_a_refusal_to_its_repair(running: RunningHub, operator: Operator) -> None:
    """list, show, replay and purge: exit 5 while the receiver refuses, 0 once it takes the object."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        refusal = [refused(2001, "no such owner", status=400)]
        emsp.answer("PUT", emsp.path("locations", Interface.RECEIVER), lambda _: next(iter(refusal), None))
        body = words.body(words.location())
        await cpo.tell("PUT", "locations", Interface.RECEIVER, "/NL/CPA/LOC1", body, to=words.HUB)

        listed = await _until_listed(operator)
        delivery_id = listed.rows[0][0]
        shown = await operator.hubctl("deliveries", "show", delivery_id)
        again = await operator.hubctl("deliveries", "replay", delivery_id)
        many = await operator.hubctl("deliveries", "replay", "--partner", "MapApp")
        neither = await operator.hubctl("deliveries", "purge")
        asked = await operator.hubctl("deliveries", "purge", "--partner", "MapApp")
        purged = await operator.hubctl("deliveries", "purge", "--partner", "MapApp", "--yes", "--json")
        gone = await operator.hubctl("deliveries", "list", "--json")
        gone_again = await operator.hubctl("deliveries", "purge", delivery_id)
        await cpo.tell("PUT", "locations", Interface.RECEIVER, "/NL/CPA/LOC1", body, to=words.HUB)
        await _until_listed(operator)
        refusal.clear()
        taken = await operator.hubctl("deliveries", "replay", delivery_id, "--json")

    assert (neither.exit_code, "by its ID, or a partner" in neither.err) == (2, True)
    assert (many.exit_code, delivery_id in many.err) == (5, True)
    assert (asked.exit_code, purged.exit_code, purged.json) == (2, 0, {"purged": [delivery_id]})
    assert (gone.json, gone_again.exit_code) == ([], 3)
    assert listed.rows[0][2:6] == ["DE*EMA", "MapApp", "locations/NL/CPA/loc1", "refused"]
    assert "no such owner" in shown.out
    assert (again.exit_code, again.err[0]) == (5, "✗")
    assert (taken.exit_code, taken.json["ok"]) == (0, True)


async def test_nothing_is_sent_to_who_is_away(running: RunningHub, operator: Operator) -> None:
    """Replay to an OFFLINE receiver is exit 5, with the way to do it once anyway; so is --force while it is away."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        emsp.fail(Fault.DOWN)
        body = words.body(words.location())
        await cpo.tell("PUT", "locations", Interface.RECEIVER, "/NL/CPA/LOC1", body, to=words.HUB)
        async with asyncio.timeout(10):
            while not (listed := await operator.hubctl("deliveries", "list", "--partner", "DE-EMA")).out:
                pass
            while (await operator.hubctl("partner", "show", "DE-EMA", "--json")).json["status"] != "OFFLINE":
                pass

        delivery_id = listed.rows[0][0]
        asked = await operator.hubctl("deliveries", "replay", delivery_id)
        forced = await operator.hubctl("deliveries", "replay", delivery_id, "--force")

    assert (asked.exit_code, forced.exit_code) == (5, 5)
    assert asked.err.splitlines()[-1] == f"Try: hubctl deliveries replay {delivery_id} --force"


async def test_unknown_deliveries(operator: Operator) -> None:
    """An id that is none is exit 3 with one sentence; a state that is none is exit 2."""
    for word in ("show", "replay"):
        ended = await operator.hubctl("deliveries", word, "d-0")
        assert ended.exit_code == 3
        assert ended.err.startswith("There is no delivery 'd-0'")
    assert (await operator.hubctl("deliveries", "list", "--state", "lost")).exit_code == 2


async def _until_listed(operator: Operator) -> Ended:
    async with asyncio.timeout(10):
        while not (listed := await operator.hubctl("deliveries", "list", "--state", "refused")).out:
            pass
    return listed
