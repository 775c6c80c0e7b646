"""The hub as Receiver of the credentials module, over real HTTP with simulated partners and a real store."""

import asyncio
from typing import Any

import pytest

from hub.config import Settings
from hub.platform import ConnectionStatus, PlatformState, TokenEncoding
from hub.simulate.faults import Fault
from hub.simulate.messages import Received, Reply, refused
from hub.simulate.platform import Platform
from hub.store.protocols import Store
from hub.wire.interface import Version
from tests.hub.partners.breaking import down, malformed, no_credentials_endpoint, other_version, refusing
from tests.hub.partners.house import CPA, CPB, EMA, House, ask, credentials_of, open_house


async def test_a_partner_registers_with_a_token_a(house: House, cpo: Platform) -> None:
    """H2.20 H2.21: token B is stored and used to read versions and details before the answer, token C is given, A is void."""
    token_a = await house.invite()

    peer = await cpo.register(house.versions_url, token_a)

    assert [received.path for received in cpo.requests] == ["/ocpi/versions", "/ocpi/2.2.1"]
    assert str(peer.party) == "NL*HUB"
    platform = house.platform()
    assert (platform.state, platform.version) == (PlatformState.REGISTERED, Version.V2_2_1)
    assert {module for module, _ in platform.endpoints} == {"credentials", "hubclientinfo"}
    assert house.front.roster.directory.credentials_tokens[platform.platform_id] == cpo.issued_token
    assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}
    assert (await ask(cpo, house.versions_url, token_a)).status == 401
    assert (await cpo.call("GET", house.versions_url)).status == 200


async def test_callbacks_carry_ids_and_no_routing_headers(house: House, cpo: Platform) -> None:
    """H1.32: configuration modules go without routing headers; the calls of one handshake share a correlation id."""
    await house.join(cpo, CPA, name="Charge Point A")

    assert all(received.to is None and received.from_ is None for received in cpo.requests)
    assert len({received.headers["X-Correlation-ID"] for received in cpo.requests}) == 1
    assert len({received.headers["X-Request-ID"] for received in cpo.requests}) == 2
    assert [(leg.method, leg.module, leg.http_status) for leg in house.legs] == [("GET", "versions", 200)] * 2


async def test_post_answers_200_with_the_hub_alone(house: House, cpo: Platform) -> None:
    """H2.33 H2.42 H1.03: 200; the Credentials list the hub as the one role, HUB, and the token as it is, not encoded."""
    token_a = await house.invite()

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo))

    assert (answer.status, answer.status_code) == (200, 1000)
    assert [(role["role"], role["country_code"], role["party_id"]) for role in answer.data["roles"]] == [
        ("HUB", "NL", "HUB")
    ]
    assert answer.data["url"] == house.versions_url
    assert (await ask(cpo, house.versions_url, answer.data["token"])).status == 200


async def test_tokens_are_stored_as_hash_and_seal_only(house: House, cpo: Platform) -> None:
    """H1.04 H1.05: token C has 64 printable characters at most; neither it nor token B is anywhere in the record."""
    platform = await house.join(cpo, CPA, name="Charge Point A")

    token_c, token_b = cpo.outgoing_token or "", cpo.issued_token or ""
    assert 32 <= len(token_c) <= 64
    assert all("!" <= character <= "~" for character in token_c)
    assert token_c not in repr(platform)
    assert token_b not in repr(platform)


@pytest.mark.parametrize(
    ("break_it", "status_code"),
    [(down, 3001), (refusing, 3001), (malformed, 3001), (other_version, 3002), (no_credentials_endpoint, 3003)],
)
async def test_a_failed_registration_leaves_nothing_behind(
    house: House, cpo: Platform, break_it: Any, status_code: int
) -> None:
    """H2.23 H2.24: 3001, 3002 or 3003 with HTTP 200 and no data; nothing is stored, token A still registers."""
    token_a = await house.invite()
    before = house.platform()
    body = credentials_of(cpo)
    break_it(cpo)

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", body)

    assert (answer.status, answer.status_code) == (200, status_code)
    assert "data" not in answer.json
    assert house.platform() == before
    assert house.statuses() == {"NL*CPA": ConnectionStatus.PLANNED}
    cpo.fail(Fault.NONE)
    cpo.answer("GET", "/ocpi", lambda _: None)
    for path in ("/ocpi/versions", "/ocpi/2.2.1"):
        cpo.answer("GET", path, cpo.handle)
    assert (await ask(cpo, house.url("credentials"), token_a, "POST", body)).status_code == 1000


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"token": "with space"}, "/token"),
        ({"token": "x" * 65}, "/token"),
        ({"token": None}, "/token"),
        ({"url": "not a url"}, "/url"),
        ({"roles": []}, "/roles"),
        ({"roles": [{"role": "EMSPX"}]}, "/roles/0/role"),
    ],
)
async def test_invalid_credentials_are_refused_by_field(
    house: House, cpo: Platform, changes: dict[str, Any], pointer: str
) -> None:
    """H1.04 H2.24 H2.40: an invalid body is 2001, names the field by JSON pointer, and nothing is called or stored."""
    token_a = await house.invite()

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo) | changes)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert pointer in answer.json["status_message"]
    assert not cpo.requests
    assert house.platform().state is PlatformState.INVITED


async def test_a_body_that_is_no_json_is_400_and_none_is_2001(house: House, cpo: Platform) -> None:
    """H7.13: broken JSON is HTTP 400; a missing body is a missing parameter."""
    token_a = await house.invite()

    broken = await ask(cpo, house.url("credentials"), token_a, "POST", b'{"token": NaN}')
    missing = await ask(cpo, house.url("credentials"), token_a, "POST")

    assert (broken.status, broken.status_code) == (400, 2000)
    assert (missing.status, missing.status_code) == (200, 2001)


@pytest.mark.parametrize("foreign", [CPB, EMA])
async def test_only_the_invited_parties_may_be_claimed(house: House, cpo: Platform, foreign: Any) -> None:
    """H2.44: a role that the invitation does not list is 2001 and names it, whether another partner has it or nobody."""
    await house.invite(EMA, name="E-Mobility A")
    token_a = await house.invite(CPA)

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo, CPA, foreign))

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "/roles/1" in answer.json["status_message"]
    assert not cpo.requests
    assert house.platform().state is PlatformState.INVITED


async def test_a_party_listed_twice_is_refused(house: House, cpo: Platform) -> None:
    """H2.41: (role, party_id, country_code) is unique in the list; the same role with another id is fine."""
    token_a = await house.invite(CPA, CPB)

    twice = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo, CPA, CPA))
    both = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo, CPA, CPB))

    assert (twice.status_code, both.status_code) == (2001, 1000)
    assert "/roles/1" in twice.json["status_message"]
    assert set(house.statuses()) == {"NL*CPA", "NL*CPB"}


async def test_party_ids_in_lower_case_are_the_same_party(house: House, cpo: Platform) -> None:
    """H7.05: country_code and party_id are CiStrings: `nl`, `cpa` is the invited NL*CPA."""
    token_a = await house.invite()
    body = credentials_of(cpo)
    body["roles"][0] |= {"country_code": "nl", "party_id": "cpa"}

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", body)

    assert answer.status_code == 1000
    assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}


@pytest.mark.parametrize(
    ("established", "method", "allowed"),
    [
        (True, "POST", "GET, PUT, DELETE"),
        (False, "PUT", "GET, POST"),
        (False, "DELETE", "GET, POST"),
        (False, "PATCH", "GET, POST"),
        (True, "PATCH", "GET, PUT, DELETE"),
    ],
)
async def test_what_registration_does_not_allow_now_is_405(
    house: House, cpo: Platform, established: bool, method: str, allowed: str
) -> None:
    """H2.25 H2.26: the presented token decides; POST when registered, PUT and DELETE when not, PATCH ever: 405 with Allow."""
    token = await house.invite()
    if established:
        await cpo.register(house.versions_url, token)
        token = cpo.outgoing_token or ""

    answer = await ask(cpo, house.url("credentials"), token, method, credentials_of(cpo, token="another"))

    assert (answer.status, answer.status_code) == (405, 2000)
    assert answer.headers["Allow"] == allowed


async def test_get_credentials_echoes_the_presented_token(house: House, cpo: Platform) -> None:
    """H2.27: GET shows the hub's Credentials with the very token that was presented, A or C."""
    token_a = await house.invite()

    with_a = await ask(cpo, house.url("credentials"), token_a)
    await cpo.register(house.versions_url, token_a)
    with_c = await cpo.call("GET", house.url("credentials"))

    assert (with_a.data["token"], with_c.data["token"]) == (token_a, cpo.outgoing_token)


async def test_of_two_posts_at_once_one_wins(house: House, cpo: Platform) -> None:
    """H2.34: registrations of one platform take turns: one succeeds, the other finds its token A spent."""
    token_a = await house.invite()
    body = credentials_of(cpo)

    answers = await asyncio.gather(*(ask(cpo, house.url("credentials"), token_a, "POST", body) for _ in range(2)))

    assert sorted(answer.status for answer in answers) == [200, 401]


async def test_of_two_posts_to_two_processes_one_wins(
    house: House, other_house: House, store: Store, cpo: Platform
) -> None:
    """H2.34: between processes the store's revision decides; never do both give out a token C."""
    token_a = await house.invite()
    await other_house.front.roster.reload()
    body = credentials_of(cpo)

    answers = await asyncio.gather(
        *(ask(cpo, one.url("credentials"), token_a, "POST", body) for one in (house, other_house))
    )

    assert sorted(answer.status for answer in answers) == [200, 401]
    assert len((await store.platforms.all())[0].issued) == 1


async def test_callbacks_have_a_short_time(store: Store, house_settings: Settings, cpo: Platform) -> None:
    """H2.34: a partner whose endpoints hang gets 3001 after the time of a handshake's call."""
    settings = house_settings.model_copy(update={"registration_timeout_s": 0.1})
    async with open_house(store, settings) as house:
        token_a = await house.invite()
        cpo.fail(Fault.SLOW, slow_s=30)

        answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo))

        assert answer.status_code == 3001


async def test_a_partner_that_wants_raw_tokens_is_called_with_raw_tokens(house: House, cpo: Platform) -> None:
    """H1.10: on 401 the token is written the other way, and what worked is kept for later calls."""
    raw = "Token token-b"

    def only_raw(received: Received) -> Reply | None:
        return None if received.headers["Authorization"] == raw else refused(2000, "what is this", status=401)

    token_a = await house.invite()
    cpo.answer("GET", "/ocpi", only_raw)

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo))

    assert answer.status_code == 1000
    assert house.platform().token_encoding is TokenEncoding.RAW


async def test_addresses_of_a_private_network_are_refused(
    store: Store, house_settings: Settings, cpo: Platform
) -> None:
    """H4.03: without the operator's leave neither plain http nor a private address is called: 3001, and no call is made."""
    settings = house_settings.model_copy(update={"allow_private_urls": False})
    async with open_house(store, settings) as house:
        token_a = await house.invite()

        answer = await ask(cpo, house.url("credentials"), token_a, "POST", credentials_of(cpo))

        assert answer.status_code == 3001
        assert "/url" in answer.json["status_message"]
        assert not cpo.requests


async def test_the_version_of_the_endpoint_is_the_version_of_the_platform(house: House) -> None:
    """H2.21 H2.24: a 2.2 partner registers at the 2.2 endpoint; at the 2.2.1 endpoint it is refused with 3002."""
    async with Platform("Charge Point A", [CPA], version=Version.V2_2) as old:
        token_a = await house.invite()

        wrong = await ask(old, house.url("credentials", "2.2.1"), token_a, "POST", credentials_of(old))
        right = await ask(old, house.url("credentials", "2.2"), token_a, "POST", credentials_of(old))

        assert (wrong.status_code, right.status_code) == (3002, 1000)
        assert house.platform().version is Version.V2_2


async def test_no_token_is_in_what_is_said_about_a_failure(house: House, cpo: Platform) -> None:
    """A refusal and the trace of it name hosts and reasons, never a token."""
    token_a = await house.invite()
    body = credentials_of(cpo, token="secret-token-b")
    refusing(cpo)

    answer = await ask(cpo, house.url("credentials"), token_a, "POST", body)

    said = answer.body.decode() + repr(house.legs)
    assert "secret-token-b" not in said
    assert token_a not in said
