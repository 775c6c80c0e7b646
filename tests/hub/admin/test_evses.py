"""What stands at one place, for a click on the map."""

from hub.simulate.cpo import Cpo
from tests import words
from tests.hub.admin.following import following
from tests.operating import Operator
from tests.running import RunningHub

HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 200


async def test_a_place_is_told_with_its_evses(running: RunningHub, operator: Operator) -> None:
    """Names come as they were written, statuses as they are now; another place is empty; no place is refused."""
    place = {"coordinates": {"latitude": "48.850000", "longitude": "2.350000"}}
    location = words.location(id="LOC1", name=HOSTILE, evses=[words.evse(uid="E1", status="AVAILABLE")], **place)
    async with Cpo(words.CPO, locations=[location]) as cpo:
        await running.join(cpo)
        await cpo.publish()
        async with following(operator) as followed:
            await followed.event("points", lambda said: said["count"] == 1)
            await cpo.set_status("LOC1", "E1", "CHARGING")
            await followed.event("changes")
        (site,) = (await operator.ask("GET", "/evses?latitude=48.85&longitude=2.35")).json
        elsewhere = await operator.ask("GET", "/evses?latitude=48.86&longitude=2.35")
        nowhere = await operator.ask("GET", "/evses?latitude=91&longitude=2.35")

    assert (site["name"], site["owner"]) == (HOSTILE, str(words.CPO))
    assert [(one["uid"], one["status"]) for one in site["evses"]] == [("e1", "CHARGING")]
    assert elsewhere.json == []
    assert (nowhere.status, nowhere.json["error"]["message"][:8]) == (400, "latitude")
