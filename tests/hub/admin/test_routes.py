"""Agreements over the admin API."""

from hub.simulate.platform import Platform
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub

CPO = PartyRole(party=words.CPO, role=Role.CPO)
EMSP = PartyRole(party=words.EMSP, role=Role.EMSP)


async def test_rules_come_and_go(operator: Operator) -> None:
    """A rule is listed with who made it, replaced by one on the same triple, and gone after it was taken away."""
    triple = {"from": "nl-cpa", "to": "*", "module": "locations"}
    denied = await operator.ask("PUT", "/routes", triple | {"effect": "deny"})
    await operator.ask("PUT", "/routes", triple | {"effect": "allow"})
    listed = await operator.ask("GET", "/routes")
    gone = await operator.ask("DELETE", "/routes?from=NL*CPA&to=*&module=locations")
    again = await operator.ask("DELETE", "/routes?from=NL*CPA&to=*&module=locations")

    assert denied.json["warnings"] == ["NL*CPA is not a party at this hub yet"]
    assert [(one["from"], one["to"], one["module"], one["effect"], one["created_by"]) for one in listed.json] == [
        ("NL*CPA", "*", "locations", "allow", "jan@ops")
    ]
    assert gone.status == 200
    assert (again.status, again.error) == (404, "unknown_rule")


async def test_words_that_are_none_are_refused(operator: Operator) -> None:
    """A party, a module or an effect that is none is 400; a module that OCPI does not have is a warning."""
    for wrong in ({"from": "Netherlands"}, {"module": "two words"}, {"effect": "perhaps"}):
        said = {"from": "*", "to": "*", "effect": "deny", "module": "cdrs"} | wrong
        assert (await operator.ask("PUT", "/routes", said)).status == 400
    custom = await operator.ask("PUT", "/routes", {"from": "*", "to": "*", "effect": "deny", "module": "locatoins"})
    assert "locatoins is not a module of OCPI" in custom.json["warnings"][0]


async def test_a_route_is_tried_without_a_message(running: RunningHub, operator: Operator) -> None:
    """The same rule that refuses a message is named by the test, and the test changes with it."""
    async with Platform("GreenPlug", [CPO]) as cpo, Platform("MapApp", [EMSP]) as emsp:
        await running.join(cpo)
        await running.join(emsp)
        path = "/routes/test?from=NL-CPA&to=DE-EMA&module=hubclientinfo"
        never = await operator.ask("GET", path)
        await running.deny(words.CPO, words.EMSP, "cdrs")
        denied = await operator.ask("GET", "/routes/test?from=NL-CPA&to=DE-EMA&module=cdrs")

        assert never.json["ok"] is False
        assert denied.json["ok"] is False
        assert denied.json["ways"][0]["rule"] == "NL*CPA>DE*EMA/cdrs"
        assert (denied.json["from"], denied.json["to"]) == ("NL*CPA", "DE*EMA")
