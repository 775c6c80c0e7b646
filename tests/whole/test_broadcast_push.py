"""Broadcast Push: an immediate answer, who hears of it, and what exactly each receiver sees."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from hub.clock import monotonic_s
from hub.config import Settings
from hub.simulate.faults import Fault
from hub.simulate.messages import Received, refused
from hub.simulate.platform import Platform
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.broadcasts import guest, location, put, settled
from tests.whole.platforms import R, Scripted, joined

IDS = {"X-Request-ID": "request-of-the-cpo", "X-Correlation-ID": "correlation-of-the-cpo"}


def _about(object_id: str) -> Callable[[Received], bool]:
    return lambda received: object_id in received.segments


async def test_the_answer_waits_for_nobody(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.20, H3.21, H3.22, H3.27: 1000 at once though one receiver fails and one hangs; the others get it meanwhile (S6)."""
    async with guest(hub, "DE/FAI/EMSP") as failing, guest(hub, "DE/HAN/EMSP") as hanging:
        failing.fail(Fault.SERVER_ERROR)
        hanging.fail(Fault.SLOW, slow_s=30)
        started_s = monotonic_s()
        answers = [await put(cpo, "locations", location("S6", number)) for number in range(5)]
        took_s = monotonic_s() - started_s
        await emsp.wait_for(lambda received: b'"name":"4"' in received.body)
        await hanging.wait_for(_about("S6"))
        await failing.wait_for(_about("S6"))
        held = len(hanging.got("locations"))
        hanging.fail(Fault.NONE)
        failing.fail(Fault.NONE)
        await settled(hub, "locations", words.CPO, "S6")

        assert [(answer.status, answer.status_code, answer.data) for answer in answers] == [(200, 1000, None)] * 5
        assert {read_routing(answer.headers) for answer in answers} == {RoutingHeaders(to=words.CPO, sender=words.HUB)}
        assert took_s < 5
        assert held == 1
        assert [late.got("locations")[-1].json["name"] for late in (failing, hanging)] == ["4", "4"]


async def test_what_receivers_see(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.25, H1.34, H3.02, H3.03, H3.20, H3.25: FROM = hub, TO = themselves, the owner in the URL, the owner's bytes,
    request ids of their own, one correlation id; a platform of two parties gets two requests (S6)."""
    body = words.body(words.tariff(id="SEEN", unknown={"a": words.number("1.10")})).replace(b",", b" ,\n")
    async with guest(hub, "DE/TWA/EMSP", "DE/TWB/EMSP") as two:
        answer = await cpo.ask("PUT", "tariffs", R, "/nl/CPA/SEEN", body, to=words.HUB, headers=IDS)
        await settled(hub, "tariffs", words.CPO, "SEEN")

        received = [*emsp.got("tariffs"), *two.got("tariffs")]

    assert {name: answer.headers[name] for name in IDS} == IDS
    assert {(one.method, one.body, one.from_) for one in received} == {("PUT", body, words.HUB)}
    assert sorted(str(one.to) for one in received) == ["DE*EMA", "DE*TWA", "DE*TWB"]
    assert {one.segments[-4:] for one in received} == {("tariffs", "nl", "CPA", "SEEN")}
    assert {one.headers["X-Correlation-ID"] for one in received} == {IDS["X-Correlation-ID"]}
    assert len({UUID(one.headers["X-Request-ID"]) for one in received}) == 3


async def test_errors_of_receivers_are_not_told(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.21, H3.28: a receiver that refuses is no business of the sender's, and is not asked again (S17)."""
    emsp.on("PUT", "tariffs", R, refused(2001, "I do not like it"))

    first = await put(cpo, "tariffs", words.tariff(id="REFUSED"))
    await settled(hub, "tariffs", words.CPO, "REFUSED")

    assert first.status_code == 1000
    assert len(emsp.got("tariffs")) == 1


ROLES = ("CPO", "NAP", "EMSP", "NSP", "OTHER", "SCSP")
OPERATORS_TOLD = {"CPO": {"NAP", "EMSP", "NSP", "OTHER"}, "NAP": {"EMSP", "NSP", "OTHER"}}
PROVIDERS_TOLD = {"EMSP": {"CPO"}, "OTHER": {"CPO"}}


@pytest.fixture(scope="module")
async def world(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[tuple[RunningHub, Mapping[str, Scripted]]]:
    """A hub with one platform for each role, and others that host two or lack the modules."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running_hub(whole_settings, mongodb_url))
        platforms = {
            role: await stack.enter_async_context(joined(hub, f"FR/R{number}A/{role}"))
            for number, role in enumerate(ROLES)
        }
        platforms["both"] = await stack.enter_async_context(joined(hub, "FR/TWO/CPO", "FR/TWP/EMSP", "FR/TWO/EMSP"))
        bare = await stack.enter_async_context(Platform("Bare", [PartyRole.parse("FR/BAR/EMSP")]))
        await hub.join(bare)
        yield hub, platforms


def _owned(module: str, sender: Scripted, object_id: str) -> words.Words:
    owner = {"country_code": sender.party.country_code, "party_id": sender.party.party_id}
    made = {"locations": words.location, "tariffs": words.tariff}.get(module)
    return made(id=object_id, **owner) if made else words.token(uid=object_id, **owner)


@pytest.mark.parametrize("role", [*ROLES, "both"])
@pytest.mark.parametrize("module", ["locations", "tariffs", "tokens"])
async def test_who_hears_whom(world: tuple[RunningHub, Mapping[str, Scripted]], module: str, role: str) -> None:
    """H3.23, H3.24: the table of roles, whole; never a party on the sender's own platform; others' pushes are 2001 (S7)."""
    hub, platforms = world
    sender, object_id = platforms[role], f"{module}-{role}"
    for platform in platforms.values():
        platform.forget()

    answer = await put(sender, module, _owned(module, sender, object_id))

    table = PROVIDERS_TOLD if module == "tokens" else OPERATORS_TOLD
    told = table.get({"both": "EMSP" if module == "tokens" else "CPO"}.get(role, role))
    if told is None:
        assert (answer.status, answer.status_code) == (200, 2001)
        assert all(platform.got(module) == [] for platform in platforms.values())
        return
    assert answer.status_code == 1000
    await settled(hub, module, sender.party, "rfid/" + object_id if module == "tokens" else object_id)
    got = {name: len(platform.got(module)) for name, platform in platforms.items()}
    wanted = {name: int(name in told and name != role) for name in ROLES}
    both = 0 if role == "both" else {"CPO": 1, "EMSP": 2}[next(iter(told & {"CPO", "EMSP"}))]
    assert got == wanted | {"both": both}


@pytest.mark.parametrize("status", ["OFFLINE", "SUSPENDED", "PLANNED"])
async def test_who_is_not_connected_is_sent_nothing(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, status: str
) -> None:
    """H3.24, H5.08: only CONNECTED parties are sent a broadcast."""
    name = f"DE/{status[:3]}/EMSP"
    if status == "PLANNED":
        await hub.invite(name, PartyRole.parse(name))
        answer = await put(cpo, "tariffs", words.tariff(id=status))
        await settled(hub, "tariffs", words.CPO, status)
        assert answer.status_code == 1000
        return
    async with guest(hub, name) as away:
        if status == "SUSPENDED":
            await hub.hub.partners.suspend(name, "for the test")
        else:
            await away.stop()
            await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=away.party)
        away.forget()
        answer = await put(cpo, "tariffs", words.tariff(id=status))
        await emsp.wait_for(_about(status))

        assert answer.status_code == 1000
        assert away.got("tariffs") == []


async def test_publish_false_is_told_like_any_other(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.29: it restricts who is shown a Location, not who is told."""
    answer = await put(cpo, "locations", words.location(id="HIDDEN", publish=False))
    received = await emsp.wait_for(_about("HIDDEN"))

    assert answer.status_code == 1000
    assert received.json["publish"] is False


@pytest.mark.parametrize("module", ["sessions", "cdrs", "commands", "chargingprofiles"])
async def test_what_is_private_is_never_broadcast(cpo: Scripted, emsp: Scripted, module: str) -> None:
    """H3.20, H3.40: with TO = the hub it is 2001, and nobody gets it (S8)."""
    asked = {
        "sessions": (cpo, "PUT", "/NL/CPA/SESSION1", words.session()),
        "cdrs": (cpo, "POST", "", words.cdr()),
        "commands": (emsp, "POST", "/STOP_SESSION", words.stop_session(response_url=f"{emsp.url}/result")),
        "chargingprofiles": (emsp, "PUT", "/SESSION1", words.set_charging_profile(response_url=f"{emsp.url}/result")),
    }
    sender, method, suffix, body = asked[module]

    answer = await sender.ask(method, module, R, suffix, body, to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert (cpo.got(module), emsp.got(module)) == ([], [])
