"""hubctl partner verify, verdict, override: what an operator does with a partner and the contract suite."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession

from hub.cli.errors import ExitCode
from hub.clock import now_utc
from hub.simulate.cpo import Cpo
from hub.simulate.defects import known
from hub.simulate.reference import reference_cpo
from hub.store.judgements import Fault
from hub.wire.party import PartyRole
from tests.operating import Operator
from tests.running import HUB, RunningHub

NAME = "Power Dot France"


@pytest.fixture
async def cpo(running: RunningHub) -> AsyncIterator[Cpo]:
    """The reference operator at the hub."""
    async with reference_cpo(counterpart=HUB) as platform:
        await running.join(platform)
        yield platform


async def test_a_clean_partner_is_verified(cpo: Cpo, operator: Operator) -> None:
    """Exit code 0, a line with the counts, and the words say where to go on; the party id names the partner as well."""
    ended = await operator.hubctl("partner", "verify", "FR-PDR")
    stands = await operator.hubctl("partner", "verdict", NAME)

    assert ended.exit_code == ExitCode.OK
    assert ended.out.startswith("CPO observe: ")
    assert " 0 failed" in ended.out
    assert "hubctl partner verdict" in ended.err
    assert {tuple(row[:3]) for row in stands.rows} == {
        ("CPO", module, "VERIFIED") for module in ("cdrs", "locations", "sessions", "tariffs")
    }


async def test_what_failed_is_told_with_both_sides(cpo: Cpo, operator: Operator) -> None:
    """Exit code 1; the check, its module, what was expected and what came; as JSON the report is whole."""
    cpo.defect = known()["CDR-01"]
    ended = await operator.hubctl("partner", "verify", NAME, "--module", "cdrs")
    as_json = await operator.hubctl("partner", "verify", NAME, "--module", "cdrs", "--json")
    (run,) = as_json.json

    assert (ended.exit_code, as_json.exit_code) == (ExitCode.PROBLEMS, ExitCode.PROBLEMS)
    assert "CDR-01 cdrs" in ended.out
    assert "expected " in ended.err
    assert not run["report"]["ok"]
    assert (cpo.issued_token or "") not in as_json.out + ended.out + ended.err


async def test_who_cannot_be_verified(running: RunningHub, operator: Operator) -> None:
    """A name that nobody has, and a partner that is only invited: an exit code and a sentence each."""
    await running.invite("Nobody yet", PartyRole.parse("NL/NYT/CPO"))
    unknown = await operator.hubctl("partner", "verify", "NOBODY")
    invited = await operator.hubctl("partner", "verify", "Nobody yet")

    assert (unknown.exit_code, invited.exit_code) == (ExitCode.NOT_FOUND, ExitCode.PROBLEMS)
    assert "only a registered partner" in invited.err


async def test_saved_verdicts_can_be_checked_without_the_hub(
    running: RunningHub, cpo: Cpo, operator: Operator, tmp_path: Path
) -> None:
    """`--save` writes a file for each, the published keys check it, and a changed byte is refused."""
    url = f"{running.settings.public_url}/.well-known/ocpi-hub-keys.json"
    async with ClientSession() as http, http.get(url) as answer:
        (tmp_path / "keys.json").write_bytes(await answer.read())
    await operator.hubctl("partner", "verify", NAME, "--module", "cdrs")
    saved = await operator.hubctl("partner", "verdict", NAME, "--save", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").iterdir()
    words = ("verdict", "check", str(file), "--keys", str(tmp_path / "keys.json"))
    good, as_json = await operator.hubctl(*words), await operator.hubctl(*words, "--json")
    file.write_bytes(file.read_bytes().replace(b'"green":true', b'"green":null'))
    bad = await operator.hubctl(*words)

    assert (saved.exit_code, file.name) == (0, "CPO-cdrs.json")
    assert (good.exit_code, as_json.json["module"], as_json.json["green"]) == (0, "cdrs", True)
    assert f"{NAME} CPO cdrs" in good.out
    assert (bad.exit_code, bad.out) == (ExitCode.PROBLEMS, "")
    assert bad.err.startswith("Refused: ")


async def test_files_that_are_none(operator: Operator, tmp_path: Path) -> None:
    """A missing file, a directory, keys that are no JSON: exit code 2 with the argument's name."""
    (tmp_path / "keys.json").write_text("{")
    (tmp_path / "verdict.json").write_text("{}")
    keys = await operator.hubctl(
        "verdict", "check", str(tmp_path / "verdict.json"), "--keys", str(tmp_path / "keys.json")
    )
    missing = await operator.hubctl(
        "verdict", "check", str(tmp_path / "none"), "--keys", str(tmp_path / "verdict.json")
    )
    folder = await operator.hubctl("verdict", "check", str(tmp_path), "--keys", str(tmp_path / "verdict.json"))

    assert {keys.exit_code, missing.exit_code, folder.exit_code} == {ExitCode.USAGE}
    assert "--keys" in keys.err
    assert "FILE" in missing.err


async def test_an_override_says_until_when_and_why(cpo: Cpo, operator: Operator) -> None:
    """The line of the module shows it, and `partner show` does; without --yes nothing happens in a pipe."""
    cpo.defect = known()["CDR-01"]
    await operator.hubctl("partner", "verify", NAME, "--module", "cdrs")
    words = (
        "partner",
        "override",
        NAME,
        "--side",
        "CPO",
        "--module",
        "cdrs",
        "--reason",
        "fixed tonight",
        "--for",
        "2d",
    )
    unasked = await operator.hubctl(*words)
    done = await operator.hubctl(*words, "--yes")
    shown = await operator.hubctl("partner", "show", NAME, "--json")
    (cdrs,) = [one for one in shown.json["standings"] if one["module"] == "cdrs"]

    assert unasked.exit_code == ExitCode.USAGE
    assert "let pass until" in done.out
    assert "fixed tonight" in done.out
    assert (cdrs["carries"], cdrs["override_reason"]) == (True, "fixed tonight")


async def test_what_carried_messages_broke_is_shown(running: RunningHub, cpo: Cpo, operator: Operator) -> None:
    """Passive checks: the rule and how often, in `partner show` and with the verdicts."""
    platform = running.hub.partners.find(NAME)
    rule = "sessions /status: not one of its values"
    fault = Fault(platform_id=platform.platform_id, rule=rule, count=7, last_at=now_utc(), correlation_id="c")
    await running.hub.store.faults.add([fault])
    shown = await operator.hubctl("partner", "show", NAME)
    verdict = await operator.hubctl("partner", "verdict", NAME, "--json")

    assert rule in shown.out
    assert orjson.loads(verdict.out)["faults"][0]["count"] == 7
