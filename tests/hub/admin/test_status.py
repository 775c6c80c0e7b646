"""Is the hub well, over the admin API."""

import asyncio
from typing import Any

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.wire.interface import Interface
from tests import words
from tests.operating import Operator
from tests.running import RunningHub


async def until(operator: Operator, status: str) -> dict[str, Any]:
    """The status as soon as it is this one."""
    async with asyncio.timeout(10):
        while (said := (await operator.ask("GET", "/status")).json)["status"] != status:
            pass
    return dict(said)


async def test_a_hub_that_is_well(running: RunningHub, operator: Operator) -> None:
    """It says what it is, what it runs on, who is connected and what passed."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)

        said = (await operator.ask("GET", "/status")).json
        listed = (await operator.ask("GET", "/partners")).json

    assert (said["status"], said["needs"]) == ("ok", [])
    assert (said["hub"]["party"], said["hub"]["versions_url"]) == ("NL*HUB", running.versions_url)
    assert said["mongodb"]["version"].startswith("6.")
    assert said["partners"] == {"CONNECTED": 2}
    assert said["parties"] == {"CPO": 1, "EMSP": 1}
    assert set(said["deliveries"]) == {"behind", "waiting", "in_flight"}
    assert said["last_minute"]["received"] == sum(one["last_minute"]["received"] for one in listed)
    assert said["last_minute"]["errors"] == 0


async def test_a_partner_that_takes_nothing_needs_a_person(running: RunningHub, operator: Operator) -> None:
    """An eMSP that answers every push with HTTP 500 is still CONNECTED, but lacks objects: degraded, until it is well."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        emsp.fail(Fault.SERVER_ERROR)
        for number in range(4):
            body = words.body(words.location(id=f"LOC{number}"))
            await cpo.tell("PUT", "locations", Interface.RECEIVER, f"/NL/CPA/LOC{number}", body, to=words.HUB)

        degraded = await until(operator, "degraded")
        emsp.fail(Fault.NONE)
        well = await until(operator, "ok")

    (need,) = degraded["needs"]
    assert need["text"].startswith("MapApp takes no deliveries just now")
    assert (need["hint"], need["who"]) == ("hubctl deliveries list --partner DE-EMA", "DE-EMA")
    assert degraded["deliveries"]["behind"] > 0
    assert well["partners"] == {"CONNECTED": 2}
