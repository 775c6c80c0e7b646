"""CDR policies over the admin API; what came of CDRs that passed is tested through a whole hub (tests/whole)."""

import pytest

from hub.store.cdr_records import CdrFilter
from tests.hub.store.test_cdr_verdicts import verdict
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import joined

WISH = {"party": "NL-CPA", "direction": "sent", "mode": "flag"}


async def test_a_policy(running: RunningHub, operator: Operator) -> None:
    """Set, changed, shown with who did it, and ended; it is on the platform, so every process knows it."""
    async with joined(running, "NL/CPA/CPO"):
        first = await operator.ask("PUT", "/cdrs/policies", WISH | {"max_cost": "100"})
        second = await operator.ask("PUT", "/cdrs/policies", WISH | {"mode": "hold", "hold_on": "error"})
        listed = await operator.ask("GET", "/cdrs/policies")
        ended = await operator.ask("PUT", "/cdrs/policies", WISH | {"mode": "off"})

    assert (first.json[0]["mode"], first.json[0]["max_cost"]) == ("flag", "100")
    assert second.json == listed.json
    (found,) = listed.json
    assert (found["party"], found["direction"], found["mode"], found["hold_on"]) == ("NL*CPA", "sent", "hold", "error")
    assert (found["changed_by"], found["max_cost"]) == ("jan@ops", "")
    assert ended.json == []


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"party": "NL-XXX"}, 404, "NL*XXX"),
        ({"party": "x"}, 400, "x"),
        ({"mode": "watch"}, 400, "mode"),
        ({"direction": "up"}, 400, "direction"),
        ({"max_cost": "much"}, 400, "max_cost"),
        ({"tolerance": "-1"}, 400, "tolerance"),
        ({"max_age_days": -1}, 400, "max_age_days"),
        ({"other": 1}, 400, "other"),
    ],
)
async def test_a_policy_that_cannot_be(
    running: RunningHub, operator: Operator, change: dict[str, object], status: int, named: str
) -> None:
    """The field is named, and nothing is changed."""
    said = await operator.ask("PUT", "/cdrs/policies", WISH | change)

    assert said.status == status
    assert named in said.json["error"]["message"]
    assert (await operator.ask("GET", "/cdrs/policies")).json == []


async def test_verdicts(running: RunningHub, operator: Operator) -> None:
    """Filtered as asked; an unknown CDR is 404, a wrong word 400."""
    store = running.hub.store.cdr_verdicts
    from hub.clock import now_utc

    await store.put(verdict(1, at=now_utc(), verdict="MISMATCH", cause="", flagged=True))
    await store.put(verdict(2, at=now_utc(), verdict="EXPLAINED", cause="utc_clock", rules=("C-COST W",)))
    assert len(await store.find(CdrFilter())) == 2

    async def ids(query: str) -> list[str]:
        return [one["cdr"] for one in (await operator.ask("GET", f"/cdrs?{query}")).json]

    assert await ids("") == ["C2", "C1"]
    assert await ids("verdict=MISMATCH&verdict=EXACT") == ["C1"]
    assert await ids("cause=utc_clock&rule=C-COST&party=NL-CPA") == ["C2"]
    assert await ids("flagged=true&held=false") == ["C1"]
    assert await ids("party=NL-XXX") == []
    counted = await operator.ask("GET", "/cdrs/counts")
    assert {row["verdict"]: row["cdrs"] for row in counted.json["counts"]} == {"MISMATCH": 1, "EXPLAINED": 1}
    assert (await operator.ask("GET", "/cdrs/NL-CPA/none")).error == "unknown_cdr"
    for wrong in ("verdict=GOOD", "rule=x;y", "limit=0", "party=x"):
        assert (await operator.ask("GET", f"/cdrs?{wrong}")).status == 400
