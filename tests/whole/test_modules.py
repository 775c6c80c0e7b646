"""Every endpoint of every functional module, forwarded end to end; every other method of it refused."""

from typing import NamedTuple

import pytest

from hub.simulate.messages import Reply
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import Endpoint, Interface, Module, ResponseUrl, Routing
from hub.wire.party import Role
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import FUNCTIONAL, R, Scripted

IDS = {
    "location_id": "LOC1",
    "evse_uid": "3256",
    "connector_id": "1",
    "session_id": "SESSION1",
    "tariff_id": "TARIFF1",
    "token_uid": "012345678",
    "command": "START_SESSION",
    "opaque": "no-such-address-of-this-hub",
}
BODIES = {
    "Location": words.location,
    "EVSE": words.evse,
    "Connector": words.connector,
    "Session": words.session,
    "ChargingPreferences": words.charging_preferences,
    "CDR": words.cdr,
    "Tariff": words.tariff,
    "Token": words.token,
    "LocationReferences": words.location_references,
    "CancelReservation": words.cancel_reservation,
    "ReserveNow": words.reserve_now,
    "StartSession": words.start_session,
    "StopSession": words.stop_session,
    "UnlockConnector": words.unlock_connector,
    "SetChargingProfile": words.set_charging_profile,
    "ActiveChargingProfile": words.active_charging_profile,
}
METHODS = {"GET", "PUT", "POST", "PATCH", "DELETE"}


ROWS = [
    pytest.param(module, row, id=f"{module.identifier} {row.interface} {row.method} {'/'.join(row.path)}")
    for module in FUNCTIONAL
    for row in module.endpoints
    if row.routing is not Routing.CALLBACK
]


class Resource(NamedTuple):
    """A path of an interface, and the methods that the module's table has for it."""

    module: Module
    interface: Interface
    path: tuple[str, ...]
    allowed: frozenset[str]

    def __str__(self) -> str:
        return f"{self.module.identifier} {self.interface} {'/'.join(self.path)}"


def _resources() -> list[Resource]:
    found: dict[tuple[str, Interface, tuple[str, ...]], Resource] = {}
    for module in FUNCTIONAL:
        for row in module.endpoints:
            shape = tuple(part if part.startswith("=") else "*" for part in row.path)
            key = (module.identifier, row.interface, shape)
            known = found[key].allowed if key in found else frozenset()
            found[key] = Resource(module, row.interface, row.path, known | {row.method})
    return list(found.values())


def _operators_answer(module: Module, interface: Interface) -> bool:
    return module.roles(interface)[0] is Role.CPO


def _path(path: tuple[str, ...], sender: Scripted) -> str:
    named = IDS | {"country_code": sender.party.country_code, "party_id": sender.party.party_id}
    return "".join(f"/{named.get(part, part.removeprefix('='))}" for part in path)


def _query(row: Endpoint, sender: Scripted) -> str:
    given = {
        "date_from": "2024-01-01T00:00:00Z",
        "duration": "900",
        "response_url": f"{sender.url}/results/1",
        "type": "RFID",
    }
    asked = [f"{name}={given[name]}" for name in (*row.required_query, *row.optional_query) if name in given]
    return f"?{'&'.join(asked)}" if asked else ""


def _body(row: Endpoint, sender: Scripted) -> bytes | None:
    if row.method == "PATCH":
        return b'{"last_updated": "2024-03-01T10:00:00Z"}'
    if row.body is None:
        return None
    changes = {"response_url": f"{sender.url}/results/1"} if row.response_url is ResponseUrl.BODY else {}
    return words.body(BODIES[row.body.__name__](**changes))


@pytest.mark.parametrize(("module", "row"), ROWS)
async def test_every_endpoint_is_forwarded(cpo: Scripted, emsp: Scripted, module: Module, row: Endpoint) -> None:
    """H1.31, H1.33, H3.01, H3.02, H3.10, H6.01, H6.11, H6.31, H6.61: method, path, query, body and answer go through."""
    sender, receiver = (emsp, cpo) if _operators_answer(module, row.interface) else (cpo, emsp)
    reply = Reply(status=201, body=b'{"status_code":1000, "data": {"own": 0.10}, "timestamp": "2024-01-01T00:00:00Z"}')
    receiver.on(row.method, module.identifier, row.interface, reply)
    suffix, body = _path(row.path, sender) + _query(row, sender), _body(row, sender)

    answer = await sender.ask(row.method, module.identifier, row.interface, suffix, body, to=receiver.party)

    (received,) = receiver.got(module.identifier)
    assert (answer.status, answer.body) == (201, reply.body)
    assert read_routing(answer.headers) == RoutingHeaders(to=sender.party, sender=receiver.party)
    assert (received.method, received.to, received.from_) == (row.method, receiver.party, sender.party)
    assert received.target.partition("?")[0] == receiver.path(module.identifier, row.interface) + _path(
        row.path, sender
    )
    if row.response_url is None:
        assert received.target == receiver.path(module.identifier, row.interface) + suffix
        assert received.body == (body or b"")


@pytest.mark.parametrize("resource", _resources(), ids=str)
async def test_a_method_that_is_not_in_the_table_is_405(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, resource: Resource
) -> None:
    """H6.05, H6.07, H6.11, H6.31, H6.40, H6.55, H6.61, H1.28: Allow says what there is, and nothing is forwarded."""
    module, interface, path, allowed = resource
    sender, receiver = (emsp, cpo) if _operators_answer(module, interface) else (cpo, emsp)
    url = hub.url(module.identifier, interface, _path(path, sender))
    ids = {"X-Request-ID": "request", "X-Correlation-ID": "correlation"}

    for method in METHODS - allowed:
        answer = await sender.call(method, url, to=receiver.party, from_=sender.party, headers=ids)
        assert (answer.status, answer.status_code) == (405, 2000)
        assert set(answer.headers["Allow"].split(", ")) == allowed
        assert {name: answer.headers[name] for name in ids} == ids

    assert receiver.got(module.identifier) == []


@pytest.mark.parametrize(
    "path",
    ["/receiver/locations", "/sender/sessions/S1", "/receiver/tokens/DE/EMA", "/sender/commands", "/sender/cdrs/1/2"],
)
async def test_a_path_that_is_not_in_the_table_is_404(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, path: str
) -> None:
    """H7.14, H7.02: there is no such OCPI resource, whatever the method."""
    url = f"{hub.settings.ocpi_url}/2.2.1{path}"
    answers = [await emsp.call(method, url, to=words.CPO, from_=words.EMSP) for method in METHODS]

    assert {(answer.status, answer.status_code) for answer in answers} == {(404, 2000)}
    assert cpo.got() == []


async def test_an_owner_in_the_path_is_the_sender(cpo: Scripted, emsp: Scripted) -> None:
    """H6.02, H1.37: nobody pushes in another's name (2001), nor reads another's copy (404)."""
    theirs = words.location(party_id="XXX")
    push = await cpo.ask("PUT", "locations", R, "/NL/XXX/LOC1", theirs, to=words.EMSP)
    body = await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", theirs, to=words.EMSP)
    read = await cpo.ask("GET", "sessions", R, "/NL/XXX/S1", to=words.EMSP)
    cdr = await cpo.ask("POST", "cdrs", R, "", words.cdr(country_code="XX"), to=words.EMSP)

    answers = (push, body, read, cdr)
    assert [(answer.status, answer.status_code) for answer in answers] == [
        (200, 2001),
        (200, 2001),
        (404, 2000),
        (200, 2001),
    ]
    assert emsp.got() == []
