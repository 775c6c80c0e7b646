"""The contract suite over the admin API: a run tells its steps, verdicts can be read, an override has its reason and its end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from hub import verdicts
from hub.clock import now_utc
from hub.simulate.cpo import Cpo
from hub.simulate.defects import known
from hub.simulate.reference import reference_cpo
from hub.wire.party import PartyRole
from tests.operating import Operator
from tests.running import HUB, RunningHub

NAME = "Power Dot France"
OVERRIDE = {"side": "CPO", "module": "cdrs", "hours": 2, "reason": "a fix is coming tonight"}


@pytest.fixture
async def cpo(running: RunningHub) -> AsyncIterator[Cpo]:
    """The reference operator at the hub."""
    async with reference_cpo(counterpart=HUB) as platform:
        await running.join(platform)
        yield platform


async def verify(operator: Operator, name: str = NAME, **body: Any) -> list[dict[str, Any]]:
    """Every line of a run."""
    url = f"{operator.url}/admin/v1/partners/{name}/verify"
    headers = {"Authorization": f"Bearer {operator.token}"}
    async with operator.http.post(url, json=body, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/x-ndjson"
        return [orjson.loads(line) for line in (await answer.read()).splitlines()]


async def test_a_run_tells_its_steps_and_then_its_outcome(cpo: Cpo, operator: Operator) -> None:
    """Each step says how far it is; the last line holds the whole report, which can be read again later."""
    *steps, outcome = await verify(operator, modules=["locations"])
    (run,) = outcome["runs"]
    kept = await operator.ask("GET", f"/verifications/{run['run_id']}")

    assert [step["done"] for step in steps] == sorted(step["done"] for step in steps)
    assert steps[-1]["done"] == steps[-1]["of"] == len(run["report"]["results"])
    assert (run["side"], run["mode"], run["modules"]) == ("CPO", "observe", ["locations"])
    assert kept.json == run["report"]


async def test_verdicts_can_be_read_with_their_signatures(running: RunningHub, cpo: Cpo, operator: Operator) -> None:
    """Where it stands, what is signed and learned, which runs there were; partner show says it shortly."""
    cpo.defect = known()["CDR-01"]
    await verify(operator)
    said = (await operator.ask("GET", f"/partners/{NAME}/verdict")).json
    shown = (await operator.ask("GET", f"/partners/{NAME}")).json
    by_module = {one["module"]: one for one in said["standings"]}
    keys = verdicts.published(running.hub.secrets.verdict_public_keys)

    assert by_module["cdrs"]["failed_blockers"] == ["CDR-01"]
    assert (by_module["cdrs"]["carries"], by_module["locations"]["carries"]) == (False, True)
    for one in said["standings"]:
        assert verdicts.check(one["signed"].encode(), keys)["module"] == one["module"]
    assert {one["module"]: one["state"] for one in shown["standings"]} == {
        one["module"]: one["state"] for one in said["standings"]
    }
    assert [run["modules"] for run in said["runs"]] == [sorted(by_module)]
    assert (said["learned"]["raw_token"], said["faults"], said["require"]) == ("HTTP 200", [], "off")


async def test_who_cannot_be_verified_is_told_why(running: RunningHub, operator: Operator) -> None:
    """An unknown name is 404 before anything begins; an invitation ends in a line that says so."""
    await running.invite("Nobody yet", PartyRole.parse("NL/NYT/CPO"))
    unknown = await operator.ask("POST", "/partners/NOBODY/verify", {})
    wrong = await operator.ask("POST", "/partners/NOBODY/verify", {"mode": "destroy"})
    (line,) = await verify(operator, "Nobody yet")

    assert (unknown.status, wrong.status) == (404, 400)
    assert "mode: " in wrong.json["error"]["message"]
    assert "only a registered partner" in line["error"]["message"]


async def test_an_override_counts_for_its_time_and_is_logged(cpo: Cpo, operator: Operator) -> None:
    """The module carries again, with reason and end; hours 0 ends it; each time the log says who did it."""
    cpo.defect = known()["CDR-01"]
    await verify(operator)
    with capture_logs() as lines:
        let = await operator.ask("POST", f"/partners/{NAME}/override", OVERRIDE)
        ended = await operator.ask("POST", f"/partners/{NAME}/override", OVERRIDE | {"hours": 0})
    (open_,) = [one for one in let.json if one["module"] == "cdrs"]
    (shut,) = [one for one in ended.json if one["module"] == "cdrs"]
    life = datetime.fromisoformat(open_["override_until"]) - now_utc()
    logged = [line for line in lines if line["event"] == "verdict_overridden"]

    assert (open_["carries"], open_["override_reason"]) == (True, OVERRIDE["reason"])
    assert timedelta(minutes=118) < life < timedelta(minutes=121)
    assert (shut["carries"], shut["override_until"], shut["override_reason"]) == (False, None, "")
    assert [(line["by"], line["module"], line["reason"]) for line in logged] == [
        (operator.name, "cdrs", OVERRIDE["reason"])
    ] * 2


async def test_an_override_needs_a_reason_an_end_and_a_verdict(cpo: Cpo, operator: Operator) -> None:
    """Too long, without a word, of no side: 400 with the field; of a module that nobody judged: 404."""
    for changes, field in (
        ({"hours": 90 * 24 + 1}, "hours: "),
        ({"hours": -1}, "hours: "),
        ({"reason": "x"}, "reason: "),
        ({"side": "HUB"}, "side: "),
        ({"module": "../x"}, "module: "),
    ):
        refused = await operator.ask("POST", f"/partners/{NAME}/override", OVERRIDE | changes)
        assert refused.status == 400
        assert field in refused.json["error"]["message"]
    unjudged = await operator.ask("POST", f"/partners/{NAME}/override", OVERRIDE)
    assert (unjudged.status, unjudged.error) == (404, "unknown_standing")


async def test_a_report_that_is_not_there(operator: Operator) -> None:
    """404 with the command that lists them."""
    said = await operator.ask("GET", "/verifications/none")

    assert (said.status, said.error) == (404, "unknown_run")
