"""CDRs: the operator gets an address of the hub for the one that the provider gave, and finds the CDR there."""

from urllib.parse import urlsplit

import pytest

from hub.config import Settings
from hub.simulate.messages import Answer, Reply, ok, refused
from hub.wire.headers import RoutingHeaders, read_routing
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, Scripted, joined, party

CDR = words.body(words.cdr())


def _kept_at(path: str, *, status: int = 200) -> Reply:
    return ok(status=status, headers={"Location": path})


async def _post(cpo: Scripted) -> Answer:
    return await cpo.ask("POST", "cdrs", R, "", CDR, to=words.EMSP)


@pytest.mark.parametrize("status", [200, 201])
async def test_a_cdr_is_found_at_the_hub(hub: RunningHub, cpo: Scripted, emsp: Scripted, status: int) -> None:
    """H4.01, H4.20, H4.21, H4.24: Location leads to the hub; GET there asks the provider at its own address (S11)."""
    emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1?version=2", status=status))
    emsp.answer("GET", "/my/cdrs", Reply(body=b'{"data":' + CDR + b',"status_code":1000}'))

    posted = await _post(cpo)
    read = await cpo.call("GET", posted.headers["Location"], to=words.EMSP, from_=words.CPO)

    ours = posted.headers["Location"]
    got = emsp.got("my")[0]
    assert (posted.status, posted.status_code) == (status, 1000)
    assert ours.startswith(hub.url("cdrs", R) + "/")
    assert len(ours) <= 255
    assert len(ours.rpartition("/")[2]) >= 22
    assert read.body == b'{"data":' + CDR + b',"status_code":1000}'
    assert (got.target, got.to, got.from_) == ("/my/cdrs/1?version=2", words.EMSP, words.CPO)
    assert read_routing(read.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


async def test_a_cdr_is_found_again_without_to_headers(cpo: Scripted, emsp: Scripted) -> None:
    """H4.21, H4.02: the address alone says whose CDR it is; it works as often as it is used."""
    emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1"))
    emsp.answer("GET", "/my/cdrs", ok({"id": "CDR1"}))
    ours = (await _post(cpo)).headers["Location"]

    answers = [await cpo.call("GET", ours, from_=words.CPO), await cpo.call("GET", ours)]

    assert [answer.data for answer in answers] == [{"id": "CDR1"}] * 2


async def test_a_cdr_that_is_gone_is_the_providers_404(cpo: Scripted, emsp: Scripted) -> None:
    """H3.10, H3.14: what the provider says of its own address comes back."""
    emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1"))
    emsp.answer("GET", "/my/cdrs", refused(2000, "archived", status=404))
    ours = (await _post(cpo)).headers["Location"]

    answer = await cpo.call("GET", ours, to=words.EMSP, from_=words.CPO)

    assert (answer.status, answer.json["status_message"]) == (404, "archived")


async def test_nobody_else_finds_a_cdr(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.01, H4.02: for another operator, and for the provider itself, the address does not exist (S11)."""
    emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1"))
    ours = (await _post(cpo)).headers["Location"]
    emsp.forget()
    async with joined(hub, "NL/THF/CPO") as thief:
        stolen = await thief.call("GET", ours, to=words.EMSP, from_=party("NL*THF"))
        spoofed = await thief.call("GET", ours, to=words.EMSP, from_=words.CPO)
    owner = await emsp.call("GET", ours, to=words.EMSP, from_=words.EMSP)
    unknown = await cpo.call("GET", f"{ours}x", to=words.EMSP, from_=words.CPO)

    assert [(answer.status, answer.status_code) for answer in (stolen, owner, unknown)] == [(404, 2001)] * 3
    assert (spoofed.status, spoofed.status_code) == (200, 2001)
    assert emsp.got("my") == []


@pytest.mark.parametrize(
    ("location", "target"),
    [("CDR1", "/ocpi/2.2.1/receiver/CDR1"), ("/kept/CDR1", "/kept/CDR1"), ("?id=1", "/ocpi/2.2.1/receiver/cdrs?id=1")],
)
async def test_a_relative_location(cpo: Scripted, emsp: Scripted, location: str, target: str) -> None:
    """H4.22: a relative Location is completed with the provider's endpoint."""
    emsp.on("POST", "cdrs", R, _kept_at(location))
    ours = (await _post(cpo)).headers["Location"]
    emsp.forget()

    await cpo.call("GET", ours, to=words.EMSP, from_=words.CPO)

    assert [received.target for received in emsp.got()] == [target]


@pytest.mark.parametrize(
    "reply",
    [
        ok(status=201),
        refused(2001, "invalid CDR"),
        Reply(body=refused(2001, "invalid").body, headers={"Location": "/kept/1"}),
        Reply(status=404, body=refused(2000, "none").body, headers={"Location": "/kept/1"}),
        ok(headers={"Location": "https://else.example/cdrs/1"}),
        ok(headers={"Location": "http://localhost:1/cdrs/1"}),
        ok(headers={"Location": "ftp://127.0.0.1/cdrs/1"}),
        ok(headers={"Location": "http://[::1"}),
    ],
    ids=lambda reply: f"{reply.status} {reply.headers.get('Location')}",
)
async def test_no_location_is_invented(cpo: Scripted, emsp: Scripted, reply: Reply) -> None:
    """H4.02, H4.22, H4.24: without a usable Location of an accepted CDR the answer has none; the rest is carried."""
    emsp.on("POST", "cdrs", R, reply)

    answer = await _post(cpo)

    assert (answer.status, answer.body) == (reply.status, reply.body)
    assert "Location" not in answer.headers


async def test_a_location_of_another_module_is_no_ocpi(cpo: Scripted, emsp: Scripted) -> None:
    """H1.42, H4.24: only POST cdrs has a Location; elsewhere it is a header as any other and stays behind."""
    emsp.on("PUT", "sessions", R, _kept_at(f"{emsp.url}/sessions/1"))

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)

    assert answer.status_code == 1000
    assert "Location" not in answer.headers


async def test_a_cdr_is_never_changed(cpo: Scripted, emsp: Scripted) -> None:
    """H6.40: there is no PUT, PATCH or DELETE of a CDR, by its address or by its owner's path."""
    emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1"))
    ours = (await _post(cpo)).headers["Location"]

    answers = [
        await cpo.call(method, ours, CDR, to=words.EMSP, from_=words.CPO) for method in ("PUT", "PATCH", "DELETE")
    ]
    again = await _post(cpo)

    assert [answer.status for answer in answers] == [405] * 3
    assert {answer.headers["Allow"] for answer in answers} == {"GET"}
    assert again.status_code == 1000
    assert [received.method for received in emsp.got("cdrs")] == ["POST", "POST"]


async def test_addresses_survive_a_restart(whole_settings: Settings, mongodb_url: str) -> None:
    """H4.04, H4.23: a CDR is found at its address after the hub was stopped and started; it has no end."""
    database = "hub_that_restarts"
    async with Scripted("NL/CPA/CPO") as cpo, Scripted("DE/EMA/EMSP") as emsp:
        emsp.on("POST", "cdrs", R, _kept_at(f"{emsp.url}/my/cdrs/1"))
        emsp.answer("GET", "/my/cdrs", ok({"id": "CDR1"}))
        async with running_hub(whole_settings, mongodb_url, keep_database=True, mongodb_database=database) as first:
            await first.join(cpo)
            await first.join(emsp)
            ours = urlsplit((await _post(cpo)).headers["Location"]).path
            mapping = await first.hub.store.mappings.find(ours.rpartition("/")[2])
        async with running_hub(whole_settings, mongodb_url, mongodb_database=database) as second:
            there = second.settings.public_url + ours
            answer = await cpo.call("GET", there, to=words.EMSP, from_=words.CPO)

    assert answer.data == {"id": "CDR1"}
    assert mapping is not None
    assert mapping.expires_at is None
