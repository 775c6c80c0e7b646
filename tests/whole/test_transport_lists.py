"""Lists that the hub answers itself: pages, counts, limits, filters, and what it says to nonsense."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.config import Settings
from hub.simulate.messages import Answer
from hub.wire.paging import read_link
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, S, Scripted

PAGE = 3
STORED = 8
LISTS = ["locations", "hubclientinfo"]


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub with pages of three objects."""
    async with running_hub(whole_settings, mongodb_url, page_size_max=PAGE) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
async def _stored(operator: Scripted, provider: Scripted) -> None:
    """L0 to L7, each last updated on another day of January 2026, the last one pushed first; and a PLANNED party or two."""
    for number in reversed(range(STORED)):
        location = words.location(id=f"L{number}", last_updated=f"2026-01-0{number + 1}T00:00:00Z")
        answer = await operator.ask("PUT", "locations", R, f"/NL/CPA/L{number}", location, to=words.HUB)
        assert answer.status_code == 1000


async def _list(emsp: Scripted, query: str = "", module: str = "locations") -> Answer:
    return await emsp.ask("GET", module, S, query, to=words.HUB)


def _ids(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.data]


def _next(answer: Answer) -> str | None:
    return read_link(answer.headers["Link"]) if "Link" in answer.headers else None


async def _pages(emsp: Scripted, query: str = "") -> list[Answer]:
    """The page that is asked for, and all that follow."""
    pages = [await _list(emsp, query)]
    while (url := _next(pages[-1])) is not None:
        pages.append(await emsp.call("GET", url, to=words.HUB, from_=words.EMSP))
    return pages


async def test_every_page_once(emsp: Scripted, hub: RunningHub) -> None:
    """H7.08, H7.09, H7.12, H3.53, H3.54: Links lead through every object once, in the order in which they came (S9)."""
    pages = await _pages(emsp)

    assert [object_id for page in pages for object_id in _ids(page)] == [f"L{n}" for n in reversed(range(STORED))]
    assert [len(page.data) for page in pages] == [3, 3, 2]
    assert [page.headers["X-Total-Count"] for page in pages] == ["8"] * 3
    assert [page.headers["X-Limit"] for page in pages] == ["3"] * 3
    assert ["Link" in page.headers for page in pages] == [True, True, False]
    assert all((_next(page) or hub.url("locations", S)).startswith(hub.url("locations", S)) for page in pages)


@pytest.mark.parametrize(("limit", "used"), [("1", 1), ("2", 2), ("3", 3), ("4", 3), ("1000000", 3)])
async def test_the_limit_that_was_used(emsp: Scripted, limit: str, used: int) -> None:
    """H7.09, H7.10: never more than the hub's maximum; X-Limit and the Link say the one that counted."""
    answer = await _list(emsp, f"?limit={limit}")

    assert len(answer.data) == used
    assert answer.headers["X-Limit"] == str(used)
    assert dict(parse_qsl(urlsplit(_next(answer) or "").query))["limit"] == str(used)


async def test_filters_stay_in_the_link(emsp: Scripted) -> None:
    """H7.10, H7.09, H3.53: dates and parameters that the hub does not know are repeated, and the count follows the filter."""
    query = "?date_from=2026-01-02T00:00:00Z&date_to=2026-01-07T00%3A00%3A00Z&own=a%20b"

    pages = await _pages(emsp, query)

    asked = dict(parse_qsl(urlsplit(_next(pages[0]) or "").query))
    assert asked["date_from"] == "2026-01-02T00:00:00Z"
    assert asked["date_to"] == "2026-01-07T00:00:00Z"
    assert asked["own"] == "a b"
    assert [object_id for page in pages for object_id in _ids(page)] == ["L5", "L4", "L3", "L2", "L1"]
    assert {page.headers["X-Total-Count"] for page in pages} == {"5"}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?date_from=2026-01-07T00:00:00Z", ["L7", "L6"]),
        ("?date_from=2026-01-07T00:00:00.001Z", ["L7"]),
        ("?date_from=2026-01-07T00:00:00", ["L7", "L6"]),
        ("?date_from=2026-01-07T02:00:00+02:00", ["L7", "L6"]),
        ("?date_from=2026-01-07T02:00:00%2B02:00", ["L7", "L6"]),
        ("?date_to=2026-01-02T00:00:00Z", ["L0"]),
        ("?date_to=2026-01-02T00:00:00.001Z", ["L1", "L0"]),
        ("?date_from=2026-01-03T00:00:00Z&date_to=2026-01-04T00:00:00Z", ["L2"]),
        ("?offset=6", ["L1", "L0"]),
        ("?offset=2&limit=2", ["L5", "L4"]),
    ],
)
async def test_filters(emsp: Scripted, query: str, wanted: list[str]) -> None:
    """H7.06, H7.08, H3.53: date_from is inclusive, date_to exclusive, both of the object's own last_updated; offset skips."""
    assert _ids(await _list(emsp, query)) == wanted


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("?offset=8", "8"),
        ("?offset=1000000", "8"),
        ("?date_from=2030-01-01T00:00:00Z", "0"),
        ("?date_from=2026-01-04T00:00:00Z&date_to=2026-01-04T00:00:00Z", "0"),
        ("?date_from=2026-01-04T00:00:00Z&date_to=2026-01-02T00:00:00Z", "0"),
    ],
)
async def test_nothing_is_an_empty_list(emsp: Scripted, query: str, total: str) -> None:
    """H7.03, H7.11: 1000 around `[]`, the honest count, no Link."""
    answer = await _list(emsp, query)

    assert (answer.status, answer.status_code, answer.data) == (200, 1000, [])
    assert (answer.headers["X-Total-Count"], answer.headers["X-Limit"]) == (total, "3")
    assert "Link" not in answer.headers


@pytest.mark.parametrize("module", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "limit=99999999999999999999",
        "offset=-1",
        "offset=x",
        "offset=%D9%A3",
        "date_from=yesterday",
        "date_from=2026-02-30T00:00:00Z",
        "date_to=1767225600",
    ],
)
async def test_nonsense_is_2001(emsp: Scripted, module: str, query: str) -> None:
    """H7.11: HTTP 200 and 2001 that names the parameter."""
    answer = await _list(emsp, f"?{query}", module)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert query.partition("=")[0] in answer.json["status_message"]


async def test_the_list_of_parties_has_pages_too(hub: RunningHub, emsp: Scripted) -> None:
    """H7.08, H7.09, H5.01: hubclientinfo takes the same four parameters, and has no routing headers."""
    everyone: list[Any] = (await _list(emsp, module="hubclientinfo")).data
    first = await _list(emsp, "?limit=1", "hubclientinfo")
    beyond = await _list(emsp, "?offset=50", "hubclientinfo")
    changed_at = everyone[0]["last_updated"]
    later = await _list(emsp, f"?date_to={changed_at}", "hubclientinfo")

    assert first.data == everyone[:1]
    assert (first.headers["X-Total-Count"], first.headers["X-Limit"]) == (str(len(everyone)), "1")
    assert ("Link" in first.headers) == (len(everyone) > 1)
    assert (beyond.data, beyond.headers["X-Total-Count"]) == ([], str(len(everyone)))
    assert everyone[0] not in later.data


async def test_a_list_that_nobody_filled(emsp: Scripted) -> None:
    """H7.03: tariffs that nobody has pushed are an empty list."""
    answer = await _list(emsp, module="tariffs")

    assert (answer.status_code, answer.data, answer.headers["X-Total-Count"]) == (1000, [], "0")


async def test_objects_as_their_owners_wrote_them(emsp: Scripted) -> None:
    """H3.50, H3.03, H7.06: owner and last_updated of a listed object are those of its owner."""
    (listed,) = (await _list(emsp, "?offset=7")).data

    assert (listed["country_code"], listed["party_id"]) == ("NL", "CPA")
    assert listed["last_updated"] == "2026-01-01T00:00:00Z"
    assert listed == words.location(id="L0", last_updated="2026-01-01T00:00:00Z") | {"evses": listed["evses"]}
