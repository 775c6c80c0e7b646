"""The books over the admin API: members, months, CDRs and their disputes."""

import json

import pytest

from hub.money.clearing.entry import ClearedCdr
from tests.hub.auditing.books import keep
from tests.hub.money.clearing.cleared import A, entry
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import joined

KEPT: list[ClearedCdr] = [entry("C1"), entry("C2", net=100, gross=121)]


async def test_members(running: RunningHub, operator: Operator) -> None:
    """They join and leave; one that is not here is 404."""
    async with joined(running, "NL/CPA/CPO"):
        joins = await operator.ask("PUT", "/clearing/parties", {"party": "nl-cpa", "cleared": True})
        assert joins.json == [{"party": "NL*CPA"}]
        assert (await operator.ask("GET", "/clearing/parties")).json == joins.json
        leaves = await operator.ask("PUT", "/clearing/parties", {"party": "NL*CPA", "cleared": False})
        assert leaves.json == []
    assert (await operator.ask("PUT", "/clearing/parties", {"party": "DE*XXX", "cleared": True})).status == 404


async def test_a_month(running: RunningHub, operator: Operator) -> None:
    """Shown, closed, closed again, exported line by line; amounts are decimal strings."""
    await keep(running.hub.store, *KEPT)
    preview = (await operator.ask("GET", "/clearing/2024-03")).json
    closed = (await operator.ask("POST", "/clearing/2024-03/close", {})).json
    again = (await operator.ask("POST", "/clearing/2024-03/close", {})).json
    url = f"{operator.settings.public_url}/admin/v1/clearing/2024-03/export"
    async with operator.http.get(url, headers={"Authorization": f"Bearer {operator.token}"}) as answer:
        lines = [json.loads(line) for line in (await answer.read()).splitlines()]

    assert preview["closed_at"] is None
    assert closed == again
    (statement,) = closed["statements"]
    assert (statement["incl_vat"], statement["vat"], statement["cdrs"]) == ("8.47", "1.47", 2)
    assert statement["vat_groups"] == [{"rate": "21", "excl_vat": "7.00", "vat": "1.47"}]
    assert closed["settlements"][0]["payments"] == [{"from": "NL*P01", "to": "NL*P00", "amount": "8.47"}]
    assert [line["cdr"]["cdr_id"] for line in lines[:-1]] == ["C1", "C2"]
    assert lines[-1]["statements"] == closed["statements"]


@pytest.mark.parametrize(("month", "status"), [("2024-13", 409), ("x", 409), ("2999-01", 409)])
async def test_a_month_that_cannot_be_closed(operator: Operator, month: str, status: int) -> None:
    """No month, or one that is not over."""
    said = await operator.ask("POST", f"/clearing/{month}/close", {})

    assert (said.status, said.error) == (status, "wrong_move")


async def test_a_cdr_is_disputed(running: RunningHub, operator: Operator) -> None:
    """With a reason and a name; what makes no sense is 409, what is not there 404."""
    await keep(running.hub.store, *KEPT)
    path = f"/clearing/cdrs/{A.country_code}-{A.party_id}/C1"

    disputed = await operator.ask("POST", path, {"state": "disputed", "reason": "no such session"})
    again = await operator.ask("POST", path, {"state": "disputed", "reason": "no such session"})
    shown = await operator.ask("GET", path)

    assert disputed.json["state"] == "disputed"
    assert shown.json == disputed.json
    assert (shown.json["changes"][0]["by"], shown.json["dispute"]["reason"]) == ("jan@ops", "no such session")
    assert (again.status, again.error) == (409, "wrong_move")
    assert (await operator.ask("GET", f"{path}X")).error == "unknown_cdr"
    assert (await operator.ask("POST", path, {"state": "credited", "reason": "because"})).status == 400
    assert (await operator.ask("POST", path, {"state": "approved"})).status == 400
