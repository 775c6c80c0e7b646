"""fetch_all, each, together and what a check may hold: lists of strangers, page by page."""

from pathlib import Path
from typing import Any

import pytest

from contracts import verbs
from contracts.report import Result
from tests.contracts.platforms import JSON_HEADER, judge
from tests.contracts.raw_partner import Asked, answer, envelope
from tests.contracts.suites import Steps, check, suite_of

FETCH: dict[str, Any] = {"fetch_all": {"module": "locations", "interface": "SENDER"}}
WHOLE: Steps = [FETCH, {"expect": {"that": [{"value": "${list.whole}", "equals": True}]}}]


def pages(count: int, size: int = 2, *headers: str, filling: int = 0) -> Any:
    """A list of so many pages with a Link from each to the next, and so many values more in each object."""

    def page(asked: Asked) -> bytes:
        number = int(asked.target.partition("page=")[2] or 0)
        link = f'Link: <http://{asked.headers["host"]}/2.2.1/locations?page={number + 1}>; rel="next"'
        items = [{"id": f"{number}-{index}", "filling": [0] * filling} for index in range(size)]
        return answer(envelope(items), JSON_HEADER, *headers, *([link] if number + 1 < count else []))

    return {"/2.2.1/locations": page}


async def outcome(folder: Path, steps: Steps, answers: Any) -> Result:
    """What came of a check with these steps."""
    return await judge(suite_of(folder, check("PAG-01", steps)), answers)


async def test_every_page_is_read(tmp_path: Path) -> None:
    """Items of all pages in order, the count, the size of each page, and that it is the whole."""
    that = [
        {"value": "${list.count}", "equals": 6},
        {"value": "${list.whole}", "equals": True},
        {"value": "${list.items.5.id}", "equals": "2-1"},
        {"value": "${list.pages.2.size}", "equals": 2},
    ]

    assert (await outcome(tmp_path, [FETCH, {"expect": {"that": that}}], pages(3))).verdict == "passed"


async def test_as_many_pages_as_wanted(tmp_path: Path) -> None:
    """`pages_max` stops early, and says that it is not the whole; the very last page is the whole."""
    steps: Steps = [
        {"fetch_all": {**FETCH["fetch_all"], "pages_max": 2, "as": "some"}},
        {"fetch_all": {**FETCH["fetch_all"], "pages_max": 3, "as": "all"}},
        {"expect": {"that": [{"value": "${some.whole}", "equals": False}, {"value": "${all.whole}", "equals": True}]}},
    ]

    assert (await outcome(tmp_path, steps, pages(3))).verdict == "passed"


def linked(there: str) -> Any:
    """A page whose Link leads there."""

    def page(asked: Asked) -> bytes:
        link = there.format(host=asked.headers["host"])
        return answer(envelope([{}]), JSON_HEADER, f'Link: <{link}>; rel="next"')

    return {"/2.2.1/locations": page}


@pytest.mark.parametrize(
    ("there", "observed"),
    [
        ("http://{host}/2.2.1/locations", "page 1 leads back"),
        ("http://elsewhere.example/2.2.1/locations", "http://elsewhere.example"),
        ("http://[::1", "http://[::1"),
        ("http://{host}/" + "a" * 5000, "one of 50"),
        ("ftp://{host}/x", "user name|absolute|ftp"),
    ],
)
async def test_a_link_that_leads_nowhere(tmp_path: Path, there: str, observed: str) -> None:
    """Back, to another host, or to no URL: a fault of the list, and nothing is sent there."""
    one = await outcome(tmp_path, WHOLE, linked(there))

    assert one.verdict == "failed"
    assert any(said in one.observed for said in observed.split("|"))


async def test_a_link_that_is_expensive_to_read(tmp_path: Path) -> None:
    """A header full of the beginnings of Links takes no time to speak of, and is the last page."""
    nasty = answer(envelope([{}]), JSON_HEADER, "Link: " + "<a>;" * 8000)

    one = await outcome(tmp_path, WHOLE, {"/2.2.1/locations": nasty})

    assert one.verdict == "passed"
    assert one.ms < 1500


async def test_pages_in_a_circle(tmp_path: Path) -> None:
    """A later page that leads to the first one is found out."""

    def page(asked: Asked) -> bytes:
        there = "?b" if asked.target.endswith("?a") else "?a"
        return answer(
            envelope([{}]), JSON_HEADER, f"Link: <http://{asked.headers['host']}/2.2.1/locations{there}>; rel=next"
        )

    one = await outcome(tmp_path, WHOLE, {"/2.2.1/locations": page})

    assert "leads back to" in one.observed


async def test_a_page_that_is_no_list(tmp_path: Path) -> None:
    """What is not a list in an envelope fails by the number of its page."""
    one = await outcome(tmp_path, WHOLE, {"/2.2.1/locations": {"id": "LOC1"}})

    assert one.expected == "a list on page 1 (HTTP 200, OCPI 1000)"


async def test_a_list_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that goes on after all the pages that anyone reads is at fault, unless its X-Total-Count had said so."""
    monkeypatch.setattr(verbs, "PAGES_MAX", 5)
    endless = await outcome(tmp_path / "endless", WHOLE, pages(100))
    lying = await outcome(tmp_path / "lying", WHOLE, pages(100, 2, "X-Total-Count: 8"))
    large = await outcome(tmp_path / "large", WHOLE, pages(100, 2, "X-Total-Count: 200"))

    assert (endless.verdict, endless.observed) == ("failed", "it goes on after 10 objects")
    assert (lying.verdict, lying.observed) == ("failed", "it goes on after 10 objects")
    assert (large.verdict, large.observed) == ("skipped", "the list has 200 objects, more than can be looked at whole")


async def test_a_list_larger_than_a_check_can_hold(tmp_path: Path) -> None:
    """Where so many pages were wanted it ends early, as with `pages_max`; where all were, the check is skipped."""
    large = pages(100, 500, "X-Total-Count: 50000", filling=40)
    some: Steps = [
        {"fetch_all": {**FETCH["fetch_all"], "pages_max": 100}},
        {
            "expect": {
                "that": [{"value": "${list.whole}", "equals": False}, {"value": "${list.count}", "at_least": 4000}]
            }
        },
    ]

    assert (await outcome(tmp_path / "all", WHOLE, large)).verdict == "skipped"
    assert (await outcome(tmp_path / "some", some, large)).verdict == "passed"


async def test_a_check_holds_only_so_much(tmp_path: Path) -> None:
    """Answers that are bearable one by one, but not all together, fail the check."""
    steps: Steps = [{"call": {**FETCH["fetch_all"], "as": f"page{number}"}} for number in range(6)]

    one = await outcome(tmp_path, steps, {"/2.2.1/locations": [{"id": "x"}] * 30_000})

    assert one.expected == "at most 12 MiB (400000 values) in all answers"
    assert len(one.exchanges) <= 6


async def test_calls_together_share_what_one_may_answer(tmp_path: Path) -> None:
    """Of twenty at once each may answer a twentieth of what one alone may."""
    together: Steps = [{"together": {"calls": [FETCH["fetch_all"]], "copies": 20}}]
    large = {"/2.2.1/locations": ["x" * 1000] * 500}

    assert (await outcome(tmp_path / "many", together, large)).observed == "a larger one"
    assert (await outcome(tmp_path / "one", [{"call": FETCH["fetch_all"]}], large)).verdict == "passed"


async def test_steps_without_a_call_end_in_time_too(tmp_path: Path) -> None:
    """A loop that only looks at what is there is cut as any other when the time is over."""
    inner: Steps = [{"compare": {"wanted": "${reply.data}", "got": "${reply.data}"}}]
    steps: Steps = [{"call": FETCH["fetch_all"]}, {"each": {"in": "${reply.data}", "as": "one", "steps": inner}}]
    suite = suite_of(tmp_path, check("PAG-01", steps, limit_s=0.5))

    one = await judge(suite, {"/2.2.1/locations": [{"id": str(number)} for number in range(3000)]})

    assert one.observed == "it took longer"
    assert one.ms < 2000
