"""What a broadcast changes at the hub: checked strictly, kept whole, or refused by the name of the field and nothing done."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests import words
from tests.running import RunningHub
from tests.whole.broadcasts import instant, put, settled, stored
from tests.whole.platforms import R, S, Scripted

LATER = "2030-01-01T00:00:00Z"


def _evse(**changes: Any) -> words.Words:
    return words.location(evses=[words.evse(**changes)])


def _connector(**changes: Any) -> words.Words:
    return _evse(connectors=[words.connector(**changes)])


def _without(value: words.Words, *names: str) -> words.Words:
    return {name: member for name, member in value.items() if name not in names}


BAD_LOCATIONS: Mapping[str, tuple[str, Any]] = {
    "a required field is missing": ("/city", _without(words.location(), "city")),
    "a required field is null": ("/address", words.location(address=None)),
    "a string for a boolean": ("/publish", words.location(publish="true")),
    "a number for a boolean": ("/publish", words.location(publish=words.number("1"))),
    "a number for a string": ("/name", words.location(name=words.number("1"))),
    "an enum in another case": ("/evses/0/status", _evse(status="available")),
    "an unknown value": ("/evses/0/connectors/0/standard", _connector(standard="IEC_62196_T9")),
    "an empty + list": ("/evses/0/connectors", _evse(connectors=[])),
    "a string for a number": ("/evses/0/connectors/0/max_voltage", _connector(max_voltage="230")),
    "a fraction of an integer": ("/evses/0/connectors/0/max_amperage", _connector(max_amperage=words.number("1.5"))),
    "too long": ("/name", words.location(name="a" * 256)),
    "an id too long": ("/evses/0/uid", _evse(uid="a" * 37)),
    "an id with a line end": ("/evses/0/uid", _evse(uid="a\nb")),
    "a control character": ("/address", words.location(address="a\x07b")),
    "a country of two letters": ("/country", words.location(country="NL")),
    "coordinates as numbers": (
        "/coordinates/latitude",
        words.location(coordinates={"latitude": words.number("52.1"), "longitude": "5.110278"}),
    ),
    "a time with a wrong offset": ("/last_updated", words.location(last_updated="2024-03-01T08:00:00 CET")),
    "a time that does not exist": ("/last_updated", words.location(last_updated="2024-02-30T08:00:00Z")),
    "no last_updated": ("/last_updated", _without(words.location(), "last_updated")),
    "no URL": ("/operator/website", words.location(operator={"name": "A", "website": "cpa"})),
    "a URL too long": (
        "/operator/website",
        words.location(operator={"name": "A", "website": "https://cpa.example/" + "a" * 255}),
    ),
    "markup of a language": ("/directions/0/language", words.location(directions=[{"language": "nld", "text": "x"}])),
    "another id than in the path": ("/id", words.location(id="LOC2")),
    "another owner than in the path": ("/party_id", words.location(party_id="CPB")),
    "no object": ("/", ["LOC1"]),
}


@pytest.mark.parametrize(("pointer", "value"), BAD_LOCATIONS.values(), ids=BAD_LOCATIONS)
async def test_a_location_that_breaks_the_rules(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, pointer: str, value: Any
) -> None:
    """H3.05, H6.02, H6.03, H7.05, H7.06, H7.07: 2001 that names the field by its JSON pointer; not kept, not sent."""
    before = await stored(hub, "locations", words.CPO, "LOC1")

    answer = await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", value, to=words.HUB)

    assert (answer.status, answer.status_code, answer.data) == (200, 2001, None)
    assert f"{pointer}: " in answer.json["status_message"]
    assert await stored(hub, "locations", words.CPO, "LOC1") == before
    assert emsp.got("locations") == []


BAD_OTHERS: Mapping[str, tuple[str, str, Any]] = {
    "/elements": ("tariffs", "/NL/CPA/TARIFF1", words.tariff(elements=[])),
    "/currency": ("tariffs", "/NL/CPA/TARIFF1", words.tariff(currency="EURO")),
    "/elements/0/price_components/0/price": (
        "tariffs",
        "/NL/CPA/TARIFF1",
        words.tariff(elements=[{"price_components": [{"type": "ENERGY", "price": "0.40", "step_size": 1}]}]),
    ),
    "/valid": ("tokens", "/DE/EMA/012345678", words.token(valid="yes")),
    "/whitelist": ("tokens", "/DE/EMA/012345678", words.token(whitelist="SOMETIMES")),
    "/uid": ("tokens", "/DE/EMA/012345678", words.token(uid="other")),
}


@pytest.mark.parametrize("pointer", BAD_OTHERS)
async def test_tariffs_and_tokens_that_break_the_rules(cpo: Scripted, emsp: Scripted, pointer: str) -> None:
    """H3.05, H6.02, H6.03, H7.05, H7.07: the same for the other two modules that are broadcast."""
    module, path, value = BAD_OTHERS[pointer]
    sender, receiver = (emsp, cpo) if module == "tokens" else (cpo, emsp)

    answer = await sender.ask("PUT", module, R, path, value, to=words.HUB)
    listed = await receiver.ask("GET", module, S, to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert f"{pointer}: " in answer.json["status_message"]
    assert (listed.data, receiver.got(module)) == ([], [])


async def test_many_faults_are_told_together(cpo: Scripted) -> None:
    """H3.05: the first few by name, and how many more there are."""
    answer = await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", {"id": "LOC1"}, to=words.HUB)

    said = answer.json["status_message"]
    assert "/publish: " in said
    assert "more)" in said


PARTS = {
    "Location": ("/LOC1", {"name": "N"}, "/last_updated"),
    "EVSE": ("/LOC1/3256", {"status": "CHARGING"}, "/last_updated"),
    "Connector": ("/LOC1/3256/1", {"max_voltage": 400}, "/last_updated"),
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_without_its_time(hub: RunningHub, cpo: Scripted, emsp: Scripted, part: str) -> None:
    """H3.30, H6.05: a PATCH without last_updated is 2001; nothing is kept or sent."""
    assert (await put(cpo, "locations", words.location())).status_code == 1000
    await settled(hub, "locations", words.CPO, "LOC1")
    emsp.forget()
    before = await stored(hub, "locations", words.CPO, "LOC1")
    suffix, patch, pointer = PARTS[part]

    answer = await cpo.ask("PATCH", "locations", R, f"/NL/CPA{suffix}", patch, to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert f"{pointer}: " in answer.json["status_message"]
    assert await stored(hub, "locations", words.CPO, "LOC1") == before
    assert emsp.got() == []


UNKNOWN: Mapping[str, tuple[int, str, str, str, Any]] = {
    "PATCH of a Location": (2003, "PATCH", "locations", "/NL/CPA/NONE", {"name": "N"}),
    "PATCH of an EVSE": (2003, "PATCH", "locations", "/NL/CPA/NONE/1", {"status": "BLOCKED"}),
    "PATCH of a Connector": (2003, "PATCH", "locations", "/NL/CPA/NONE/1/1", {"max_voltage": 400}),
    "PUT of an EVSE": (2003, "PUT", "locations", "/NL/CPA/NONE/1", words.evse(uid="1")),
    "PUT of a Connector": (2003, "PUT", "locations", "/NL/CPA/NONE/1/1", words.connector()),
    "PATCH of a Token": (2004, "PATCH", "tokens", "/DE/EMA/NONE", {"valid": False}),
}


@pytest.mark.parametrize("what", UNKNOWN)
async def test_a_part_of_what_the_hub_does_not_have(cpo: Scripted, emsp: Scripted, what: str) -> None:
    """H3.55, H7.13: 2003 for a Location, 2004 for a Token, and nobody is told."""
    code, method, module, path, part = UNKNOWN[what]
    sender, receiver = (emsp, cpo) if module == "tokens" else (cpo, emsp)

    answer = await sender.ask(method, module, R, path, part | {"last_updated": LATER}, to=words.HUB)

    assert (answer.status, answer.status_code) == (200, code)
    assert receiver.got() == []


@pytest.fixture
async def known(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> str:
    """A Location that hub and provider have, of an id that no other test uses."""
    object_id = f"K{len(await _listed(emsp))}"
    assert (await put(cpo, "locations", words.location(id=object_id))).status_code == 1000
    await settled(hub, "locations", words.CPO, object_id)
    emsp.forget()
    return object_id


async def _listed(emsp: Scripted) -> dict[str, Any]:
    answer = await emsp.ask("GET", "locations", S, to=words.HUB)
    return {one["id"]: one for one in answer.data}


PUSHES: Mapping[str, tuple[str, str, words.Words]] = {
    "PATCH of a Location": ("PATCH", "", {"name": "New", "last_updated": LATER}),
    "PATCH of an EVSE": ("PATCH", "/3256", {"status": "CHARGING", "last_updated": LATER}),
    "PATCH of a Connector": ("PATCH", "/3256/1", {"max_voltage": 400, "last_updated": LATER}),
    "PUT of an EVSE": ("PUT", "/3256", words.evse(status="BLOCKED", last_updated=LATER)),
    "PUT of a new EVSE": ("PUT", "/NEW", words.evse(uid="NEW", last_updated=LATER)),
    "PUT of a Connector": ("PUT", "/3256/1", words.connector(max_voltage=words.number("400"), last_updated=LATER)),
    "PUT of a new Connector": ("PUT", "/3256/2", words.connector(id="2", last_updated=LATER)),
}


@pytest.mark.parametrize("what", PUSHES)
async def test_a_part_goes_out_as_it_came(cpo: Scripted, emsp: Scripted, known: str, what: str) -> None:
    """H3.02, H3.03, H3.04, H3.20, H6.10, H6.14: receivers get method, path and bytes of the owner; the hub's copy changes,
    and the time of the Location with it."""
    method, suffix, part = PUSHES[what]
    body = words.body(part).replace(b",", b", ")

    answer = await cpo.ask(method, "locations", R, f"/NL/CPA/{known}{suffix}", body, to=words.HUB)
    received = await emsp.wait_for(lambda received: received.method == method)

    assert answer.status_code == 1000
    assert (received.body, received.target) == (body, emsp.path("locations", R) + f"/NL/CPA/{known}{suffix}")
    assert (received.from_, received.to) == (words.HUB, words.EMSP)
    kept = (await _listed(emsp))[known]
    assert kept["last_updated"] == LATER
    assert _has(kept, _at(suffix), part)


def _at(suffix: str) -> list[str]:
    return [segment for segment in suffix.split("/") if segment]


def _has(location: Any, where: list[str], part: Mapping[str, Any]) -> bool:
    """The fields of `part` are there where they belong."""
    found = location
    for name, key, identifier in zip(("evses", "connectors"), ("uid", "id"), where, strict=False):
        found = next(child for child in found[name] if child[key] == identifier)
    plain = {
        name: value for name, value in part.items() if isinstance(value, bool) or not isinstance(value, list | dict)
    }
    return all(str(found[name]) == str(value) for name, value in plain.items())


async def test_an_older_state_is_refused(hub: RunningHub, cpo: Scripted, emsp: Scripted, known: str) -> None:
    """H3.27, H3.55: what is older than what the hub has is 2001; the same time again is taken; nobody goes back in time."""
    newest = words.location(id=known, name="newest", last_updated=instant(10))
    assert (await put(cpo, "locations", newest)).status_code == 1000
    await settled(hub, "locations", words.CPO, known)
    emsp.forget()

    older = await put(cpo, "locations", words.location(id=known, name="older", last_updated=instant(9)))
    patch = {"name": "older", "last_updated": instant(9)}
    older_part = await cpo.ask("PATCH", "locations", R, f"/NL/CPA/{known}", patch, to=words.HUB)
    again = await put(cpo, "locations", newest)
    await settled(hub, "locations", words.CPO, known)

    assert [(one.status, one.status_code) for one in (older, older_part)] == [(200, 2001)] * 2
    assert "/last_updated: " in older.json["status_message"]
    assert again.status_code == 1000
    assert [received.json["name"] for received in emsp.got("locations")] == ["newest"]
    assert (await _listed(emsp))[known]["name"] == "newest"


async def test_a_tariff_is_withdrawn(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.20, H3.25, H3.55: DELETE reaches the receivers and empties the list; what is gone is 404, until it is PUT again."""
    path = "/NL/CPA/GONE"
    await put(cpo, "tariffs", words.tariff(id="GONE"))
    answer = await cpo.ask("DELETE", "tariffs", R, path, to=words.HUB)
    received = await emsp.wait_for(lambda received: received.method == "DELETE")
    listed = await emsp.ask("GET", "tariffs", S, to=words.HUB)
    twice = await cpo.ask("DELETE", "tariffs", R, path, to=words.HUB)
    back = await put(cpo, "tariffs", words.tariff(id="GONE"))
    await emsp.wait_for(lambda _: [one.method for one in emsp.got("tariffs")][-1] == "PUT")

    assert (answer.status, answer.status_code) == (200, 1000)
    assert (received.target, received.body) == (emsp.path("tariffs", R) + path, b"")
    assert (received.from_, received.to) == (words.HUB, words.EMSP)
    assert "GONE" not in [one["id"] for one in listed.data]
    assert (twice.status, twice.status_code, back.status_code) == (404, 2000, 1000)


async def test_a_get_is_no_broadcast(cpo: Scripted, emsp: Scripted) -> None:
    """H3.20: GET on the RECEIVER interface with TO = the hub is 2001 (S8)."""
    answer = await cpo.ask("GET", "locations", R, "/NL/CPA/LOC1", to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert emsp.got() == []
