"""CDRs in answers: lists and copies reach whoever asked at once and unchanged; the hub checks what is new in them."""

import asyncio
import re
from typing import Any

import pytest

from hub.auditing.examining import Examiner
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.paging import following
from hub.wire.interface import Version
from hub.wire.party import Party
from tests import words
from tests.hub.money.checking.cases import TARIFF, cdr
from tests.hub.money.sessions import Json, amount
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, until
from tests.whole.test_cdr_checks import policy, post, verdict

pytestmark = pytest.mark.usefixtures("no_policy_left")
BAD = amount("6.00", "9.99")
_COUNTED = re.compile(r'^ocpi_hub_cdrs_checked_total\{verdict="([A-Z]+)",outcome="([a-z]+)"\} (\d+)', re.MULTILINE)


def listing(*cdrs: Json) -> Reply:
    """An answer with these CDRs, each as its sender would POST it."""
    return Reply(body=b'{"status_code":1000,"data":[' + b",".join(map(words.body, cdrs)) + b"]}")


async def pull(cpo: Scripted, emsp: Scripted, *cdrs: Json) -> Answer:
    """The provider asks the operator for its CDRs, and these are all."""
    cpo.on("GET", "cdrs", S, listing(*cdrs))
    return await emsp.ask("GET", "cdrs", S, "?limit=50", to=words.CPO)


async def all_seen(admin: Operator, cpo: Scripted, emsp: Scripted, name: str) -> None:
    """What was carried before is dealt with: answers are looked at in their order."""
    await pull(cpo, emsp, cdr(id=name, session_id=name))
    await verdict(admin, name)


async def counted(admin: Operator) -> dict[tuple[str, str], int]:
    """CDRs by verdict and outcome, as the metrics have them."""
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with admin.http.get(f"{admin.url}/admin/v1/metrics", headers=headers) as answer:
        return {(one[0], one[1]): int(one[2]) for one in _COUNTED.findall(await answer.text())}


async def test_a_list_is_carried_as_it_is_and_checked(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Each CDR of the list has its verdict, and that it was pulled; the list is the operator's own bytes."""
    await policy(admin, "DE*EMA", "received", "flag")
    cdrs = [cdr(id="PULL1", session_id="P1"), cdr(id="PULL2", session_id="P2", total_cost=BAD)]

    answer = await pull(cpo, emsp, *cdrs)

    assert answer.body == listing(*cdrs).body
    right, wrong = await verdict(admin, "PULL1"), await verdict(admin, "PULL2")
    assert (right["verdict"], right["came"], right["flagged"]) == ("EXACT", "pulled", False)
    assert (wrong["verdict"], wrong["came"], wrong["flagged"], wrong["held"]) == ("MISMATCH", "pulled", True, False)
    assert (wrong["from"], wrong["to"]) == ("NL*CPA", "DE*EMA")
    assert wrong["report"]["explanation"]["total"]["incl"] == "7.26"
    listed = (await admin.ask("GET", "/cdrs?came=pulled")).json
    assert {"PULL1", "PULL2"} <= {one["cdr"] for one in listed}
    assert (await admin.ask("GET", "/cdrs?came=pushed")).json == []


async def test_an_answer_waits_for_no_check(
    admin: Operator, cpo: Scripted, emsp: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the checks take, lists are carried; they are checked when that is over."""
    await policy(admin, "DE*EMA", "received", "hold")
    goes_on, examine = asyncio.Event(), Examiner.examine

    async def waits(self: Examiner, *given: Any) -> Any:
        await goes_on.wait()
        return await examine(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Examiner, "examine", waits)
        answers = [await pull(cpo, emsp, cdr(id=f"SLOW{at}", session_id=f"SL{at}")) for at in range(3)]
        meanwhile = [(await admin.ask("GET", f"/cdrs/NL-CPA/SLOW{at}")).status for at in range(3)]
        goes_on.set()
        for at in range(3):
            await verdict(admin, f"SLOW{at}")

    assert [answer.status_code for answer in answers] == [1000] * 3
    assert meanwhile == [404] * 3


async def test_nobody_asked_for_it(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Without a wish nothing is kept of a list."""
    await pull(cpo, emsp, cdr(id="UNASKED", session_id="U"))
    await policy(admin, "NL*CPA", "sent", "observe")

    await all_seen(admin, cpo, emsp, "ASKED")

    assert (await admin.ask("GET", "/cdrs/NL-CPA/UNASKED")).status == 404


async def test_hold_is_flag_for_what_is_pulled(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """The list is carried, with the wrong CDR in it; that is flagged, and not said to be held."""
    await policy(admin, "DE*EMA", "received", "hold")

    answer = await pull(cpo, emsp, cdr(id="UNHELD", session_id="UH", total_cost=BAD))

    assert [one["id"] for one in answer.data] == ["UNHELD"]
    found = await verdict(admin, "UNHELD")
    assert (found["mode"], found["held"], found["flagged"]) == ("hold", False, True)


@pytest.mark.parametrize("first", ["pushed", "pulled"])
async def test_pushed_and_listed_is_one(admin: Operator, cpo: Scripted, emsp: Scripted, first: str) -> None:
    """Either way round, and listed again with other spellings of its numbers: one verdict, counted once, no duplicate."""
    await policy(admin, "NL*CPA", "sent", "flag")
    written = cdr(id=f"ONCE-{first}", session_id=f"ONCE-{first}")
    respelled = written | {"total_energy": words.number("10.000"), "total_time": words.number("15e-1")}
    before = await counted(admin)

    if first == "pushed":
        await post(cpo, written)
    else:
        await pull(cpo, emsp, written)
    await verdict(admin, written["id"])
    await pull(cpo, emsp, written, respelled)
    await post(cpo, written)
    await all_seen(admin, cpo, emsp, f"LAST-{first}")

    async def taken() -> bool:
        return bool((await verdict(admin, written["id"]))["came"] == "pushed")

    await until(taken)
    found, after = await verdict(admin, written["id"]), await counted(admin)
    assert [rule for rule in found["rules"] if rule == "L-DUP E"] == []
    assert after.get(("EXACT", "pulled"), 0) - before.get(("EXACT", "pulled"), 0) == (1 if first == "pushed" else 2)
    assert after.get(("EXACT", "carried"), 0) - before.get(("EXACT", "carried"), 0) == (1 if first == "pushed" else 0)
    if first == "pulled":
        assert not any(rule.startswith("L-DUP") for rule in found["rules"])


async def test_listed_with_other_content(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """What was pushed and what is listed differ: that is a duplicate with other content, told once."""
    await policy(admin, "NL*CPA", "sent", "flag")
    await post(cpo, cdr(id="CHANGED", session_id="CH"))
    await verdict(admin, "CHANGED")
    before = await counted(admin)

    for name in ("A", "B"):
        await pull(cpo, emsp, cdr(id="CHANGED", session_id="CH", total_cost=BAD))
        await all_seen(admin, cpo, emsp, f"CHANGED-{name}")

    found, after = await verdict(admin, "CHANGED"), await counted(admin)
    assert (found["verdict"], found["came"], found["flagged"]) == ("MISMATCH", "pulled", True)
    assert "L-DUP E" in found["rules"]
    assert after["MISMATCH", "pulled"] - before.get(("MISMATCH", "pulled"), 0) == 1


async def test_held_and_then_listed(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """It did reach the provider after all: that is told."""
    await policy(admin, "DE*EMA", "received", "hold")
    written = cdr(id="AFTERALL", session_id="AA", total_cost=BAD)
    assert (await post(cpo, written)).status_code == 2001
    assert (await verdict(admin, "AFTERALL"))["held"]

    await pull(cpo, emsp, written)
    await all_seen(admin, cpo, emsp, "AFTERALL-LAST")

    found = await verdict(admin, "AFTERALL")
    assert (found["held"], found["came"], found["flagged"]) == (False, "pulled", True)


async def test_every_page_wherever_it_is(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Pages at the endpoint, and pages at addresses of the operator's own."""
    await policy(admin, "NL*CPA", "sent", "observe")
    cdrs = [cdr(id=f"PAGE{at}", session_id=f"PG{at}") for at in range(3)]

    def elsewhere(received: Received) -> Reply:
        number = int(received.query.get("cursor", "0"))
        link = {"Link": f'<{cpo.url}/pages/of/mine?cursor={number + 1}>; rel="next"'} if number < 2 else {}
        return Reply(body=listing(cdrs[number]).body, headers=link)

    cpo.on("GET", "cdrs", S, elsewhere)
    cpo.answer("GET", "/pages", elsewhere)
    answer = await emsp.ask("GET", "cdrs", S, to=words.CPO)
    while url := following(answer):
        answer = await emsp.call("GET", url)

    assert len(cpo.got("pages")) == 2
    for one in cdrs:
        assert (await verdict(admin, one["id"]))["came"] == "pulled"


async def test_a_refused_list_shows_nothing(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """An answer with an OCPI error is carried; what else is in it counts for nothing."""
    await policy(admin, "NL*CPA", "sent", "observe")
    for reply in (
        Reply(body=b'{"status_code":2001,"data":[' + words.body(cdr(id="IN-ERROR")) + b"]}"),
        refused(2001, "no"),
        Reply(body=b'{"status_code":1000,"data":{"odd":[1,2]}}'),
        Reply(body=b'{"status_code":1000,"data":[1,null,"x",{"id":5}]}'),
    ):
        cpo.on("GET", "cdrs", S, reply)
        assert (await emsp.ask("GET", "cdrs", S, to=words.CPO)).body == reply.body

    await all_seen(admin, cpo, emsp, "NO-ERROR")

    assert (await admin.ask("GET", "/cdrs/NL-CPA/IN-ERROR")).status == 404


async def test_another_owners_cdr_in_a_list(hub: RunningHub, admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Nobody is accused by a stranger's list: it is held against the platform that listed it."""
    await policy(admin, "DE*EMA", "received", "flag")

    await pull(cpo, emsp, cdr(id="FOREIGN", party_id="CPB", total_cost=BAD))
    await all_seen(admin, cpo, emsp, "OWN")

    for owner in ("NL-CPA", "NL-CPB"):
        assert (await admin.ask("GET", f"/cdrs/{owner}/FOREIGN")).status == 404
    assert "cdrs /party_id: is another owner's" in await faults(hub, words.CPO)


async def faults(hub: RunningHub, party: Party) -> set[str]:
    """Rules that are counted for the platform that hosts this party."""
    platform = hub.hub.directory.hosted[party][0].platform
    return {one.rule for one in await hub.hub.store.faults.of(platform.platform_id)}


async def test_the_copy_of_a_provider(hub: RunningHub, admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """A GET of a single CDR: one that the hub never saw is checked; a copy that says something else is the provider's fault."""
    emsp.on("POST", "cdrs", R, ok(headers={"Location": f"{emsp.url}/my/cdrs/1"}))
    written = cdr(id="COPY", session_id="COPY", total_cost=BAD)
    ours = (await post(cpo, written)).headers["Location"]
    await policy(admin, "NL*CPA", "sent", "flag")

    emsp.answer("GET", "/my/cdrs", Reply(body=b'{"status_code":1000,"data":' + words.body(written) + b"}"))
    await cpo.call("GET", ours, from_=words.CPO)
    first = await verdict(admin, "COPY")
    changed = written | {"total_cost": amount("1.00", "1.21")}
    emsp.answer("GET", "/my/cdrs", Reply(body=b'{"status_code":1000,"data":' + words.body(changed) + b"}"))
    await cpo.call("GET", ours, from_=words.CPO)
    await all_seen(admin, cpo, emsp, "COPY-LAST")

    assert (first["verdict"], first["came"]) == ("MISMATCH", "pulled")
    assert (await verdict(admin, "COPY"))["stated"] == "6.00"
    assert "cdrs L-DUP" in await faults(hub, words.EMSP)


async def test_a_list_of_2_2_for_a_provider_of_2_2_1(admin: Operator, hub: RunningHub, emsp: Scripted) -> None:
    """It is translated for the provider and checked as its operator wrote it: what was pushed is the same CDR."""
    async with joined(hub, "NL/CPO/CPO", version=Version.V2_2) as old:
        await policy(admin, "NL*CPO", "sent", "observe")
        written = cdr(id="OLD", party_id="CPO", session_id="OLD", tariffs=[TARIFF | {"party_id": "CPO"}])
        written["cdr_token"] = {name: written["cdr_token"][name] for name in ("uid", "type", "contract_id")}
        await old.ask("POST", "cdrs", R, "", words.body(written), to=words.EMSP)

        async def there(name: str) -> bool:
            return (await admin.ask("GET", f"/cdrs/NL-CPO/{name}")).status == 200

        await until(lambda: there("OLD"))
        old.on("GET", "cdrs", S, listing(written, written | {"id": "OLD2", "session_id": "OLD2"}))
        answer = await emsp.ask("GET", "cdrs", S, to=old.party)
        await until(lambda: there("OLD2"))

        assert [one["cdr_token"]["country_code"] for one in answer.data] == ["DE", "DE"]
        said = (await admin.ask("GET", "/cdrs/NL-CPO/OLD")).json
        assert (said["came"], [one for one in said["rules"] if one.startswith("L-DUP")]) == ("pushed", [])
