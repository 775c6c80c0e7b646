"""hubctl cdrs list, show, counts and policy, and hubctl clearing, against a running hub."""

import csv
import json
from pathlib import Path

from hub.clock import now_utc
from hub.simulate.messages import Reply
from tests import words
from tests.hub.auditing.books import keep
from tests.hub.money.checking.cases import cdr
from tests.hub.money.clearing.cleared import entry
from tests.hub.money.sessions import amount
from tests.hub.store.test_cdr_verdicts import verdict
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import R, S, joined, until

WRONG = cdr(id="WRONG", total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21"))


async def test_from_the_wish_to_the_explanation(running: RunningHub, operator: Operator) -> None:
    """A party wants its CDRs flagged; one passes; list, show and counts tell of it."""
    async with joined(running, "NL/CPA/CPO") as cpo, joined(running, "DE/EMA/EMSP"):
        wish = ("cdrs", "policy", "set", "DE-EMA", "--direction", "received")
        wished = await operator.hubctl(*wish, "--mode", "flag", "--limit-cost", "5", "--json")
        await cpo.ask("POST", "cdrs", R, "", words.body(WRONG), to=words.EMSP)

        async def there() -> bool:
            return bool((await operator.hubctl("cdrs", "list", "--json")).json)

        await until(there)
        listed = await operator.hubctl("cdrs", "list", "--party", "NL-CPA", "--verdict", "explained")
        shown = await operator.hubctl("cdrs", "show", "NL-CPA", "wrong")
        counted = await operator.hubctl("cdrs", "counts", "--since", "1h")
        policies = await operator.hubctl("cdrs", "policy", "list")
        ended = await operator.hubctl(*wish, "--mode", "off", "--json")

    assert wished.json[0]["mode"] == "flag"
    assert listed.rows[0][1:5] == ["NL*CPA", "DE*EMA", "WRONG", "EXPLAINED"]
    assert "flat_each_period" in listed.rows[0]
    lines = shown.out.splitlines()
    assert lines[:2] == ["EXPLAINED  NL*CPA → DE*EMA WRONG  pushed", "the sender charges FLAT in each period"]
    assert "  /total_cost/excl_vat: stated 6.50, computed 6.00" in lines
    assert any(line.split()[:2] == ["total", "EUR"] for line in lines)
    assert counted.rows == [["NL*CPA", "EXPLAINED", "1"]]
    assert policies.rows[0][:3] == ["DE*EMA", "received", "flag"]
    assert ended.json == []


async def test_how_they_came(running: RunningHub, operator: Operator) -> None:
    """One is pushed, and listed beside one that is not: each is shown with how it came, each is counted once."""
    pushed, pulled = WRONG | {"id": "PUSHED"}, WRONG | {"id": "PULLED", "session_id": "S2"}
    async with joined(running, "NL/CPA/CPO") as cpo, joined(running, "DE/EMA/EMSP") as emsp:
        wish = ("cdrs", "policy", "set", "DE-EMA", "--direction", "received", "--mode", "hold", "--limit-late", "24")
        wished = await operator.hubctl(*wish, "--yes", "--json")
        await cpo.ask("POST", "cdrs", R, "", words.body(pushed), to=words.EMSP)

        async def seen(count: int) -> bool:
            return len((await operator.hubctl("cdrs", "list", "--json")).json) == count

        await until(lambda: seen(1))
        listing = b'{"status_code":1000,"data":[' + words.body(pushed) + b"," + words.body(pulled) + b"]}"
        cpo.on("GET", "cdrs", S, Reply(body=listing))
        await emsp.ask("GET", "cdrs", S, to=words.CPO)
        await until(lambda: seen(2))
        only = {came: await operator.hubctl("cdrs", "list", "--came", came, "--json") for came in ("pushed", "pulled")}
        listed = await operator.hubctl("cdrs", "list")
        shown = await operator.hubctl("cdrs", "show", "NL-CPA", "pulled")
        counted = await operator.hubctl("cdrs", "counts")
        wrong = await operator.hubctl("cdrs", "list", "--came", "walking")

    assert wished.json[0]["max_late_hours"] == 24
    assert {came: [one["cdr"] for one in ended.json] for came, ended in only.items()} == {
        "pushed": ["PUSHED"],
        "pulled": ["PULLED"],
    }
    assert {row[3]: {"pushed", "pulled"} & {*row} for row in listed.rows} == {
        "PUSHED": {"pushed"},
        "PULLED": {"pulled"},
    }
    assert shown.out.splitlines()[0] == "EXPLAINED  NL*CPA → DE*EMA PULLED  pulled"
    assert counted.rows == [["NL*CPA", "EXPLAINED", "2"]]
    late = {one["cdr"]: "C-LATE I" in one["rules"] for ended in only.values() for one in ended.json}
    assert late == {"PUSHED": True, "PULLED": False}
    assert wrong.exit_code == 2


async def test_holding_is_asked_first(running: RunningHub, operator: Operator) -> None:
    """Without a terminal --yes must be said; wrong words are exit 2 and named; what is not there is exit 3."""
    hold = ("cdrs", "policy", "set", "NL-CPA", "--direction", "sent", "--mode", "hold")

    assert (await operator.hubctl(*hold)).exit_code == 2
    assert (await operator.hubctl(*hold, "--yes")).exit_code == 3
    for option, value in (("--tolerance", "much"), ("--limit-cost", "x"), ("--mode", "watch")):
        ended = await operator.hubctl(*hold, option, value)
        assert (ended.exit_code, option in ended.err) == (2, True)
    assert (await operator.hubctl("cdrs", "show", "NL-CPA", "none")).exit_code == 3
    wrong = await operator.hubctl("cdrs", "list", "--verdict", "MISSMATCH")
    assert (wrong.exit_code, "Did you mean 'MISMATCH'?" in wrong.err) == (2, True)


async def test_hostile_ids_do_not_move_the_cursor(running: RunningHub, operator: Operator) -> None:
    """What a partner wrote is shown without control characters."""
    await running.hub.store.cdr_verdicts.put(verdict(1, cdr_id="C\x1b[2J\n", at=now_utc()))

    listed = await operator.hubctl("cdrs", "list")

    assert "\x1b" not in listed.out
    assert len(listed.rows) == 1


async def test_clearing(running: RunningHub, operator: Operator, tmp_path: Path) -> None:
    """Close, show, mark and export; closing again changes nothing."""
    await keep(running.hub.store, entry("C1"), entry("=C2", net=100, gross=121), entry("C3"))
    marked = await operator.hubctl(
        "clearing", "mark", "NL-P00", "C3", "--state", "disputed", "--reason", "never charged there"
    )
    needs_yes = await operator.hubctl("clearing", "close", "2024-03")
    closed = await operator.hubctl("clearing", "close", "2024-03", "--yes")
    again = await operator.hubctl("clearing", "close", "2024-03", "--yes", "--json")
    shown = await operator.hubctl("clearing", "show", "2024-03", "--json")
    exported = await operator.hubctl("clearing", "export", "2024-03", str(tmp_path), "--json")
    await operator.hubctl("clearing", "export", "2024-03", str(tmp_path), "--format", "json")
    one = await operator.hubctl("clearing", "cdr", "NL-P00", "C3")

    assert marked.exit_code == 0
    assert needs_yes.exit_code == 2
    assert closed.rows[0][:3] == ["NL*P00", "NL*P01", "2"]
    assert "NL*P01 pays NL*P00 8.47 EUR" in closed.err
    assert again.json == shown.json
    assert len(exported.json["files"]) == 3
    rows = [*csv.DictReader((tmp_path / "2024-03-cdrs.csv").read_text().splitlines())]
    assert {row["cdr_id"]: row["incl_vat"] for row in rows} == {"C1": "7.26", "'=C2": "1.21"}
    owed = [*csv.DictReader((tmp_path / "2024-03-payments.csv").read_text().splitlines())]
    assert owed == [{"from": "NL*P01", "to": "NL*P00", "amount": "8.47", "currency": "EUR"}]
    assert json.loads((tmp_path / "2024-03.json").read_text())["statements"][0]["incl_vat"] == "8.47"
    assert len((tmp_path / "2024-03-cdrs.jsonl").read_text().splitlines()) == 2
    assert one.out.startswith("C3  NL*P00 > NL*P01  6.00 + 1.26 = 7.26 EUR  disputed\n")


async def test_clearing_members(running: RunningHub, operator: Operator) -> None:
    """They join and leave; a month that is none is told."""
    async with joined(running, "NL/CPA/CPO"):
        assert (await operator.hubctl("clearing", "join", "NL-CPA")).rows == [["NL*CPA"]]
        assert (await operator.hubctl("clearing", "parties")).rows == [["NL*CPA"]]
        assert (await operator.hubctl("clearing", "leave", "NL-CPA", "--json")).json == []
    wrong = await operator.hubctl("clearing", "show", "november")
    assert (wrong.exit_code, "no month" in wrong.err) == (1, True)
