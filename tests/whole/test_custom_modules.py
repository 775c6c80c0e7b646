"""Modules that the hub does not know are carried between parties that name each other."""

from typing import Any

import pytest

from hub.platform import Effect
from hub.simulate.messages import Answer, Received, Reply, ok
from hub.simulate.platform import Platform
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import FUNCTIONAL, R, S, Scripted, party

METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE"]


async def _custom(hub: RunningHub, sender: Scripted, method: str, suffix: str, **call: Any) -> Answer:
    return await sender.call(method, hub.url("nltnm-tokens", S, suffix), from_=sender.party, **call)


async def test_a_custom_module_is_carried(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.31, H1.33, H3.02, H3.04: any method and path of a module that the hub does not know, byte for byte."""

    async def answer(received: Received, _: tuple[str, ...]) -> Reply:
        return ok({"path": received.target, "body": received.body.decode()})

    async with Platform("Custom", [PartyRole.parse("NL/CUS/OTHER")]) as platform:
        platform.serve("nltnm-tokens", S, answer)
        await hub.join(platform)
        suffix = "/own/%C3%A9?b=1&a=+"
        answers = [
            await _custom(hub, emsp, method, suffix, body=b'{ "x":1.10}', to=party("NL*CUS")) for method in METHODS
        ]
        other_side = await emsp.call("GET", hub.url("nltnm-tokens", R), to=party("NL*CUS"), from_=words.EMSP)

        wanted = {"path": f"/ocpi/2.2.1/sender/nltnm-tokens{suffix}", "body": '{ "x":1.10}'}
        assert [answer.data for answer in answers] == [wanted] * len(METHODS)
        assert {(received.to, received.from_) for received in platform.requests if "nltnm-tokens" in received.path} == {
            (party("NL*CUS"), words.EMSP)
        }
        assert read_routing(answers[0].headers) == RoutingHeaders(to=words.EMSP, sender=party("NL*CUS"))
        assert other_side.status_code == 4000


@pytest.mark.parametrize("to", [None, words.HUB, party("XX*XXX")])
async def test_a_custom_module_needs_a_receiver(hub: RunningHub, emsp: Scripted, to: Any) -> None:
    """H1.33, H3.42: what the hub does not know it neither broadcasts nor routes by content."""
    answer = await _custom(hub, emsp, "GET", "/1", to=to)

    assert (answer.status, answer.status_code) == (200, 4001)


async def test_a_custom_module_is_shown_to_those_who_agreed(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H2.05, H2.07: version details list a custom module only for parties that an agreement names."""
    await hub.hub.partners.agree(words.CPO, party("NL*QQQ"), ModuleId("nltnm-tokens"), Effect.ALLOW)

    details = [
        (await platform.call("GET", f"{hub.settings.ocpi_url}/2.2.1")).data["endpoints"] for platform in (cpo, emsp)
    ]

    custom = [[one for one in listed if one["identifier"] == "nltnm-tokens"] for listed in details]
    assert {(one["role"], one["url"]) for one in custom[0]} == {
        (interface.value, hub.url("nltnm-tokens", interface)) for interface in Interface
    }
    assert custom[1] == []
    standard = [(one["identifier"], one["role"]) for one in details[1]]
    assert sorted(standard) == sorted(
        [(module.identifier, interface.value) for module in FUNCTIONAL for interface in Interface]
        + [("credentials", "SENDER"), ("hubclientinfo", "SENDER")]
    )
