"""The table of routing headers: who is TO and who FROM on every leg, in all four scenarios."""

from hub.simulate.messages import Answer, Received, ok
from hub.wire.headers import FROM_COUNTRY, FROM_PARTY, TO_COUNTRY, TO_PARTY, RoutingHeaders, read_routing
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, party

ALL_FOUR = {name.lower() for name in (TO_PARTY, TO_COUNTRY, FROM_PARTY, FROM_COUNTRY)}


def _legs(
    received: Received, answer: Answer
) -> tuple[tuple[Party | None, Party | None], tuple[Party | None, Party | None]]:
    """TO and FROM of the request from hub to receiver, and of the answer from hub to requester."""
    answered = read_routing(answer.headers)
    return (received.to, received.from_), (answered.to, answered.sender)


async def test_party_to_party(cpo: Scripted, emsp: Scripted) -> None:
    """H1.31, H1.34: TO and FROM go on unchanged and come back swapped."""
    answer = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.EMSP)

    legs = _legs(emsp.got("tariffs")[0], answer)

    assert legs == ((words.EMSP, words.CPO), (words.CPO, words.EMSP))


async def test_broadcast_push(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.31, H1.34, H3.20, H3.21, H3.22, H3.25: the hub answers itself, as itself, and to each receiver it is FROM."""
    async with joined(hub, "DE/EMB/EMSP") as other:
        answer = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB)
        first = await emsp.wait_for(lambda received: "tariffs" in received.segments)
        second = await other.wait_for(lambda received: "tariffs" in received.segments)

    assert (answer.status, answer.status_code, answer.data) == (200, 1000, None)
    assert _legs(first, answer) == ((words.EMSP, words.HUB), (words.CPO, words.HUB))
    assert _legs(second, answer) == ((party("DE*EMB"), words.HUB), (words.CPO, words.HUB))


async def test_broadcast_without_to_headers(cpo: Scripted, emsp: Scripted) -> None:
    """H1.34, H3.40: a push of public data that names nobody is told to everyone in the same way."""
    answer = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/OPEN", words.tariff(id="OPEN"), to=None)
    received = await emsp.wait_for(lambda received: received.segments[-1:] == ("OPEN",))

    assert _legs(received, answer) == ((words.EMSP, words.HUB), (words.CPO, words.HUB))


async def test_open_routing_request(cpo: Scripted, emsp: Scripted) -> None:
    """H1.31, H1.34: the hub fills in TO, and the requester learns who answered."""
    answer = await cpo.ask("POST", "cdrs", R, "", words.cdr(), to=None)

    legs = _legs(emsp.got("cdrs")[0], answer)

    assert legs == ((words.EMSP, words.CPO), (words.CPO, words.EMSP))


async def test_get_all(cpo: Scripted, emsp: Scripted) -> None:
    """H1.34, H3.50: the hub answers a list for everyone as itself, and asks nobody."""
    answer = await emsp.ask("GET", "tariffs", S, to=words.HUB)

    assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.HUB)
    assert cpo.got("tariffs") == []


async def test_a_refusal_of_the_hub(emsp: Scripted) -> None:
    """H1.34, H1.36: it comes FROM the hub, TO whoever asked."""
    answer = await emsp.ask("GET", "tariffs", S, to=party("XX*XXX"))

    assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.HUB)


async def test_configuration_modules_have_none(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.32: no routing headers on versions, credentials and hubclientinfo, either way; what a partner sends is ignored."""
    nonsense = {TO_PARTY: "", FROM_PARTY: "XXXX", FROM_COUNTRY: "1"}
    peer, _ = emsp.registered()
    urls = [
        peer.versions_url,
        f"{hub.settings.ocpi_url}/2.2.1",
        peer.credentials_url,
        peer.endpoint("hubclientinfo", S),
    ]

    answers = [await emsp.call("GET", url, headers=nonsense) for url in urls]
    async with joined(hub, "DE/NEW/EMSP") as newcomer:
        told = await cpo.wait_for(lambda received: received.segments[-2:] == ("DE", "NEW"))
        handshake = list(newcomer.requests)

    assert [answer.status_code for answer in answers] == [1000] * 4
    assert {"versions", "2.2.1"} <= {received.segments[-1] for received in handshake}
    for headers in (*(answer.headers for answer in answers), told.headers, *(one.headers for one in handshake)):
        assert not ALL_FOUR & {name.lower() for name in headers}


async def test_a_sender_is_one_of_its_platforms_parties(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.37: FROM must be a party of the platform that the credentials token belongs to."""
    spoofed = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, from_=words.CPO)
    stranger = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, from_=party("XX*XXX"))

    assert [(answer.status, answer.status_code) for answer in (spoofed, stranger)] == [(200, 2001)] * 2
    assert cpo.got("locations") == []


async def test_a_missing_sender_is_found_when_only_one_can_be_meant(hub: RunningHub, cpo: Scripted) -> None:
    """H1.38: of a platform with an operator and a provider the one that can make the call; of two providers neither."""
    cpo.on("GET", "locations", S, ok([]))
    async with joined(hub, "BE/MIX/CPO", "BE/MIY/EMSP") as mixed, joined(hub, "BE/TWA/EMSP", "BE/TWB/EMSP") as two:
        url = mixed.registered()[0].endpoint("locations", S)
        found = await mixed.call("GET", url, to=words.CPO)
        unclear = await two.call("GET", url, to=words.CPO)

    assert found.status_code == 1000
    assert read_routing(found.headers) == RoutingHeaders(to=party("BE*MIY"), sender=words.CPO)
    assert [received.from_ for received in cpo.got("locations")] == [party("BE*MIY")]
    assert (unclear.status, unclear.status_code) == (200, 2001)
