"""GET All: what was pushed to the hub, of everyone whom the one who asks may hear, page by page."""

from collections.abc import AsyncIterator, Callable

import pytest

from hub.config import Settings
from hub.platform import Effect
from hub.simulate.messages import Answer, Received
from hub.simulate.paging import following
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import Asked, R, S, Scripted, joined, party

PAGE = 3


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub whose pages hold three objects at most."""
    async with running_hub(whole_settings, mongodb_url, page_size_max=PAGE) as running:
        yield running


async def _push(owner: Scripted, module: str, made: words.Words) -> None:
    """Broadcast an object of the owner's own."""
    named = made | {"country_code": owner.party.country_code, "party_id": owner.party.party_id}
    path = f"/{owner.party.country_code}/{owner.party.party_id}/{made.get('uid') or made['id']}"
    answer = await owner.ask("PUT", module, R, path, words.body(named), to=words.HUB)
    assert (answer.status, answer.status_code, answer.data) == (200, 1000, None)


async def _all(platform: Scripted, module: str, query: str = "", *, from_: Party | None = None) -> list[Answer]:
    """Every page of GET All, the Link followed with the same routing headers."""
    answers = [await platform.ask("GET", module, S, query, to=words.HUB, from_=from_)]
    while url := following(answers[-1]):
        answers.append(await platform.call("GET", url, to=words.HUB, from_=from_ or platform.party))
        assert len(answers) < 20
    return answers


def _ids(answers: list[Answer]) -> list[str]:
    return [item.get("uid") or item["id"] for answer in answers for item in answer.data]


async def _seen(platform: Scripted, module: str, query: str = "", *, from_: Party | None = None) -> list[str]:
    return _ids(await _all(platform, module, query, from_=from_))


async def test_everyones_locations_page_by_page(hub: RunningHub, emsp: Scripted) -> None:
    """H3.50, H3.51, H3.53, H3.54, H7.09, H7.10: each object of three operators once, in order, and the same total (S9)."""
    async with (
        joined(hub, "NL/CPB/CPO") as first,
        joined(hub, "NL/CPC/CPO") as second,
        joined(hub, "NL/CPD/CPO") as third,
    ):
        pushed = [
            (owner, f"L{number}{owner.party.party_id}") for number in range(3) for owner in (first, second, third)
        ]
        for owner, location_id in pushed:
            await _push(owner, "locations", words.location(id=location_id, last_updated="2021-05-01T00:00:00Z"))

        window = "date_from=2021-05-01T00:00:00%2B00:00&date_to=2021-05-02T00:00:00Z"
        answers = await _all(emsp, "locations", f"?{window}&limit=50&own=%c3%a9")

        owners = {(item["country_code"], item["party_id"]) for answer in answers for item in answer.data}
        assert _ids(answers) == [location_id for _, location_id in pushed]
        assert owners == {("NL", "CPB"), ("NL", "CPC"), ("NL", "CPD")}
        assert [len(answer.data) for answer in answers] == [3, 3, 3]
        assert {(one.headers["X-Total-Count"], one.headers["X-Limit"]) for one in answers} == {("9", str(PAGE))}
        assert "Link" not in answers[-1].headers
        for answer in answers:
            assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.HUB)
        for answer in answers[:-1]:
            link = following(answer) or ""
            assert link.startswith(f"{hub.url('locations', S)}?{window}&own=%c3%a9&")
            assert f"limit={PAGE}" in link.split("&")
        assert [owner.got("locations") for owner in (first, second, third)] == [[], [], []]


async def test_a_page_may_be_smaller(hub: RunningHub, emsp: Scripted) -> None:
    """H7.09, H7.11: X-Limit is the limit that was used; an offset beyond the end gives an empty page with the right total."""
    async with joined(hub, "NL/CPE/CPO") as owner:
        for number in range(3):
            await _push(owner, "tariffs", words.tariff(id=f"T{number}", last_updated="2019-01-01T00:00:00Z"))

        small = await emsp.ask("GET", "tariffs", S, "?limit=1&offset=1&date_to=2019-01-02T00:00:00Z", to=words.HUB)
        beyond = await emsp.ask("GET", "tariffs", S, "?offset=10&date_to=2019-01-02T00:00:00Z", to=words.HUB)

    assert (_ids([small]), small.headers["X-Limit"], small.headers["X-Total-Count"]) == (["T1"], "1", "3")
    assert (beyond.data, beyond.headers["X-Total-Count"], "Link" in beyond.headers) == ([], "3", False)


@pytest.mark.parametrize("query", ["?limit=0", "?limit=-1", "?offset=-1", "?offset=x", "?date_from=yesterday"])
async def test_an_impossible_page_is_2001(emsp: Scripted, query: str) -> None:
    """H7.11: parameters that mean nothing are refused, not guessed."""
    answer = await emsp.ask("GET", "locations", S, query, to=words.HUB)

    assert (answer.status, answer.status_code, answer.data) == (200, 2001, None)
    assert query[1:].partition("=")[0] in answer.json["status_message"]


async def test_dates_are_the_owners(hub: RunningHub, emsp: Scripted) -> None:
    """H3.53, H7.08: date_from is inclusive and date_to exclusive, on last_updated, whenever the hub got the object."""
    async with joined(hub, "NL/CPF/CPO") as owner:
        for day in (3, 1, 2):
            await _push(owner, "locations", words.location(id=f"D{day}", last_updated=f"2020-01-0{day}T12:00:00Z"))

        assert await _seen(emsp, "locations", "?date_to=2021-01-01T00:00:00Z") == ["D3", "D1", "D2"]
        for window, wanted in (
            ("date_from=2020-01-01T12:00:00Z&date_to=2020-01-03T12:00:00Z", ["D1", "D2"]),
            ("date_from=2020-01-03T12:00:00&date_to=2021-01-01T00:00:00Z", ["D3"]),
            ("date_from=2020-01-02T14:00:00+02:00&date_to=2020-01-02T12:00:01Z", ["D2"]),
            ("date_from=2020-01-03T12:00:00Z&date_to=2020-01-01T12:00:00Z", []),
        ):
            assert await _seen(emsp, "locations", f"?{window}") == wanted


async def test_objects_are_as_their_owner_wrote_them(cpo: Scripted, emsp: Scripted) -> None:
    """H3.03, H3.04, H3.50: number texts, unknown fields and last_updated included."""
    own = {"a": words.number("0.10"), "ü": [words.number("1e3")]}
    body = words.body(words.tariff(id="EXACT", own=own))
    await cpo.ask("PUT", "tariffs", R, "/NL/CPA/EXACT", body, to=words.HUB)

    answers = await _all(emsp, "tariffs")

    assert sum(body in answer.body for answer in answers) == 1


async def test_what_is_not_published_is_listed(cpo: Scripted, emsp: Scripted) -> None:
    """H3.29, H6.15: `publish` false restricts who is shown a Location, not who is told of it."""
    await _push(cpo, "locations", words.location(id="PRIVATE", publish=False))

    assert "PRIVATE" in await _seen(emsp, "locations")


async def test_the_store_follows_the_pushes(cpo: Scripted, emsp: Scripted) -> None:
    """H3.55, H6.03, H6.04, H6.10, H6.11: PUT replaces, PATCH merges, a part moves the time of its whole, REMOVED stays."""
    await _push(cpo, "locations", words.location(id="KEPT", directions=[{"language": "en", "text": "left"}]))
    await _push(cpo, "locations", words.location(id="KEPT", last_updated="2024-06-01T00:00:00Z"))
    removed = {"status": "REMOVED", "last_updated": "2024-06-02T00:00:00Z"}
    part = await cpo.ask("PATCH", "locations", R, "/NL/CPA/KEPT/3256", removed, to=words.HUB)
    after_part = await _kept(emsp)
    name = {"name": "New", "last_updated": "2024-06-03T00:00:00Z"}
    whole = await cpo.ask("PATCH", "locations", R, "/NL/CPA/KEPT", name, to=words.HUB)

    kept = await _kept(emsp)
    assert (part.status_code, whole.status_code) == (1000, 1000)
    assert "directions" not in kept
    assert after_part["last_updated"] == "2024-06-02T00:00:00Z"
    assert (kept["name"], kept["city"], kept["last_updated"]) == ("New", "Utrecht", "2024-06-03T00:00:00Z")
    assert [(evse["status"], evse["last_updated"]) for evse in kept["evses"]] == [("REMOVED", "2024-06-02T00:00:00Z")]


async def test_what_the_hub_keeps_it_checks(cpo: Scripted, emsp: Scripted) -> None:
    """H3.05, H3.30, H6.02, H6.05: a broadcast without last_updated, or with a wrong id or field, is 2001 and changes nothing."""
    await _push(cpo, "locations", words.location(id="STRICT"))
    await _push(emsp, "tokens", words.token(uid="STRICT"))
    wrong = [
        (cpo, Asked("PATCH", "locations", R, "/NL/CPA/STRICT", {"name": "New"})),
        (cpo, Asked("PATCH", "locations", R, "/NL/CPA/STRICT/3256", {"status": "CHARGING"})),
        (cpo, Asked("PUT", "locations", R, "/NL/CPA/STRICT", words.location(id="OTHER"))),
        (cpo, Asked("PUT", "locations", R, "/NL/CPA/STRICT", words.location(id="STRICT", time_zone=None))),
        (emsp, Asked("PATCH", "tokens", R, "/DE/EMA/STRICT", {"valid": False})),
        (emsp, Asked("PUT", "tokens", R, "/DE/EMA/STRICT?type=OTHER", words.token(uid="STRICT"))),
    ]

    answers = [await owner.ask(*asked, to=words.HUB) for owner, asked in wrong]

    bodies = [answer.body for answer in (*await _all(emsp, "locations"), *await _all(cpo, "tokens"))]
    assert [(answer.status, answer.status_code) for answer in answers] == [(200, 2001)] * len(wrong)
    for kept in (words.location(id="STRICT"), words.token(uid="STRICT")):
        assert sum(words.body(kept) in body for body in bodies) == 1


async def test_a_part_names_no_owner(cpo: Scripted, emsp: Scripted) -> None:
    """H6.14, H3.55: EVSE and Connector belong to the owner in the path; a part of an unknown Location is refused."""
    await _push(cpo, "locations", words.location(id="PARTS"))
    later = {"last_updated": "2024-06-01T00:00:00Z"}
    evse = await cpo.ask("PUT", "locations", R, "/NL/CPA/PARTS/NEW", words.evse(uid="NEW", **later), to=words.HUB)
    connector = words.connector(id="2", **later)
    added = await cpo.ask("PUT", "locations", R, "/NL/CPA/PARTS/NEW/2", connector, to=words.HUB)
    unknown = await cpo.ask("PUT", "locations", R, "/NL/CPA/NOBODYS/NEW", words.evse(uid="NEW"), to=words.HUB)

    (kept,) = [item for answer in await _all(emsp, "locations") for item in answer.data if item["id"] == "PARTS"]
    assert [answer.status_code for answer in (evse, added, unknown)] == [1000, 1000, 2003]
    assert [[one["id"] for one in evse["connectors"]] for evse in kept["evses"]] == [["1"], ["1", "2"]]


async def _kept(emsp: Scripted) -> words.Words:
    (kept,) = [item for answer in await _all(emsp, "locations") for item in answer.data if item["id"] == "KEPT"]
    return dict(kept)


async def test_a_withdrawn_tariff_is_gone(cpo: Scripted, emsp: Scripted) -> None:
    """H3.55, H6.57: after a DELETE nobody finds the tariff."""
    await _push(cpo, "tariffs", words.tariff(id="GONE"))
    before = await _seen(emsp, "tariffs")

    deleted = await cpo.ask("DELETE", "tariffs", R, "/NL/CPA/GONE", to=words.HUB)

    assert "GONE" in before
    assert deleted.status_code == 1000
    assert "GONE" not in await _seen(emsp, "tariffs")


async def test_tokens_are_for_operators(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.50, H3.52: operators read the tokens of all providers; a provider reads its own alone."""
    async with joined(hub, "DE/EMB/EMSP") as other:
        await _push(emsp, "tokens", words.token(uid="OF-A"))
        await _push(other, "tokens", words.token(uid="OF-B"))

        assert {"OF-A", "OF-B"} <= set(await _seen(cpo, "tokens"))
        assert ("OF-A" in await _seen(emsp, "tokens"), "OF-B" in await _seen(emsp, "tokens")) == (True, False)
        assert await _seen(other, "tokens") == ["OF-B"]


@pytest.mark.parametrize("denied", ["DNA", "DNO"])
async def test_who_may_not_talk_is_not_seen(hub: RunningHub, emsp: Scripted, denied: str) -> None:
    """H3.52: an agreement that denies either direction hides the objects of an owner, for that pair and module alone."""
    async with joined(hub, f"NL/{denied}/CPO") as owner, joined(hub, f"DE/{denied}/EMSP") as other:
        await _push(owner, "locations", words.location(id=denied))
        await _push(owner, "tariffs", words.tariff(id=denied))
        pair = (words.EMSP, owner.party) if denied == "DNA" else (owner.party, words.EMSP)
        await hub.deny(*pair, "locations")

        assert denied not in await _seen(emsp, "locations")
        assert denied in await _seen(emsp, "tariffs")
        assert denied in await _seen(other, "locations")

        await hub.hub.partners.agree(*pair, ModuleId("locations"), Effect.ALLOW)
        assert denied in await _seen(emsp, "locations")


async def test_it_is_the_asking_party_that_counts(hub: RunningHub) -> None:
    """H3.52: of two parties of one platform each sees what it may."""
    first, second = party("DE*PFA"), party("DE*PFB")
    async with joined(hub, "DE/PFA/EMSP", "DE/PFB/EMSP") as both, joined(hub, "NL/PFC/CPO") as owner:
        await _push(owner, "locations", words.location(id="FOR-ONE"))
        await hub.deny(owner.party, second, None)

        assert "FOR-ONE" in await _seen(both, "locations", from_=first)
        assert "FOR-ONE" not in await _seen(both, "locations", from_=second)


async def test_a_suspended_owner_leaves(hub: RunningHub, emsp: Scripted) -> None:
    """H3.56: its objects are not listed until it is resumed."""
    async with joined(hub, "NL/SUS/CPO") as owner:
        await _push(owner, "locations", words.location(id="SUSPENDED"))
        await hub.hub.partners.suspend("NL-SUS", "unpaid")
        while_suspended = await _seen(emsp, "locations")
        await hub.hub.partners.resume("NL-SUS")

        assert "SUSPENDED" not in while_suspended
        assert "SUSPENDED" in await _seen(emsp, "locations")


def _tells(party_id: str, status: str) -> Callable[[Received], bool]:
    return lambda received: (
        received.segments[-1] == party_id and bool(received.body and received.json["status"] == status)
    )


async def test_an_offline_owner_stays(hub: RunningHub, emsp: Scripted) -> None:
    """H3.56: what an owner pushed is listed while it cannot be reached."""
    async with joined(hub, "NL/OFF/CPO") as owner:
        await _push(owner, "locations", words.location(id="OFFLINE"))
    told = await emsp.ask("GET", "locations", S, "/OFFLINE", to=party("NL*OFF"))
    await emsp.wait_for(_tells("OFF", "OFFLINE"))

    assert told.status_code == 4003
    assert "OFFLINE" in await _seen(emsp, "locations")


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
async def test_what_concerns_two_parties_is_not_listed(emsp: Scripted, module: str) -> None:
    """H3.51, D3: sessions and CDRs are not kept at the hub; the answer says whom to ask."""
    answer = await emsp.ask("GET", module, S, "?date_from=2024-01-01T00:00:00Z", to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "TO headers" in answer.json["status_message"]


@pytest.mark.parametrize(
    "asked",
    [
        Asked("GET", "locations", R, "/NL/CPA/LOC1"),
        Asked("GET", "tariffs", R, "/NL/CPA/TARIFF1"),
        Asked("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session()),
        Asked("PATCH", "sessions", R, "/NL/CPA/SESSION1", {"last_updated": "2024-03-01T10:00:00Z"}),
        Asked("POST", "cdrs", R, "", words.cdr()),
    ],
)
async def test_what_the_hub_is_not_the_receiver_of(emsp: Scripted, cpo: Scripted, asked: Asked) -> None:
    """H3.20, H3.50: no GET of a copy, no session and no CDR has the hub as its receiver (S8)."""
    answer = await cpo.ask(*asked, to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert emsp.got(asked.module) == []
