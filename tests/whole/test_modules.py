"""Every endpoint of every functional module, forwarded end to end; every other method of it refused."""

from typing import NamedTuple

import pytest

from hub.simulate.messages import Reply
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import Interface, Module
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import FUNCTIONAL, R, Scripted
from tests.whole.rows import CALLBACKS, ROWS, Row, operators_answer, path

METHODS = {"GET", "PUT", "POST", "PATCH", "DELETE"}


class Resource(NamedTuple):
    """A path of an interface, and the methods that the module's table has for it."""

    module: Module
    interface: Interface
    names: tuple[str, ...]
    allowed: frozenset[str]

    def __str__(self) -> str:
        return f"{self.module.identifier} {self.interface} {'/'.join(self.names)}"


def _resources() -> list[Resource]:
    found: dict[tuple[str, Interface, tuple[str, ...]], Resource] = {}
    for module in FUNCTIONAL:
        for row in module.endpoints:
            shape = tuple(part if part.startswith("=") else "*" for part in row.path)
            key = (module.identifier, row.interface, shape)
            known = found[key].allowed if key in found else frozenset()
            found[key] = Resource(module, row.interface, row.path, known | {row.method})
    return list(found.values())


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_every_endpoint_is_forwarded(cpo: Scripted, emsp: Scripted, row: Row) -> None:
    """H1.31, H1.33, H3.01, H3.02, H3.10, H6.01, H6.11, H6.31, H6.61: method, path, query, body and answer go through."""
    module, endpoint = row.module, row.endpoint
    sender, receiver = (emsp, cpo) if operators_answer(module, endpoint.interface) else (cpo, emsp)
    reply = Reply(status=201, body=b'{"status_code":1000, "data": {"own": 0.10}, "timestamp": "2024-01-01T00:00:00Z"}')
    receiver.on(endpoint.method, module.identifier, endpoint.interface, reply)
    suffix, body = row.path(sender) + row.query(sender), row.body(sender)

    answer = await sender.ask(endpoint.method, module.identifier, endpoint.interface, suffix, body, to=receiver.party)

    (received,) = receiver.got(module.identifier)
    there = receiver.path(module.identifier, endpoint.interface)
    assert (answer.status, answer.body) == (201, reply.body)
    assert read_routing(answer.headers) == RoutingHeaders(to=sender.party, sender=receiver.party)
    assert (received.method, received.to, received.from_) == (endpoint.method, receiver.party, sender.party)
    assert received.target.partition("?")[0] == there + row.path(sender)
    if endpoint.response_url is None:
        assert received.target == there + suffix
        assert received.body == (body or b"")


@pytest.mark.parametrize("row", CALLBACKS, ids=str)
async def test_every_endpoint_for_addresses_of_the_hub(cpo: Scripted, emsp: Scripted, row: Row) -> None:
    """H4.02: at the rows for CDRs and results, an address that the hub never gave out does not exist."""
    module, endpoint = row.module, row.endpoint
    for sender, receiver in ((cpo, emsp), (emsp, cpo)):
        answer = await sender.ask(
            endpoint.method, module.identifier, endpoint.interface, row.path(sender), b"{}", to=receiver.party
        )

        assert (answer.status, answer.status_code) == (404, 2001)
        assert receiver.got() == []


@pytest.mark.parametrize("resource", _resources(), ids=str)
async def test_a_method_that_is_not_in_the_table_is_405(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, resource: Resource
) -> None:
    """H6.05, H6.07, H6.11, H6.31, H6.40, H6.55, H6.61, H1.28: Allow says what there is, and nothing is forwarded."""
    module, interface, names, allowed = resource
    sender, receiver = (emsp, cpo) if operators_answer(module, interface) else (cpo, emsp)
    url = hub.url(module.identifier, interface, path(names, sender))
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
