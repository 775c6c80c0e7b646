"""A simulated platform registers, is registered with, rotates, and serves paged lists, over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from hub.simulate.handshake import HandshakeFailed
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.paging import page_of
from hub.simulate.platform import Platform
from hub.wire.interface import Interface, Version
from hub.wire.party import Party, PartyRole, Role
from tests import words

HUB = Party(country_code="NL", party_id="HUB")
CPO = Party(country_code="FR", party_id="PDR")


@pytest.fixture
async def hub() -> AsyncIterator[Platform]:
    """The other side: a platform with role HUB and three locations in pages of two."""
    async with Platform("Hub", [PartyRole(party=HUB, role=Role.HUB)], page_size=2) as platform:

        async def locations(received: Received, rest: tuple[str, ...]) -> Reply:
            url = platform.url + platform.path("locations", Interface.SENDER)
            objects = [{"id": str(n), "last_updated": f"2026-01-0{n}T00:00:00Z"} for n in (1, 2, 3)]
            return refused(2003, "unknown location") if rest else page_of(objects, received, url, platform.page_size)

        platform.serve("locations", Interface.SENDER, locations)
        yield platform


@pytest.fixture
async def cpo() -> AsyncIterator[Platform]:
    """The platform under test."""
    async with Platform("Power Dot", [PartyRole(party=CPO, role=Role.CPO)]) as platform:
        yield platform


async def test_a_platform_registers_with_a_token_a(hub: Platform, cpo: Platform) -> None:
    """Both sides end with the other's endpoints and credentials token, and token A is worth nothing afterwards."""
    token_a = hub.invite()

    peer = await cpo.register(hub.versions_url, token_a)

    assert peer.party == HUB
    assert peer.endpoint("locations", Interface.SENDER) == hub.url + "/ocpi/2.2.1/sender/locations"
    assert hub.peer is not None
    assert hub.peer.party == CPO
    assert (hub.outgoing_token, cpo.outgoing_token) == (cpo.issued_token, hub.issued_token)
    assert (await cpo.call("GET", hub.versions_url, token=token_a)).status == 401


async def test_the_other_side_calls_back_before_it_answers(hub: Platform, cpo: Platform) -> None:
    """During POST credentials the receiver reads versions and details with the token of the body, without routing headers."""
    await cpo.register(hub.versions_url, hub.invite())

    assert [(r.method, r.path) for r in cpo.requests] == [("GET", "/ocpi/versions"), ("GET", "/ocpi/2.2.1")]
    assert all(r.to is None and r.from_ is None for r in (*cpo.requests, *hub.requests))


async def test_a_wrong_token_a_registers_nobody(hub: Platform, cpo: Platform) -> None:
    """A refused handshake leaves no token behind."""
    hub.invite()

    with pytest.raises(HandshakeFailed, match="versions: HTTP 401, OCPI 2000"):
        await cpo.register(hub.versions_url, "wrong")

    assert (cpo.peer, cpo.issued_token, hub.peer) == (None, None, None)


async def test_a_refused_post_leaves_the_platform_unregistered(hub: Platform, cpo: Platform) -> None:
    """A scripted refusal of the POST is reported with its OCPI code."""
    hub.answer("POST", "/ocpi/2.2.1/credentials", refused(3001, "cannot reach you"))

    with pytest.raises(HandshakeFailed, match="OCPI 3001: cannot reach you"):
        await cpo.register(hub.versions_url, hub.invite())

    assert (cpo.peer, cpo.issued_token) == (None, None)


async def test_a_version_that_is_not_offered_is_not_used(hub: Platform) -> None:
    """A 2.2 platform does not register at one that speaks 2.2.1 alone."""
    async with Platform("Old", [PartyRole(party=CPO, role=Role.CPO)], version=Version.V2_2) as old:
        with pytest.raises(HandshakeFailed, match=r"does not offer OCPI 2\.2"):
            await old.register(hub.versions_url, hub.invite())


async def test_rotation_replaces_both_tokens(hub: Platform, cpo: Platform) -> None:
    """PUT credentials gives both sides a new token; the old one dies when the new one is first used."""
    await cpo.register(hub.versions_url, hub.invite())
    before = (cpo.issued_token, cpo.outgoing_token)

    await cpo.rotate()
    await cpo.send("GET", "locations", Interface.SENDER, to=HUB)

    assert cpo.issued_token not in before
    assert cpo.outgoing_token not in before
    assert (await cpo.call("GET", hub.versions_url, token=before[1])).status == 401


async def test_a_failed_rotation_keeps_the_old_tokens(hub: Platform, cpo: Platform) -> None:
    """The connection goes on working after a refused PUT."""
    await cpo.register(hub.versions_url, hub.invite())
    before = (cpo.issued_token, cpo.outgoing_token)
    hub.answer("PUT", "/ocpi/2.2.1/credentials", refused(3000, "not now"))

    with pytest.raises(HandshakeFailed):
        await cpo.rotate()

    assert (cpo.issued_token, cpo.outgoing_token) == before
    assert (await hub.call("GET", cpo.versions_url)).status == 200


async def test_credentials_that_do_not_fit_the_state_are_405(hub: Platform, cpo: Platform) -> None:
    """POST when registered, PUT and DELETE when not."""
    token_a = hub.invite()
    url = hub.url + "/ocpi/2.2.1/credentials"
    early = [(await cpo.call(method, url, b"{}", token=token_a)).status for method in ("PUT", "DELETE", "PATCH")]

    await cpo.register(hub.versions_url, token_a)

    assert early == [405, 405, 405]
    assert (await cpo.call("POST", url, b"{}")).status == 405


async def test_a_broken_credentials_object_is_2001(hub: Platform, cpo: Platform) -> None:
    """A body that is not a Credentials object stores nothing."""
    answer = await cpo.call("POST", hub.url + "/ocpi/2.2.1/credentials", {"token": "x"}, token=hub.invite())

    assert (answer.status, answer.status_code, hub.peer) == (200, 2001, None)


async def test_a_token_a_does_not_open_modules(hub: Platform, cpo: Platform) -> None:
    """Before registration only versions and credentials are open."""
    answer = await cpo.call("GET", hub.url + hub.path("locations", Interface.SENDER), token=hub.invite())

    assert answer.status == 401


async def test_unregistering_ends_both_sides(hub: Platform, cpo: Platform) -> None:
    """After DELETE credentials neither side has a token of the other."""
    await cpo.register(hub.versions_url, hub.invite())

    await cpo.unregister()

    assert (hub.peer, hub.outgoing_token, cpo.peer, cpo.outgoing_token) == (None, None, None, None)


async def test_a_list_is_pulled_page_after_page(hub: Platform, cpo: Platform) -> None:
    """Pages follow the Link; the filters are repeated in it; counts and limits are told."""
    await cpo.register(hub.versions_url, hub.invite())

    query = "date_from=2026-01-02T00:00:00Z&limit=1"
    pulled = [item["id"] async for item in cpo.pull("locations", to=HUB, query=query)]
    page = await cpo.send("GET", "locations", Interface.SENDER, "?date_to=2026-01-03T00:00:00Z", to=HUB)

    assert pulled == ["2", "3"]
    assert [r.query.get("offset") for r in hub.requests if r.path.endswith("locations")] == [None, "1", None]
    assert (len(page.data), page.headers["X-Total-Count"], page.headers["X-Limit"]) == (2, "2", "2")
    assert "Link" not in page.headers


@pytest.mark.parametrize("query", ["?limit=0", "?offset=-1", "?date_from=yesterday"])
async def test_an_impossible_page_is_2001(hub: Platform, cpo: Platform, query: str) -> None:
    """Paging parameters that mean nothing are refused, not guessed."""
    await cpo.register(hub.versions_url, hub.invite())

    answer = await cpo.send("GET", "locations", Interface.SENDER, query, to=HUB)

    assert (answer.status, answer.status_code) == (200, 2001)


async def test_a_message_for_somebody_else_is_refused(hub: Platform, cpo: Platform) -> None:
    """TO must be a party that is hosted here; only a hub takes messages for everyone."""
    await cpo.register(hub.versions_url, hub.invite())
    cpo.serve("tokens", Interface.RECEIVER, _taken)
    stranger = Party(country_code="DE", party_id="XXX")
    url = cpo.url + cpo.path("tokens", Interface.RECEIVER)

    answers = [await hub.call("GET", url, to=to, from_=HUB) for to in (stranger, CPO, None)]
    through = await cpo.send("GET", "locations", Interface.SENDER, to=stranger)

    assert [answer.status_code for answer in answers] == [2001, 1000, 1000]
    assert through.status_code == 1000


async def _taken(_: Received, __: tuple[str, ...]) -> Reply:
    return ok()


async def test_configuration_modules_are_not_routed(hub: Platform, cpo: Platform) -> None:
    """Routing headers on versions, credentials and hubclientinfo come to nothing; functional modules swap them."""
    await cpo.register(hub.versions_url, hub.invite())
    about = f"{hub.url}{hub.path('hubclientinfo', Interface.RECEIVER)}/FR/PDR"
    urls = [hub.versions_url, f"{hub.url}/ocpi/2.2.1", f"{hub.url}/ocpi/2.2.1/credentials", about]

    answers = [await cpo.call("GET", url, to=HUB, from_=CPO) for url in urls]
    routed = await cpo.send("GET", "locations", Interface.SENDER, to=HUB)

    assert [name for answer in answers for name in answer.headers if name.startswith("OCPI-")] == []
    assert (routed.headers["OCPI-to-party-id"], routed.headers["OCPI-from-party-id"]) == ("PDR", "HUB")


async def test_what_the_hub_says_of_a_party_is_kept(hub: Platform, cpo: Platform) -> None:
    """The last ClientInfo counts; one that is not valid changes nothing, and none can be deleted."""
    await cpo.register(hub.versions_url, hub.invite())
    url = f"{cpo.url}{cpo.path('hubclientinfo', Interface.RECEIVER)}/DE/EMA"
    told = [
        await hub.call("PUT", url, words.client_info(**_EMSP, status=status)) for status in ("CONNECTED", "OFFLINE")
    ]

    wrong = await hub.call("PUT", url, words.client_info(**_EMSP, status="ASLEEP"))
    nobody = await hub.call("GET", url.replace("/DE/EMA", "/DE/EMAIL"))
    deleted = await hub.call("DELETE", url)

    assert [answer.status_code for answer in told] == [1000, 1000]
    assert (wrong.status, wrong.status_code, nobody.status_code, deleted.status) == (200, 2001, 2001, 405)
    assert (await hub.call("GET", url)).data["status"] == "OFFLINE"


_EMSP = {"country_code": "DE", "party_id": "EMA", "role": "EMSP"}


@pytest.mark.parametrize("details", [{}, {"version": "2.2.1", "endpoints": [{"identifier": "locations"}]}, []])
async def test_details_of_no_use_are_3001(hub: Platform, cpo: Platform, details: object) -> None:
    """Whatever is wrong with what the callback finds, POST is refused as OCPI has it, and token A goes on working."""
    cpo.answer("GET", "/ocpi/2.2.1", ok(details))
    cpo.issued_token, token_a = "token-b", hub.invite()
    body = {"token": "token-b", "url": cpo.versions_url, "roles": words.credentials()["roles"]}

    answer = await cpo.call("POST", f"{hub.url}/ocpi/2.2.1/credentials", body, token=token_a)

    assert (answer.status, answer.status_code, hub.peer) == (200, 3001, None)
    assert (await cpo.call("GET", hub.versions_url, token=token_a)).status == 200
