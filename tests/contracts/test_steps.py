"""The steps that depend on an answer: items that fit, patience, refusals, calls that may not come, and cleaning up."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from contracts.report import Result
from contracts.run import Target, run
from contracts.suite import Check, Suite, load
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.partner import Partner

SUITE = load()
ITEMS = {"set": {"items": [{"id": "A", "n": 1}, {"id": "B", "n": 2}, {"id": "C", "n": 3}]}}


async def _result(
    *steps: Mapping[str, Any], cleanup: tuple[Mapping[str, Any], ...] = (), platform: Partner | None = None
) -> Result:
    """What comes of a check with these steps, at a platform that has nothing but what was scripted."""
    check = SUITE.checks[0]
    made = dataclasses.replace(check, check_id="TST-01", phase="main", mode="observe", steps=steps, cleanup=cleanup)
    suite: Suite = dataclasses.replace(SUITE, checks=(made, _other(check)))
    async with Partner() as asked:
        target = Target(role="CPO", versions_url=asked.url, token="a-token", checks=frozenset({"TST-01"}))
        report = await run(suite, target)
    (result,) = report.results
    return result


def _other(check: Check) -> Check:
    return dataclasses.replace(check, check_id="TST-02", phase="main", mode="observe")


def _each(**arguments: Any) -> dict[str, Any]:
    failing = [{"expect": {"that": [{"value": "${item.id}", "about": "id", "equals": "none"}]}}]
    return {"each": {"in": "${items}", "as": "item", "steps": failing, **arguments}}


@pytest.mark.parametrize(
    ("arguments", "verdict", "observed"),
    [
        ({}, "failed", '"A"'),
        ({"where": [{"value": "${item.n}", "at_least": 2}]}, "failed", '"B"'),
        ({"where": [{"value": "${item.name}", "equals": "x"}]}, "passed", ""),
        (
            {"where": [{"value": "${item.n}", "at_least": 9}], "because": "none is so large"},
            "skipped",
            "none is so large",
        ),
        ({"in": [], "because": "there is nothing"}, "skipped", "there is nothing"),
    ],
)
async def test_steps_for_each_item_that_fits(arguments: dict[str, Any], verdict: str, observed: str) -> None:
    """`where` picks the items; with `because`, no item at all is a reason to skip."""
    result = await _result(ITEMS, _each(**arguments))

    assert (result.verdict, result.observed) == (verdict, observed)


async def test_most_counts_the_items_that_fit() -> None:
    """Of the items that fit, only so many are looked at."""
    passing = [{"expect": {"that": [{"value": "${item.id}", "equals": "B"}]}}]

    result = await _result(ITEMS, _each(where=[{"value": "${item.n}", "at_least": 2}], most=1, steps=passing))

    assert result.verdict == "passed"


def _after(refusals: int) -> Partner:
    left = iter([refused(2000, "not yet", status=404)] * refusals)
    partner = Partner()
    partner.answer("GET", "/there", lambda _: next(left, ok("here")))
    return partner


async def test_patience_ends_with_the_last_fault() -> None:
    """`eventually` asks again until the steps hold, and no longer than it was told."""
    soon, never = _after(2), _after(99)
    async with soon, never:
        steps = [
            {
                "eventually": {
                    "within_s": 0.7,
                    "steps": [{"call": {"url": f"{partner.url}/there"}}, {"expect": {"http": 200}}],
                }
            }
            for partner in (soon, never)
        ]
        results = [await _result(step) for step in steps]

    assert [result.verdict for result in results] == ["passed", "failed"]
    assert results[1].observed == "HTTP 404, OCPI 2000 (not yet)"
    assert soon.received_count == 3


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (refused(2001, "no"), "passed"),
        (refused(2000, "no", status=405), "passed"),
        (Reply(status=404, body=b"<html>", bare=True), "passed"),
        (ok(), "failed"),
        (ok(status=201), "failed"),
        (refused(3000, "broken", status=500), "failed"),
        (refused(2000, "who?", status=401), "failed"),
    ],
)
async def test_what_counts_as_a_refusal(reply: Reply, verdict: str) -> None:
    """Neither a success, nor a server error, nor an answer that did not even look at the request."""
    async with Partner() as partner:
        partner.answer("GET", "/asked", reply)
        result = await _result({"call": {"url": f"{partner.url}/asked"}}, {"expect": {"refused": True}})

    assert result.verdict == verdict


async def test_a_call_that_need_not_come() -> None:
    """With `because`, a call that does not come in time is a reason to skip."""
    waiting = {"path": "/callback/none", "within_s": 0.05}

    assert (await _result({"wait_for_call": waiting})).verdict == "failed"
    skipped = await _result({"wait_for_call": waiting | {"because": "it may take longer"}})
    assert (skipped.verdict, skipped.observed) == ("skipped", "it may take longer")


@pytest.mark.parametrize("status", [200, 404])
async def test_cleaning_up_comes_last_and_never_counts(status: int) -> None:
    """Whatever came of a check, its cleanup is called; a fault in it changes no verdict, and no request that is shown."""
    calls: list[str] = []

    def noted(received: Received) -> Reply:
        calls.append(received.path)
        return ok(status=status)

    async with Partner() as partner:
        partner.answer("GET", "/", noted)
        cleanup = ({"call": {"url": f"{partner.url}/put-back"}}, {"expect": {"http": 500}})
        asked = {"call": {"url": f"{partner.url}/asked"}}
        result = await _result(asked, {"expect": {"http": 200}}, cleanup=cleanup)

    assert result.verdict == ("passed" if status == 200 else "failed")
    assert calls == ["/asked", "/put-back"]
    assert "put-back" not in result.curl
