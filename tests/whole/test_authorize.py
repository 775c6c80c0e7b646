"""Real-time authorization: the provider alone answers, through the hub, or nobody does."""

import pytest

from hub.simulate.messages import Answer, Reply, ok, refused
from hub.store.protocols import ObjectKey
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import ModuleId
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, known, party


async def _authorize(cpo: Scripted, body: bytes | None = None, *, uid: str = "012345678", query: str = "") -> Answer:
    return await cpo.ask("POST", "tokens", S, f"/{uid}/authorize{query}", body, to=words.EMSP)


async def test_an_unknown_token_is_404_and_2004(cpo: Scripted, emsp: Scripted) -> None:
    """H6.62, H3.14: the one OCPI error that comes with an HTTP error passes as it is (S14)."""
    reply = refused(2004, "unknown token", status=404)
    emsp.on("POST", "tokens", S, reply)

    answer = await _authorize(cpo)

    assert (answer.status, answer.body) == (404, reply.body)
    assert read_routing(answer.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


async def test_too_little_said_is_2002(cpo: Scripted, emsp: Scripted) -> None:
    """H6.63, H3.10: a provider that wants to know where says so with HTTP 200 and 2002."""
    emsp.on("POST", "tokens", S, refused(2002, "where?"))

    answer = await _authorize(cpo)

    assert (answer.status, answer.status_code) == (200, 2002)


@pytest.mark.parametrize("allowed", ["ALLOWED", "BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED"])
async def test_a_known_token_is_1000_whatever_is_allowed(cpo: Scripted, emsp: Scripted, allowed: str) -> None:
    """H6.64, H6.65: the AuthorizationInfo is the provider's, byte for byte."""
    reply = ok(words.authorization_info(allowed=allowed))
    emsp.on("POST", "tokens", S, reply)

    answer = await _authorize(cpo, words.body(words.location_references()))

    assert (answer.status, answer.body) == (200, reply.body)


@pytest.mark.parametrize("body", [None, b"", b'{"location_id": "LOC1",  "evse_uids": null}'])
async def test_a_body_is_not_required(cpo: Scripted, emsp: Scripted, body: bytes | None) -> None:
    """H6.60, H3.02: no body, an empty one or LocationReferences; nothing is added on the way (S14)."""
    answer = await _authorize(cpo, body)

    (received,) = emsp.got("tokens")
    assert answer.status_code == 1000
    assert received.body == (body or b"")
    assert ("Content-Type" in received.headers) == bool(body)


@pytest.mark.parametrize("query", ["", "?type=APP_USER", "?type=rfid&own=1"])
async def test_the_type_of_a_token_is_not_guessed(cpo: Scripted, emsp: Scripted, query: str) -> None:
    """H6.60, H3.02: the query goes on as it came; the default is the provider's to apply."""
    await _authorize(cpo, uid="a%20b", query=query)

    assert emsp.got("tokens")[0].target == f"{emsp.path('tokens', S)}/a%20b/authorize{query}"


async def test_a_stored_token_does_not_answer_for_its_provider(hub: RunningHub, cpo: Scripted) -> None:
    """H6.66, H3.12: when the provider is away the answer is 4003, although the hub has the valid token (S14)."""
    async with joined(hub, "DE/AWA/EMSP") as provider:
        token = words.token(party_id="AWA", uid="AWAY", whitelist="ALWAYS")
        await provider.ask("PUT", "tokens", R, "/DE/AWA/AWAY", token, to=words.HUB)
        await known(hub, "token", "rfid/away", party("DE*AWA"))
        key = ObjectKey(module=ModuleId("tokens"), owner=party("DE*AWA"), object_id="rfid/away")
        stored = await hub.hub.store.objects.get(key)

    named = await cpo.ask("POST", "tokens", S, "/AWAY/authorize", to=party("DE*AWA"))
    openly = await cpo.ask("POST", "tokens", S, "/AWAY/authorize", to=None)

    assert stored is not None
    assert [(answer.status, answer.status_code, answer.data) for answer in (named, openly)] == [(200, 4003, None)] * 2


async def test_a_token_is_asked_for_by_its_own_path_alone(cpo: Scripted, emsp: Scripted) -> None:
    """H7.14, H6.61: there is no GET of one token on this side, and no other verb than authorize."""
    emsp.on("POST", "tokens", S, Reply(body=b"never"))

    single = await cpo.ask("GET", "tokens", S, "/012345678", to=words.EMSP)
    other = await cpo.ask("POST", "tokens", S, "/012345678/deauthorize", to=words.EMSP)

    assert [(answer.status, answer.status_code) for answer in (single, other)] == [(404, 2000)] * 2
    assert emsp.got("tokens") == []
