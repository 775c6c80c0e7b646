"""Who may send what to whom, and what did pass."""

from hub.simulate.platform import Platform
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import S, joined


async def test_it_tells_rules_and_traffic(running: RunningHub, operator: Operator) -> None:
    """Parties with their roles, a rule's modules for each pair it forbids, and the messages that went from one to another."""
    async with joined(running, "NL/CPA/CPO") as cpo, joined(running, "DE/EMA/EMSP"):
        await running.deny(words.EMSP, words.CPO, "commands")
        await cpo.ask("GET", "tokens", S, "?limit=1", to=words.EMSP)
        said = (await operator.ask("GET", "/matrix")).json

    assert {one["party"]: one["roles"] for one in said["parties"]} == {"NL*CPA": ["CPO"], "DE*EMA": ["EMSP"]}
    assert said["denied"] == [{"from": "DE*EMA", "to": "NL*CPA", "modules": ["commands"]}]
    assert {"from": "NL*CPA", "to": "DE*EMA", "messages": 1} in said["passed"]
    assert (said["hub"], said["not_shown"]) == ("NL*HUB", 0)


async def test_without_rules_nothing_is_forbidden(running: RunningHub, operator: Operator) -> None:
    """No rule, no pair."""
    async with Platform("GreenPlug", [PartyRole(party=words.CPO, role=Role.CPO)]) as platform:
        await running.join(platform)

        assert (await operator.ask("GET", "/matrix")).json["denied"] == []
