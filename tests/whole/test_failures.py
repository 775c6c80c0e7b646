"""What a sender hears when a message cannot be carried, or its receiver misbehaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
from hub.simulate.faults import Fault
from hub.simulate.messages import Answer, Received, Reply, refused
from hub.simulate.platform import Platform
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, S, Scripted, joined, party, until

SHORT_S = 0.2


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that waits for authorizations and commands a moment only, and takes no partner for OFFLINE because of it."""
    async with running_hub(
        whole_settings,
        mongodb_url,
        forward_timeout_authorize_s=SHORT_S,
        forward_timeout_command_s=SHORT_S,
        failures_before_offline=1000,
    ) as running:
        yield running


def _is_the_hubs_own(answer: Answer, status_code: int) -> bool:
    """A refusal by the hub: HTTP 200, no data, TO the provider and FROM the hub."""
    routing = RoutingHeaders(to=words.EMSP, sender=words.HUB)
    found = (answer.status, answer.status_code, answer.data, read_routing(answer.headers))
    return found == (200, status_code, None, routing)


async def test_a_stranger_is_4001(emsp: Scripted) -> None:
    """H3.11, H3.12, H3.13, H1.36: a TO that nobody serves (S5)."""
    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=party("XX*XXX"))

    assert _is_the_hubs_own(answer, 4001)
    assert "XX*XXX" in answer.json["status_message"]


async def test_a_party_without_a_fitting_role_is_4001(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.12, H1.40: a provider has no Locations to ask for."""
    async with joined(hub, "DE/EMB/EMSP"):
        answer = await emsp.ask("GET", "locations", S, "/LOC1", to=party("DE*EMB"))

    assert _is_the_hubs_own(answer, 4001)


async def test_an_invited_party_is_4003(hub: RunningHub, emsp: Scripted) -> None:
    """H3.12: PLANNED is known, but not connected."""
    await hub.invite("Planned", PartyRole.parse("NL/PLA/CPO"))

    assert _is_the_hubs_own(await emsp.ask("GET", "locations", S, "/LOC1", to=party("NL*PLA")), 4003)


async def test_a_suspended_party_is_4003(hub: RunningHub, emsp: Scripted) -> None:
    """H3.12: nothing is sent to a party that the operator suspended, until it is resumed."""
    async with joined(hub, "NL/SUS/CPO") as platform:
        await hub.hub.partners.suspend("NL-SUS", "unpaid")
        while_suspended = await emsp.ask("GET", "locations", S, "/LOC1", to=party("NL*SUS"))
        reached = len(platform.got("locations"))
        await hub.hub.partners.resume("NL-SUS")
        afterwards = await emsp.ask("GET", "locations", S, "/LOC1", to=party("NL*SUS"))

    assert _is_the_hubs_own(while_suspended, 4003)
    assert (reached, afterwards.status_code) == (0, 1000)


async def test_a_party_that_left_is_4003(hub: RunningHub, emsp: Scripted) -> None:
    """H3.12, H2.30: after DELETE credentials nothing is sent any more."""
    async with joined(hub, "NL/LEF/CPO") as platform:
        await platform.unregister()

        answer = await emsp.ask("GET", "locations", S, "/LOC1", to=party("NL*LEF"))

    assert _is_the_hubs_own(answer, 4003)


async def test_a_missing_endpoint_is_4000(hub: RunningHub, emsp: Scripted) -> None:
    """H3.12: a party that is connected, but whose platform does not have this module."""
    async with Platform("Bare", [PartyRole.parse("NL/BAR/CPO")]) as bare:
        await hub.join(bare)

        answer = await emsp.ask("GET", "locations", S, "/LOC1", to=party("NL*BAR"))

    assert _is_the_hubs_own(answer, 4000)
    assert "locations SENDER" in answer.json["status_message"]


async def test_a_closed_door_is_4003_and_then_offline(whole_settings: Settings, mongodb_url: str) -> None:
    """H3.12, H5.08: who cannot be reached is not connected; once OFFLINE it is not even tried, until it is back (S5)."""
    async with (
        running_hub(whole_settings, mongodb_url) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP") as emsp,
    ):
        await cpo.stop()
        refused_connection = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)
        offline = await _until(emsp, 4003, "OFFLINE")
        cpo.forget()
        await cpo.start()
        await _until(emsp, 1000)

        assert _is_the_hubs_own(refused_connection, 4003)
        assert _is_the_hubs_own(offline, 4003)
        assert hub.hub.partners.find("NL-CPA").reachable


async def _until(emsp: Scripted, status_code: int, said: str = "") -> Answer:
    """Ask until the hub has noticed."""
    answers: list[Answer] = []

    async def noticed() -> bool:
        answers.append(await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO))
        return answers[-1].status_code == status_code and said in str(answers[-1].json.get("status_message"))

    await until(noticed)
    return answers[-1]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_receiver_that_refuses_the_hub_is_4003(cpo: Scripted, emsp: Scripted, status: int) -> None:
    """H3.14: broken credentials between hub and receiver are no 401 of the sender's (S5)."""
    cpo.on("GET", "locations", S, refused(2000, "who are you", status=status))

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert _is_the_hubs_own(answer, 4003)


@pytest.mark.parametrize(
    "reply",
    [
        refused(3000, "broken", status=500),
        refused(3000, "busy", status=503),
        Reply(status=302, headers={"Location": "http://127.0.0.1/elsewhere"}),
        Reply(body=b"<html>It works!</html>"),
        Reply(body=b'{"this is": "no envelope"}'),
        Reply(body=b"[]"),
        Reply(body=b'{"status_code": "1000"}'),
        Reply(body=b'{"status_code": 1000, "data": '),
        Reply(status=418, body=b"teapot"),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:20].decode()}",
)
async def test_an_answer_that_is_none_is_4000(cpo: Scripted, emsp: Scripted, reply: Reply) -> None:
    """H3.14: HTTP 5xx, redirects elsewhere and bodies that are no envelope are told as the hub's own failure."""
    cpo.on("GET", "locations", S, reply)

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert _is_the_hubs_own(answer, 4000)
    assert (reply.status == 200) or str(reply.status) in answer.json["status_message"]


@pytest.mark.parametrize("status", [400, 404, 405])
async def test_a_bare_http_error_keeps_its_status(cpo: Scripted, emsp: Scripted, status: int) -> None:
    """H3.14, H7.02: 400, 404 and 405 pass, in an envelope that the hub writes when the receiver sent none."""
    cpo.on("GET", "locations", S, Reply(status=status, body=b"no"))

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert (answer.status, answer.status_code) == (status, 2000)


async def test_an_empty_success_counts(cpo: Scripted, emsp: Scripted) -> None:
    """H3.14: HTTP 204 without a body is a success that somebody forgot to wrap."""
    emsp.on("PUT", "sessions", R, Reply(status=204))

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)

    assert (answer.status, answer.status_code) == (200, 1000)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.SERVER_ERROR])
async def test_nothing_is_sent_twice(hub: RunningHub, cpo: Scripted, fault: Fault) -> None:
    """H3.15, D1: a push that went wrong is not tried again, then or later (S17)."""
    name = fault.name[:3]
    async with joined(hub, f"DE/{name}/EMSP") as receiver:
        receiver.fail(fault)
        answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=receiver.party)
        receiver.fail(Fault.NONE)
        again = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S2", words.session(id="S2"), to=receiver.party)

        assert answer.status_code == 4000
        assert again.status_code == 1000
        assert [received.segments[-1] for received in receiver.got("sessions")] == ["S1", "S2"]


async def test_each_class_has_its_time(cpo: Scripted, emsp: Scripted) -> None:
    """H3.11, H3.16: authorizations and commands end with 4002 in their own time, while a plain GET may take longer (S5)."""
    released = asyncio.Event()

    async def hold(_: Received) -> None:
        await released.wait()

    for platform, method, module, interface in (
        (cpo, "GET", "locations", S),
        (cpo, "POST", "commands", R),
        (cpo, "PUT", "chargingprofiles", R),
        (emsp, "POST", "tokens", S),
    ):
        platform.on(method, module, interface, hold)
    async with asyncio.TaskGroup() as tasks:
        patient = tasks.create_task(emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO))
        await cpo.wait_for(lambda received: "locations" in received.segments)
        stop = words.stop_session(response_url=f"{emsp.url}/result")
        profile = words.set_charging_profile(response_url=f"{emsp.url}/result")
        late = [
            await cpo.ask("POST", "tokens", S, "/012345678/authorize", to=words.EMSP),
            await emsp.ask("POST", "commands", R, "/STOP_SESSION", stop, to=words.CPO),
            await emsp.ask("PUT", "chargingprofiles", R, "/SESSION1", profile, to=words.CPO),
        ]
        waited = not patient.done()
        released.set()

    assert [(answer.status, answer.status_code) for answer in late] == [(200, 4002)] * 3
    assert waited
    assert patient.result().status_code == 1000


async def test_a_failure_is_the_hubs_answer_in_both_directions(hub: RunningHub, cpo: Scripted) -> None:
    """H1.36, H1.34: an operator that pushes to a stranger hears it from the hub as well, with its own ids."""
    ids = {"X-Request-ID": "request", "X-Correlation-ID": "correlation"}

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=party("XX*XXX"), headers=ids)

    assert answer.status_code == 4001
    assert read_routing(answer.headers) == RoutingHeaders(to=words.CPO, sender=words.HUB)
    assert {name: answer.headers[name] for name in ids} == ids


async def test_broken_json_is_400_and_goes_nowhere(cpo: Scripted, emsp: Scripted) -> None:
    """H3.05, H7.13: what is not JSON is not carried."""
    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", b'{"id": ', to=words.EMSP)

    assert (answer.status, answer.status_code) == (400, 2000)
    assert emsp.got("sessions") == []


async def test_invalid_ocpi_is_carried(cpo: Scripted, emsp: Scripted) -> None:
    """H3.05: well-formed JSON that breaks the rules of its class is the receiver's to judge."""
    emsp.on("PUT", "sessions", R, refused(2001, "kwh is missing"))

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", {"status": "NO_SUCH"}, to=words.EMSP)

    assert (answer.status, answer.status_code, answer.json["status_message"]) == (200, 2001, "kwh is missing")
    assert emsp.got("sessions")[0].json == {"status": "NO_SUCH"}
