"""hubctl routes and parties, against a running hub."""

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from tests import words
from tests.operating import Operator
from tests.running import RunningHub


async def test_rules_from_the_command_line(operator: Operator) -> None:
    """deny, allow, list and unset, in any spelling of a party; unset of what is not there is exit 3."""
    denied = await operator.hubctl("routes", "deny", "--from", "NL-CPA", "--to", "any")
    await operator.hubctl("routes", "allow", "--from", "nl-cpa", "--to", "DE*EMA", "--module", "Commands", "--json")
    listed = await operator.hubctl("routes", "list")
    gone = await operator.hubctl("routes", "unset", "--from", "NL/CPA", "--to", "*")
    again = await operator.hubctl("routes", "unset", "--from", "NL-CPA", "--to", "*")

    assert denied.err.splitlines() == ["Denied: NL*CPA → *, all modules.", "! NL*CPA is not a party at this hub yet"]
    assert sorted(row[:4] for row in listed.rows) == [
        ["NL*CPA", "*", "*", "deny"],
        ["NL*CPA", "DE*EMA", "commands", "allow"],
    ]
    assert gone.exit_code == 0
    assert again.exit_code == 3


async def test_a_rule_needs_both_ends(operator: Operator) -> None:
    """Nobody denies everything to everyone by leaving words out: --from and --to are needed."""
    assert (await operator.hubctl("routes", "deny")).exit_code == 2
    assert (await operator.hubctl("routes", "deny", "--from", "NL-CPA")).exit_code == 2
    wrong = await operator.hubctl("routes", "deny", "--from", "NLX-CPA", "--to", "any")
    assert wrong.exit_code == 2
    assert "--from" in wrong.err


async def test_a_route_that_goes_and_one_that_does_not(running: RunningHub, operator: Operator) -> None:
    """Exit 0 and the plan when a message would arrive; exit 1, the rule and the command that mends it when not."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        line = ("routes", "test", "--from", "NL-CPA", "--to", "DE-EMA", "--module", "locations")
        goes = await operator.hubctl(*line)
        await running.deny(words.CPO, None, "locations")
        denied = await operator.hubctl(*line)
        as_json = await operator.hubctl(*line, "--json")

    assert goes.exit_code == 0
    assert goes.out.splitlines()[:2] == [
        "GOES   NL*CPA → DE*EMA locations",
        "RECEIVER interface: forward to DE*EMA EMSP   rule: default",
    ]
    assert denied.exit_code == 1
    assert "rule: NL*CPA>*/locations" in denied.out
    assert "→  hubctl routes allow --from NL-CPA --to DE-EMA --module locations" in denied.out
    assert (as_json.exit_code, as_json.json["ok"]) == (1, False)


async def test_parties_in_a_pipe(running: RunningHub, operator: Operator) -> None:
    """One line for each party and role."""
    async with Cpo(words.CPO) as cpo:
        await running.join(cpo)

        listed = await operator.hubctl("parties", "list")

    assert [row[:4] for row in listed.rows] == [["NL*CPA", "CPO", "CONNECTED", cpo.name]]
