"""The hub as Receiver of PUT and DELETE credentials, over real HTTP with simulated partners and a real store."""

from datetime import timedelta
from typing import Any

import pytest

from hub.clock import now_utc
from hub.config import Settings
from hub.platform import ConnectionStatus, PlatformState
from hub.simulate.platform import Platform
from hub.store.protocols import Store
from hub.wire.interface import Version
from tests.hub.partners.breaking import down, malformed, no_credentials_endpoint, other_version, refusing
from tests.hub.partners.house import CPA, CPB, House, ask, credentials_of, open_house


async def test_a_put_renews_both_tokens_and_rereads_everything(house: House, cpo: Platform) -> None:
    """H2.28 H2.29: the endpoints are fetched again with the new token, a new token is given, the new one is used from then on."""
    await house.join(cpo, CPA, name="Charge Point A")
    old_token, before = cpo.outgoing_token or "", len(cpo.requests)

    await cpo.rotate()

    callbacks = [received.path for received in list(cpo.requests)[before:]]
    assert callbacks[:2] == ["/ocpi/versions", "/ocpi/2.2.1"]
    assert set(callbacks[2:]) <= {"/ocpi/versions"}  # a still-alive check with the new token may have come already
    assert cpo.outgoing_token != old_token
    platform = house.platform()
    assert house.front.roster.directory.credentials_tokens[platform.platform_id] == cpo.issued_token


async def test_the_old_token_works_until_the_new_one_is_used(house: House, cpo: Platform) -> None:
    """H2.28: after PUT the older token is accepted until the first use of the new one, and then refused."""
    await house.join(cpo, CPA, name="Charge Point A")
    old_token = cpo.outgoing_token or ""
    await cpo.rotate()

    assert (await ask(cpo, house.versions_url, old_token)).status == 200
    assert (await ask(cpo, house.versions_url, cpo.outgoing_token or "")).status == 200
    await house.until_proven()
    assert (await ask(cpo, house.versions_url, old_token)).status == 401
    assert len(house.platform().issued) == 1


async def test_the_old_token_ends_after_the_grace_in_any_case(
    store: Store, house_settings: Settings, cpo: Platform
) -> None:
    """H2.28: an older token lives rotation_grace_s at most, also when the partner never uses the new one."""
    settings = house_settings.model_copy(update={"rotation_grace_s": 0.0})
    async with open_house(store, settings) as house:
        await house.join(cpo, CPA, name="Charge Point A")
        old_token = cpo.outgoing_token or ""
        await cpo.rotate()

        assert (await ask(cpo, house.versions_url, old_token)).status == 401
        assert (await cpo.call("GET", house.versions_url)).status == 200


async def test_the_grace_is_at_most_what_is_set(house: House, cpo: Platform) -> None:
    """H2.28: the older token's end is written down when the newer one is issued."""
    await house.join(cpo, CPA, name="Charge Point A")

    await cpo.rotate()

    older, newer = house.platform().issued
    assert older.superseded
    assert older.expires_at is not None
    assert older.expires_at <= now_utc() + timedelta(seconds=house.settings.rotation_grace_s)
    assert (newer.superseded, newer.expires_at, newer.proven) == (False, None, False)


async def test_a_put_whose_answer_was_lost_may_be_repeated(house: House, cpo: Platform) -> None:
    """H2.28: the partner still has the older token, so it can ask again with it, as often as answers are lost."""
    await house.join(cpo, CPA, name="Charge Point A")
    old_token = cpo.outgoing_token or ""
    for attempt in range(4):
        body = credentials_of(cpo, token=f"token-{attempt}")
        answer = await ask(cpo, house.url("credentials"), old_token, "PUT", body)
        assert answer.status_code == 1000

    assert (await ask(cpo, house.versions_url, answer.data["token"])).status == 200
    await house.until_proven()
    assert len(house.platform().issued) == 1


@pytest.mark.parametrize("break_it", [down, refusing, malformed, other_version, no_credentials_endpoint])
async def test_a_failed_put_changes_nothing(house: House, cpo: Platform, break_it: Any) -> None:
    """H2.24 H2.28: after a failed PUT the old tokens of both directions are in force as before."""
    await house.join(cpo, CPA, name="Charge Point A")
    await cpo.call("GET", house.versions_url)
    await house.until_proven()
    before, old_token = house.platform(), cpo.outgoing_token or ""
    body = credentials_of(cpo, token="never-agreed")
    break_it(cpo)

    answer = await ask(cpo, house.url("credentials"), old_token, "PUT", body)

    assert answer.status_code in {3001, 3002, 3003}
    assert house.platform() == before
    assert (await ask(cpo, house.versions_url, old_token)).status == 200


async def test_a_put_to_another_version_switches_to_it(house: House, cpo: Platform) -> None:
    """H2.28: PUT on the endpoint of another version switches the platform to that version."""
    await house.join(cpo, CPA, name="Charge Point A")
    cpo.version = Version.V2_2

    answer = await ask(
        cpo, house.url("credentials", "2.2"), cpo.outgoing_token or "", "PUT", credentials_of(cpo, token="newer")
    )

    assert answer.status_code == 1000
    assert house.platform().version is Version.V2_2


async def test_roles_that_a_put_drops_are_suspended_and_new_ones_connected(house: House, cpo: Platform) -> None:
    """H2.44: a role that disappeared becomes SUSPENDED, a new one CONNECTED, and each is announced."""
    await house.join(cpo, CPA, CPB, name="Charge Point A")
    house.lanes.pushes.clear()

    await ask(cpo, house.url("credentials"), cpo.outgoing_token or "", "PUT", credentials_of(cpo, CPB, token="newer"))

    assert house.lanes.told() == [("NL*CPA", "SUSPENDED"), ("NL*CPB", "CONNECTED")]
    assert house.statuses() == {"NL*CPB": ConnectionStatus.CONNECTED}


async def test_a_put_may_not_claim_what_the_invitation_does_not_list(house: House, cpo: Platform) -> None:
    """H2.44: identity stays bound after the registration too."""
    await house.join(cpo, CPA, name="Charge Point A")
    before = house.platform()

    answer = await ask(
        cpo, house.url("credentials"), cpo.outgoing_token or "", "PUT", credentials_of(cpo, CPA, CPB, token="newer")
    )

    assert answer.status_code == 2001
    assert house.platform().parties == before.parties


async def test_delete_ends_the_registration(house: House, cpo: Platform) -> None:
    """H2.30 H5.11: 200 and 1000, both tokens are worth nothing, the parties are SUSPENDED and this is announced."""
    await house.join(cpo, CPA, name="Charge Point A")
    token_c = cpo.outgoing_token or ""

    answer = await ask(cpo, house.url("credentials"), token_c, "DELETE")

    assert (answer.status, answer.status_code) == (200, 1000)
    platform = house.platform()
    assert (platform.state, platform.issued, platform.outgoing) == (PlatformState.UNREGISTERED, (), "")
    assert house.lanes.told()[-1] == ("NL*CPA", "SUSPENDED")
    assert (await ask(cpo, house.versions_url, token_c)).status == 401


async def test_a_partner_that_unregistered_may_be_invited_again(house: House, cpo: Platform) -> None:
    """H5.11: re-registration after SUSPENDED makes the party CONNECTED; it is the same platform."""
    platform = await house.join(cpo, CPA, name="Charge Point A")
    await ask(cpo, house.url("credentials"), cpo.outgoing_token or "", "DELETE")

    again = await house.join(cpo, CPA, name="Charge Point A")

    assert again.platform_id == platform.platform_id
    assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}


async def test_a_suspended_partner_cannot_renew_but_may_leave(house: House, cpo: Platform) -> None:
    """A PUT does not undo what the operator did; DELETE is always the partner's right."""
    await house.join(cpo, CPA, name="Charge Point A")
    await house.front.partners.suspend("Charge Point A", "unpaid")

    renewed = await ask(
        cpo, house.url("credentials"), cpo.outgoing_token or "", "PUT", credentials_of(cpo, token="newer")
    )
    left = await ask(cpo, house.url("credentials"), cpo.outgoing_token or "", "DELETE")

    assert (renewed.status_code, left.status_code) == (2000, 1000)
    assert house.platform().state is PlatformState.UNREGISTERED
