"""Lists of one party through the hub: every page is found at the hub, and the owner's query survives."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.paging import following, page_of
from hub.wire.headers import read_routing
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, party

LOCATIONS = [words.location(id=f"L{n}", last_updated=f"2024-03-0{n}T00:00:00Z") for n in range(1, 8)]
MADE_BY_THE_OWNER = "date_from=2024-03-02T00:00:00+00:00&offset=2&limit=2&own=%c3%A9&x"


def _pages(platform: Scripted) -> Callable[[Received], Reply]:
    url = platform.url + platform.path("locations", S)
    return lambda received: page_of(LOCATIONS, received, url, 2)


def _linked(target: str, **headers: str) -> Reply:
    return ok([words.location()], headers={"Link": f'<{target}>; rel="next"'} | headers)


async def _follow(platform: Scripted, first: Answer, **call: Any) -> list[Answer]:
    """This answer and those of all pages after it."""
    answers = [first]
    while url := following(answers[-1]):
        answers.append(await platform.call("GET", url, **call))
        assert len(answers) < 20
    return answers


async def test_every_page_of_a_list(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.57, H4.10, H4.11: Links lead to the hub until the last page, counts and limits are the owner's (S10)."""
    cpo.on("GET", "locations", S, _pages(cpo))

    first = await emsp.ask("GET", "locations", S, "?date_from=2024-03-02T00:00:00Z&limit=2", to=words.CPO)
    answers = await _follow(emsp, first, to=words.CPO, from_=words.EMSP)

    links = [url for answer in answers if (url := following(answer))]
    assert [item["id"] for answer in answers for item in answer.data] == ["L2", "L3", "L4", "L5", "L6", "L7"]
    assert [(answer.headers["X-Total-Count"], answer.headers["X-Limit"]) for answer in answers] == [("6", "2")] * 3
    assert {url.partition("?")[0] for url in links} == {hub.url("locations", S)}
    assert "Link" not in answers[-1].headers
    assert all(read_routing(answer.headers).sender == words.CPO for answer in answers)
    assert [received.query["date_from"] for received in cpo.got("locations")] == ["2024-03-02T00:00:00Z"] * 3


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_query_of_the_owner_keeps_its_spelling(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, slash: str
) -> None:
    """H4.10, H4.11: plus signs, colons, percent-encodings and parameters of the owner's own stay in the Link as they are."""
    target = f"{cpo.url}{cpo.path('locations', S)}{slash}?{MADE_BY_THE_OWNER}"
    cpo.on("GET", "locations", S, lambda received: _linked(target) if "own" not in received.query else ok([]))

    first = await emsp.ask("GET", "locations", S, to=words.CPO)
    answers = await _follow(emsp, first, to=words.CPO, from_=words.EMSP)

    assert following(first) == f"{hub.url('locations', S)}?{MADE_BY_THE_OWNER}"
    assert len(answers) == 2
    assert cpo.got("locations")[1].target == f"{cpo.path('locations', S)}?{MADE_BY_THE_OWNER}"


async def test_a_relative_link(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.10: a Link relative to the owner's endpoint is completed first."""
    cpo.on("GET", "locations", S, _linked("?offset=2"))

    answer = await emsp.ask("GET", "locations", S, to=words.CPO)

    assert following(answer) == f"{hub.url('locations', S)}?offset=2"


def _cursors(platform: Scripted) -> Callable[[Received], Reply]:
    """Three pages, of which only the first is at the endpoint."""

    def answer(received: Received) -> Reply:
        number = int(received.query.get("cursor", "0"))
        listed = [LOCATIONS[number]]
        if number == 2:
            return ok(listed)
        link = f'<{platform.url}/pages/of/mine?cursor={number + 1}>; rel="next"'
        return ok(listed, headers={"Link": link, "X-Total-Count": "3", "X-Limit": "1"})

    return answer


@pytest.mark.parametrize("named", [True, False])
async def test_pages_elsewhere_get_an_address_of_the_hub(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, named: bool
) -> None:
    """H4.01, H4.10, H4.12, H3.57: cursors at another path work to the end, with and without routing headers (S10)."""
    cpo.on("GET", "locations", S, _cursors(cpo))
    cpo.answer("GET", "/pages", _cursors(cpo))
    routing = {"to": words.CPO, "from_": words.EMSP} if named else {}

    first = await emsp.ask("GET", "locations", S, "?limit=1", to=words.CPO)
    answers = await _follow(emsp, first, **routing)

    links = [url for answer in answers if (url := following(answer))]
    opaque = {urlsplit(url).query for url in links}
    assert [item["id"] for answer in answers for item in answer.data] == ["L1", "L2", "L3"]
    assert {url.partition("?")[0] for url in links} == {hub.url("locations", S)}
    assert (len(links), len(opaque)) == (2, 2)
    assert all(len(url) <= 255 and len(urlsplit(url).query) >= 22 for url in links)
    assert [read_routing(answer.headers).sender for answer in answers] == [words.CPO] * 3
    assert [received.target for received in cpo.got("pages")] == [
        "/pages/of/mine?cursor=1",
        "/pages/of/mine?cursor=2",
    ]
    assert all((received.to, received.from_) == (words.CPO, words.EMSP) for received in cpo.got("pages"))


async def test_a_page_address_is_nobody_elses(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.01, H4.02: for another platform, and in another module, an address of a next page does not exist (S10)."""
    cpo.on("GET", "locations", S, _cursors(cpo))
    page = following(await emsp.ask("GET", "locations", S, to=words.CPO)) or ""
    cpo.forget()
    async with joined(hub, "DE/THF/EMSP") as thief:
        stolen = await thief.call("GET", page, to=words.CPO, from_=party("DE*THF"))
    moved = await emsp.call("GET", page.replace("locations", "tariffs"), to=words.CPO, from_=words.EMSP)
    guessed = await emsp.call("GET", f"{page[:-4]}AAAA", to=words.CPO, from_=words.EMSP)

    assert [(answer.status, answer.status_code) for answer in (stolen, moved, guessed)] == [(404, 2001)] * 3
    assert cpo.got() == []


@pytest.mark.parametrize(
    "written",
    [
        "<{url}>;rel=next",
        "<{url}> ; REL='next'",
        '<{url}>; title="more, of it"; rel="next last"',
        '<https://else.example/first>; rel="first", <{url}>; rel="next"',
        '<{url}>; rel="next", <https://else.example/last>; rel="last"',
    ],
)
async def test_a_link_is_read_generously(hub: RunningHub, cpo: Scripted, emsp: Scripted, written: str) -> None:
    """H4.13: without quotes, among several links, with several relations."""
    target = f"{cpo.url}{cpo.path('locations', S)}?offset=2"
    cpo.on("GET", "locations", S, ok([], headers={"link": written.format(url=target)}))

    answer = await emsp.ask("GET", "locations", S, to=words.CPO)

    assert following(answer) == f"{hub.url('locations', S)}?offset=2"
    assert answer.headers["Link"].count("rel") == 1


NONSENSE = [
    "nonsense",
    "<>; rel=next",
    '<https://else.example/locations?offset=2>; rel="next"',
    '<javascript:alert(1)>; rel="next"',
    '<http://[::1/locations>; rel="next"',
    '<file:///etc/passwd>; rel="next"',
    '<https://else.example/>; rel="prev"',
]


@pytest.mark.parametrize("written", NONSENSE)
async def test_a_link_that_makes_no_sense_is_dropped(cpo: Scripted, emsp: Scripted, written: str) -> None:
    """H4.02, H4.13: it is neither passed on nor ever called."""
    cpo.on("GET", "locations", S, ok([words.location()], headers={"Link": written}))

    answer = await emsp.ask("GET", "locations", S, to=words.CPO)

    assert (answer.status_code, len(answer.data)) == (1000, 1)
    assert "Link" not in answer.headers


@pytest.mark.parametrize("written", NONSENSE)
async def test_the_count_serves_where_the_link_does_not(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, written: str
) -> None:
    """H4.13, H4.11: with an X-Total-Count the next page follows from the offset, filters kept."""
    headers = {"Link": written, "X-Total-Count": "3", "X-Limit": "1"}
    cpo.on("GET", "locations", S, ok([words.location()], headers=headers))

    answer = await emsp.ask("GET", "locations", S, "?date_from=2024-01-01T00:00:00Z&limit=5&offset=1", to=words.CPO)

    wanted = f"{hub.url('locations', S)}?date_from=2024-01-01T00:00:00Z&offset=2&limit=1"
    assert following(answer) == wanted


async def test_a_page_that_leads_to_itself_is_the_last(cpo: Scripted, emsp: Scripted) -> None:
    """H4.13: nobody is sent round in circles, at the endpoint or elsewhere."""
    endpoint = f"{cpo.url}{cpo.path('locations', S)}?offset=1"
    cpo.on("GET", "locations", S, _linked(endpoint))
    at_endpoint = await emsp.ask("GET", "locations", S, "?offset=1", to=words.CPO)
    cpo.on("GET", "locations", S, _linked(f"{cpo.url}/page"))
    cpo.answer("GET", "/page", _linked(f"{cpo.url}/page", **{"X-Total-Count": "9", "X-Limit": "1"}))
    first = await emsp.ask("GET", "locations", S, to=words.CPO)

    elsewhere = await _follow(emsp, first)

    assert "Link" not in at_endpoint.headers
    assert len(elsewhere) == 2


async def test_a_refused_list_has_no_next_page(cpo: Scripted, emsp: Scripted) -> None:
    """H3.10, H6.30: sessions need date_from; the owner's refusal of a page is carried as it is."""
    missing = await emsp.ask("GET", "sessions", S, to=words.CPO)
    cpo.on("GET", "sessions", S, refused(2001, "limit is too large"))
    carried = await emsp.ask("GET", "sessions", S, "?date_from=2024-01-01T00:00:00Z&limit=9999", to=words.CPO)

    assert (missing.status, missing.status_code) == (200, 2001)
    assert "date_from" in missing.json["status_message"]
    assert (carried.status_code, carried.json["status_message"]) == (2001, "limit is too large")
    assert len(cpo.got("sessions")) == 1


async def test_content_urls_stay(cpo: Scripted, emsp: Scripted) -> None:
    """H4.05: images, websites and terms are the owner's, in a list and in a push."""
    image = {"url": "https://cpa.example/1.jpg", "category": "OPERATOR", "type": "jpeg"}
    location = words.location(images=[image], operator={"name": "A", "website": "https://cpa.example", "logo": image})
    reply = ok([location], headers={"Link": '<?offset=1>; rel="next"'})
    cpo.on("GET", "locations", S, reply)

    listed = await emsp.ask("GET", "locations", S, to=words.CPO)
    await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", location, to=words.EMSP)

    assert listed.body == reply.body
    assert emsp.got("locations")[0].body == words.body(location)
