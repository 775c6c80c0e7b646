"""The hub as Sender of the credentials module, over real HTTP with simulated partners and a real store."""

import asyncio
from typing import Any

import pytest

from hub.config import Settings
from hub.partners.problems import NotPossible, PartnerFailed
from hub.platform import ConnectionStatus, PlatformState, Quirks, TokenEncoding
from hub.simulate.faults import Fault
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.platform import Platform
from hub.store.protocols import Store
from hub.wire.interface import Version
from tests.hub.partners.house import CPA, CPB, EMA, House, ask, credentials_of, open_house

NAME = "Charge Point A"


@pytest.fixture
async def token_a(cpo: Platform) -> str:
    """The token A that the operator gave to the hub."""
    return cpo.invite()


async def register(house: House, cpo: Platform, token_a: str, *claims: Any, **changes: Any) -> Any:
    """Register at the operator."""
    given: dict[str, Any] = {"versions_url": cpo.versions_url, "token": token_a, "claims": claims or [CPA]}
    return await house.front.partners.register(NAME, **(given | changes))


async def test_the_hub_registers_at_a_partner(house: House, cpo: Platform, token_a: str) -> None:
    """H2.20 H2.22: versions, details, POST with token A; token B is valid while the partner calls back; token C is kept."""
    outcome = await register(house, cpo, token_a)

    assert [(step.method, step.what, step.ok) for step in outcome.steps] == [
        ("GET", "versions", True),
        ("GET", "2.2.1 details", True),
        ("POST", "credentials", True),
    ]
    assert outcome.partner.state is PlatformState.REGISTERED
    platform = house.platform()
    assert house.front.roster.directory.credentials_tokens[platform.platform_id] == cpo.issued_token
    assert cpo.token_a is None
    assert (await ask(cpo, house.versions_url, cpo.outgoing_token or "")).status == 200
    assert house.lanes.told() == [("NL*CPA", "CONNECTED")]


async def test_the_latest_mutual_version_is_taken(house: House) -> None:
    """H2.22: of what both speak, the newest; here that is 2.2."""
    async with Platform(NAME, [CPA], version=Version.V2_2) as old:
        outcome = await register(house, old, old.invite())

    assert outcome.partner.version is Version.V2_2


async def test_a_partner_that_wants_the_raw_token(house: House, cpo: Platform, token_a: str) -> None:
    """H1.10: Base64 first, raw on 401; what worked is kept."""

    def only_raw(received: Received) -> Reply | None:
        tokens = {cpo.token_a, cpo.issued_token} - {None}
        raw = {f"Token {token}" for token in tokens}
        return None if received.headers["Authorization"] in raw else refused(2000, "no", status=401)

    for method in ("GET", "POST"):
        cpo.answer(method, "/ocpi", only_raw)

    outcome = await register(house, cpo, token_a)

    assert outcome.partner.token_encoding is TokenEncoding.RAW
    assert outcome.steps[-1].note == "token encoding: raw"


async def test_201_is_success_too(house: House, cpo: Platform, token_a: str) -> None:
    """H2.33: partners answer POST with 200 or 201."""
    body = credentials_of(cpo, token="token-c")
    cpo.answer("POST", "/ocpi/2.2.1/credentials", ok(body, status=201))

    assert (await register(house, cpo, token_a)).partner.state is PlatformState.REGISTERED


def _down(partner: Platform) -> None:
    partner.fail(Fault.DOWN)


def _server_error(partner: Platform) -> None:
    partner.fail(Fault.SERVER_ERROR)


def _wrong_version(partner: Platform) -> None:
    partner.answer("GET", "/ocpi/versions", ok([{"version": "2.1.1", "url": partner.url}]))


def _no_credentials_endpoint(partner: Platform) -> None:
    partner.answer("GET", "/ocpi/2.2.1", ok({"version": "2.2.1", "endpoints": []}))


def _post_refused(partner: Platform) -> None:
    partner.answer("POST", "/ocpi/2.2.1/credentials", refused(3001, "cannot call you"))


def _post_unusable(partner: Platform) -> None:
    partner.answer("POST", "/ocpi/2.2.1/credentials", ok({"token": "x"}))


def _foreign_role(partner: Platform) -> None:
    partner.answer("POST", "/ocpi/2.2.1/credentials", ok(credentials_of(partner, CPA, CPB, token="token-c")))


FAILURES = [
    _down,
    _server_error,
    _wrong_version,
    _no_credentials_endpoint,
    _post_refused,
    _post_unusable,
    _foreign_role,
]


@pytest.mark.parametrize("break_it", FAILURES)
async def test_a_failed_registration_leaves_nothing_behind(
    house: House, cpo: Platform, token_a: str, break_it: Any
) -> None:
    """H2.22 H2.24: no partner, no party, no token, no announcement; the name and the parties are free again."""
    break_it(cpo)

    with pytest.raises(PartnerFailed) as raised:
        await register(house, cpo, token_a)

    assert raised.value.steps
    assert await house.front.partners.all() == []
    assert house.front.roster.directory.issued == {}
    assert house.lanes.pushes == []
    assert [platform.state for platform in await house.store.platforms.all()] in ([], [PlatformState.REMOVED])
    await house.invite(CPA, name=NAME)


@pytest.mark.parametrize("break_it", [_wrong_version, _no_credentials_endpoint])
async def test_nothing_is_posted_when_an_expected_endpoint_is_missing(
    house: House, cpo: Platform, token_a: str, break_it: Any
) -> None:
    """H2.23: the Sender does not POST at all; the operator reads why."""
    break_it(cpo)

    with pytest.raises(PartnerFailed, match=NAME):
        await register(house, cpo, token_a)

    assert not [received for received in cpo.requests if received.method == "POST"]


async def test_a_partner_with_foreign_roles_is_told_goodbye(house: House, cpo: Platform, token_a: str) -> None:
    """H2.44: a role beyond what the operator named ends the registration at the partner too, with its token C."""
    _foreign_role(cpo)

    with pytest.raises(PartnerFailed, match="/roles/1"):
        await register(house, cpo, token_a)

    assert cpo.requests[-1].method == "DELETE"


async def test_a_failure_keeps_what_was_there_before(house: House, cpo: Platform, token_a: str) -> None:
    """H2.24: a partner that was invited stays invited, with its token A."""
    theirs = await house.invite(CPA, EMA, name=NAME)
    before = house.platform()
    _post_refused(cpo)

    with pytest.raises(PartnerFailed):
        await register(house, cpo, token_a)

    after = house.platform()
    assert (after.state, after.claims, after.issued) == (before.state, before.claims, before.issued)
    assert (await ask(cpo, house.versions_url, theirs)).status == 200


async def test_token_b_opens_versions_alone_until_the_partner_answered(
    house: House, cpo: Platform, token_a: str
) -> None:
    """H2.22 H1.07: valid before the POST is answered, but nobody is registered yet."""
    seen: list[tuple[int, int, int]] = []

    async def call_back(received: Received) -> None:
        token_b = received.json["token"]
        seen.append(
            (
                (await ask(cpo, house.versions_url, token_b)).status,
                (await ask(cpo, house.url("hubclientinfo"), token_b)).status,
                (await ask(cpo, house.url("credentials"), token_b, "PUT", credentials_of(cpo))).status,
            )
        )

    async def answer(received: Received) -> Reply | None:
        await call_back(received)
        return None

    cpo.answer("POST", "/ocpi/2.2.1/credentials", answer)

    await register(house, cpo, token_a)

    assert seen == [(200, 401, 405)]


async def test_a_partner_that_never_answers_is_given_up(
    store: Store, house_settings: Settings, cpo: Platform, token_a: str
) -> None:
    """H2.34: each call of a handshake has its own short time; afterwards nothing is left."""
    given_up = asyncio.Event()

    async def hang(_: Received) -> Reply:
        await given_up.wait()
        return ok()

    cpo.answer("POST", "/ocpi/2.2.1/credentials", hang)
    async with open_house(store, house_settings.model_copy(update={"registration_timeout_s": 0.2})) as house:
        with pytest.raises(PartnerFailed, match="POST credentials"):
            await register(house, cpo, token_a)

        assert house.front.roster.directory.issued == {}
    given_up.set()


@pytest.mark.parametrize("token", ["", "with space", "with\nnewline", "x" * 256])
async def test_a_token_that_no_header_can_hold_is_refused(house: House, cpo: Platform, token: str) -> None:
    """Before anything is sent, and without repeating the token."""
    with pytest.raises(NotPossible, match="printable ASCII"):
        await register(house, cpo, token)

    assert not cpo.requests


async def test_a_registered_partner_is_not_registered_again(house: House, cpo: Platform, token_a: str) -> None:
    """Names are unique; a registration in use is ended with `remove` first."""
    await register(house, cpo, token_a)
    await cpo.call("GET", house.versions_url)
    await house.until_proven()

    with pytest.raises(NotPossible, match="registered already"):
        await register(house, cpo, cpo.invite())


async def test_quirks_and_business_names_are_kept(house: House, cpo: Platform, token_a: str) -> None:
    """What the operator switched on, and what the partner calls itself."""
    outcome = await register(house, cpo, token_a, quirks=Quirks(trailing_slash=True))

    assert outcome.partner.quirks.trailing_slash
    assert [(party.name, party.status) for party in outcome.partner.parties] == [(NAME, ConnectionStatus.CONNECTED)]
