"""The hub checks what sessions cost: a right CDR is explained line by line, one with a planted mistake is held and explained."""

from collections.abc import Mapping
from typing import Any

from hub.demo.book import Book
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.stage import Stage
from hub.demo.waiting import until
from hub.money.wording import words

_RIGHT = frozenset({"EXACT", "ROUNDING"})


async def agree(stage: Stage, emsp: Remote) -> str:
    """The provider wants every CDR for it checked before it is carried, and wrong ones to be refused; the others look on."""
    for one in stage.emsps:
        wish = {"party": str(one.player.party), "direction": "received", "mode": "observe"}
        if one is emsp:
            wish |= {"mode": "hold", "hold_on": "difference"}
        await stage.ask("PUT", "cdrs", "policies", body=wish)
    return f"{emsp.player.party} takes no CDR whose costs are wrong"


async def show_explained(stage: Stage, book: Book, cpo: Remote, session_id: str) -> str:
    """Why the CDR costs what it costs, as the hub computed it again."""
    found = await _verdict(stage, cpo, session_id)
    if found["verdict"] not in _RIGHT:
        raise DemoFailed(f"the hub calls CDR {session_id} {found['verdict']}: {found['cause_text'] or found['rules']}")
    for line in words(found["report"]["explanation"]).splitlines():
        book.screen.say(f"    {line}")
    total = found["report"]["explanation"]["total"]
    return f"{found['verdict']}: the hub computes {total['incl']} {found['currency']} incl. VAT too"


async def show_mistake(stage: Stage, cpo: Remote, session_id: str) -> str:
    """The operator bills the session again with a fee for each period: the hub answers 2001 and names the mistake."""
    told = await cpo.do("mistaken-cdr", {"session_id": session_id})
    answer = told["answer"]
    if answer.get("status_code") != 2001:
        raise DemoFailed(f"the CDR with a mistake was answered with {answer.get('status_code')}")
    found = await _verdict(stage, cpo, told["cdr_id"])
    if not found["held"] or found["verdict"] in _RIGHT:
        raise DemoFailed(f"the mistake was called {found['verdict']} {found['cause']}")
    wrong = next(one for one in found["report"]["figures"] if one["stated"] != one["computed"])
    stated = f"stated {wrong['stated']}, computed {wrong['computed']} {found['currency']} excl. VAT"
    cause = found["cause_text"] or "bills what its tariff does not give"
    return f"2001, not carried: the operator {cause}; {stated}"


async def _verdict(stage: Stage, cpo: Remote, cdr_id: str) -> Mapping[str, Any]:
    """Once the hub has written it down, which it does behind its answer."""

    async def written() -> Mapping[str, Any] | None:
        listed = await stage.ask("GET", "cdrs", query={"party": str(cpo.player.party), "limit": 1000})
        if all(one["cdr"] != cdr_id for one in listed):
            return None
        found: Mapping[str, Any] = await stage.ask("GET", "cdrs", str(cpo.player.party), cdr_id)
        return found

    return await until(written, "that the hub has checked the CDR")
