"""What a simulated receiver keeps when messages overtake each other, over real HTTP."""

from typing import Any

from hub.simulate.messages import Answer
from hub.wire.interface import Interface
from tests import words
from tests.hub.simulate.pair import Pair

OLD, NEW = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"


async def _push(pair: Pair, method: str, module: str, path: str, body: Any = None) -> Answer:
    return await pair.cpo.send(method, module, Interface.RECEIVER, path, body, to=words.EMSP)


async def test_what_is_older_changes_nothing(pair: Pair) -> None:
    """A PUT or PATCH with an older last_updated is refused, for a Location and for its parts; the same instant is fine."""
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())

    late = [
        await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location(name="Old", last_updated=OLD)),
        await _push(pair, "PUT", "locations", "/NL/CPA/LOC1/3256", words.evse(status="BLOCKED", last_updated=OLD)),
        await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1", {"name": "Old", "last_updated": OLD}),
        await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1/3256", {"status": "BLOCKED", "last_updated": OLD}),
    ]
    again = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())

    assert [answer.status_code for answer in late] == [2001, 2001, 2001, 2001]
    assert again.status_code == 1000
    kept = pair.emsp.locations.get(words.CPO, "LOC1")
    assert kept is not None
    assert (kept["name"], kept["evses"][0]["status"]) == ("Stationsplein", "AVAILABLE")


async def test_a_part_never_makes_its_location_older(pair: Pair) -> None:
    """A new EVSE that is dated before its Location is added, and the Location keeps its last_updated."""
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())

    added = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1/E2", words.evse(uid="E2", last_updated=OLD))

    kept = pair.emsp.locations.get(words.CPO, "LOC1")
    assert kept is not None
    assert (added.status_code, len(kept["evses"])) == (1000, 2)
    assert kept["last_updated"] == words.location()["last_updated"]


async def test_a_tariff_has_no_patch(pair: Pair) -> None:
    """A Tariff is replaced or withdrawn, never changed in part."""
    await _push(pair, "PUT", "tariffs", "/NL/CPA/TARIFF1", words.tariff())

    answer = await _push(pair, "PATCH", "tariffs", "/NL/CPA/TARIFF1", {"currency": "CHF", "last_updated": NEW})

    assert answer.status == 405
    assert [tariff["currency"] for tariff in pair.emsp.tariffs] == ["EUR"]
