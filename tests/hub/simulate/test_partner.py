"""A scripted partner records, answers, fails and calls over real HTTP."""

import asyncio
import base64
from collections.abc import AsyncIterator
from decimal import Decimal

import aiohttp
import pytest

from hub.simulate.faults import Fault
from hub.simulate.messages import Received, Reply, ok, read_json, refused, write_json
from hub.simulate.partner import Partner
from hub.wire.party import Party

CPO = Party(country_code="FR", party_id="PDR")
EMSP = Party(country_code="NL", party_id="EMA")


@pytest.fixture
async def server() -> AsyncIterator[Partner]:
    """A partner that is called."""
    async with Partner() as partner:
        yield partner


@pytest.fixture
async def client() -> AsyncIterator[Partner]:
    """A partner that calls."""
    async with Partner() as partner:
        partner.outgoing_token = "token-b"
        yield partner


async def test_a_request_is_recorded_as_it_came(server: Partner, client: Partner) -> None:
    """Method, path, raw target, query, headers and the bytes of the body are kept."""
    body = b'{"kwh":0.10 , "unknown":1e3}'

    await client.call("PUT", f"{server.url}/a%20b?offset=0&limit=5", body, to=EMSP, from_=CPO)

    received = server.requests[-1]
    assert (received.method, received.path, received.target) == ("PUT", "/a b", "/a%20b?offset=0&limit=5")
    assert (received.query, received.body) == ({"offset": "0", "limit": "5"}, body)
    assert (received.to, received.from_) == (EMSP, CPO)
    assert received.headers["X-Request-ID"] != received.headers["X-Correlation-ID"]
    assert base64.b64decode(received.headers["Authorization"].removeprefix("Token ")) == b"token-b"


async def test_the_token_can_go_out_raw(server: Partner, client: Partner) -> None:
    """A platform that does not encode its token can be played."""
    client.raw_token = True

    await client.call("GET", server.url + "/")

    assert server.requests[-1].headers["Authorization"] == "Token token-b"


async def test_an_answer_repeats_ids_and_swaps_the_routing_headers(server: Partner, client: Partner) -> None:
    """What a correct OCPI platform adds to each response is added to a scripted one."""
    server.answer("GET", "/locations", ok([]))

    answer = await client.call("GET", server.url + "/locations", to=CPO, from_=EMSP, headers={"X-Request-ID": "r1"})

    assert (answer.status, answer.status_code, answer.data) == (200, 1000, [])
    assert answer.headers["X-Request-ID"] == "r1"
    assert (answer.headers["OCPI-to-party-id"], answer.headers["OCPI-from-party-id"]) == ("EMA", "PDR")


async def test_a_bare_reply_is_sent_without_additions(server: Partner, client: Partner) -> None:
    """A partner that forgets ids and routing headers can be played."""
    server.answer("GET", "/", Reply(body=b"<html>", headers={"Content-Type": "text/html"}, bare=True))

    answer = await client.call("GET", server.url + "/", to=CPO, from_=EMSP)

    assert answer.body == b"<html>"
    assert "X-Request-ID" not in answer.headers
    assert "OCPI-to-party-id" not in answer.headers


async def test_the_newest_script_wins_and_may_decline(server: Partner, client: Partner) -> None:
    """A function may answer some requests and leave the others to older scripts, and to the 404 at the end."""

    async def only_loc1(received: Received) -> Reply | None:
        return refused(2003, "unknown location") if received.path.endswith("LOC1") else None

    server.answer("GET", "/locations/LOC2", ok("old"))
    server.answer("GET", "/locations", only_loc1)

    answers = [await client.call("GET", f"{server.url}/locations/LOC{n}") for n in (1, 2, 3)]

    assert [(a.status, a.status_code) for a in answers] == [(200, 2003), (200, 1000), (404, 2000)]


async def test_a_new_script_replaces_an_older_one(server: Partner, client: Partner) -> None:
    """A test can change its mind about a path."""
    server.answer("GET", "/", ok("old"))
    server.answer("GET", "/", ok("new"))

    assert (await client.call("GET", server.url + "/")).data == "new"


async def test_waiting_sees_what_came_before_and_what_comes_later(server: Partner, client: Partner) -> None:
    """wait_for needs no sleep and no luck: it finds a request recorded already or yet to come."""
    await client.call("GET", server.url + "/first")
    early = await server.wait_for(lambda r: r.path == "/first")

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(server.wait_for(lambda r: r.path == "/second"))
        tasks.create_task(client.call("GET", server.url + "/second"))

    assert (early.path, waiting.result().path) == ("/first", "/second")


async def test_waiting_in_vain_ends_with_a_time_out(server: Partner) -> None:
    """A request that never comes is a TimeoutError, not a hang."""
    with pytest.raises(TimeoutError):
        await server.wait_for(lambda _: True, timeout_s=0.01)


async def test_only_the_newest_requests_are_kept(client: Partner) -> None:
    """The record is bounded."""
    async with Partner(keep=2) as server:
        for n in range(3):
            await client.call("GET", f"{server.url}/{n}")

        assert [received.path for received in server.requests] == ["/1", "/2"]
        assert (server.received_count, (await server.wait_for(lambda _: True)).path) == (3, "/1")


async def test_a_slow_partner_answers_once_it_is_healed(server: Partner, client: Partner) -> None:
    """slow holds a request that has arrived; switching it off lets the request through."""
    server.answer("GET", "/", ok("done"))
    server.fail(Fault.SLOW, slow_s=3600)

    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(client.call("GET", server.url + "/"))
        await server.wait_for(lambda _: True)
        assert not call.done()
        server.fail(Fault.NONE)

    assert call.result().data == "done"


async def test_a_slow_partner_answers_after_its_delay(server: Partner, client: Partner) -> None:
    """slow is a delay, not a refusal."""
    server.answer("GET", "/", ok("done"))
    server.fail(Fault.SLOW, slow_s=0.01)

    assert (await client.call("GET", server.url + "/")).data == "done"


async def test_a_partner_that_is_down_resets_connections(server: Partner, client: Partner) -> None:
    """down gives no HTTP response at all, and ends when it is switched off."""
    server.answer("GET", "/", ok())
    server.fail(Fault.DOWN)

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.call("GET", server.url + "/")
    server.fail(Fault.NONE)

    assert (await client.call("GET", server.url + "/")).status == 200


async def test_a_stopped_partner_refuses_connections_and_comes_back_on_its_port(
    server: Partner, client: Partner
) -> None:
    """stop and start keep port, scripts and record."""
    server.answer("GET", "/", ok())
    await client.call("GET", server.url + "/")

    await server.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.call("GET", server.url + "/")
    await server.start()

    assert (await client.call("GET", server.url + "/")).status == 200
    assert len(server.requests) == 2


@pytest.mark.parametrize(("fault", "status"), [(Fault.SERVER_ERROR, 500), (Fault.MALFORMED, 200)])
async def test_a_broken_partner_answers_wrongly(server: Partner, client: Partner, fault: Fault, status: int) -> None:
    """500 and malformed are answers; malformed has no OCPI status code."""
    server.fail(fault)

    answer = await client.call("GET", server.url + "/")

    assert answer.status == status
    assert ("status_code" in answer.json) is (fault is Fault.SERVER_ERROR)


def test_numbers_keep_their_digits() -> None:
    """A Decimal is written as a number with exactly its digits and read back as the same Decimal."""
    price = {"excl_vat": Decimal("10.10"), "items": [Decimal("0.000001"), 3]}

    assert write_json(price) == b'{"excl_vat":10.10,"items":[0.000001,3]}'
    assert read_json(write_json(price)) == price
