"""The hub renews tokens, or ends a registration, from its side."""

import asyncio

import pytest

from hub.partners.problems import NotPossible, PartnerFailed
from hub.platform import ConnectionStatus, PlatformState
from hub.simulate.faults import Fault
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.platform import Platform
from tests.hub.partners.house import CPA, CPB, House, ask, credentials_of

NAME = "Charge Point A"
CREDENTIALS = "/ocpi/2.2.1/credentials"


def outgoing(house: House) -> str:
    """The token that the hub uses towards the operator."""
    return house.front.roster.directory.credentials_tokens[house.platform().platform_id]


@pytest.fixture
async def joined(house: House, cpo: Platform) -> Platform:
    """The operator, registered, its token C used once."""
    await house.join(cpo, CPA, name=NAME)
    await cpo.call("GET", house.versions_url)
    await house.until_proven()
    return cpo


async def test_both_tokens_are_renewed_by_put(house: House, joined: Platform) -> None:
    """H2.31 H2.32: PUT credentials at the partner; it takes a new token and gives a new one, which is proven at once."""
    before_in, before_out = joined.outgoing_token, outgoing(house)

    outcome = await house.front.partners.rotate(NAME)

    assert [(step.method, step.what) for step in outcome.steps] == [("PUT", "credentials")]
    assert joined.outgoing_token != before_in
    assert outgoing(house) != before_out
    assert outgoing(house) == joined.issued_token
    assert house.platform().outgoing_previous == ""


async def test_the_older_incoming_token_works_until_the_new_one_is_used(house: House, joined: Platform) -> None:
    """H2.28: the partner may still have requests under way with the older token."""
    older = joined.outgoing_token or ""

    await house.front.partners.rotate(NAME)

    assert (await ask(joined, house.versions_url, older)).status == 200
    assert (await joined.call("GET", house.versions_url)).status == 200
    await house.until_proven()
    assert (await ask(joined, house.versions_url, older)).status == 401


async def test_while_the_partner_decides_both_incoming_tokens_work(house: House, joined: Platform) -> None:
    """H2.22: the partner calls back with the new token before it answers, and that ends nothing."""
    older = joined.outgoing_token or ""
    seen: list[int] = []

    async def decide(received: Received) -> Reply | None:
        newer = received.json["token"]
        seen.extend([(await ask(joined, house.versions_url, token)).status for token in (newer, older, newer)])
        return refused(3001, "changed my mind")

    joined.answer("PUT", CREDENTIALS, decide)

    with pytest.raises(PartnerFailed):
        await house.front.partners.rotate(NAME)

    assert seen == [200, 200, 200]
    assert (await ask(joined, house.versions_url, older)).status == 200


@pytest.mark.parametrize(
    "reply",
    [refused(3001, "cannot call you"), refused(2000, "not allowed", status=405), refused(2000, "who", status=401)],
)
async def test_a_refused_rotation_changes_nothing(house: House, joined: Platform, reply: Reply) -> None:
    """H2.28: the tokens of both directions are the ones of before."""
    before = house.platform()
    joined.answer("PUT", CREDENTIALS, reply)

    with pytest.raises(PartnerFailed) as raised:
        await house.front.partners.rotate(NAME)

    after = house.platform()
    assert (after.issued, after.outgoing, after.outgoing_previous) == (before.issued, before.outgoing, "")
    assert raised.value.steps[-1].http_status == reply.status


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.SERVER_ERROR, Fault.MALFORMED])
async def test_after_an_unknown_outcome_every_token_still_works(house: House, joined: Platform, fault: Fault) -> None:
    """The partner may have taken the new token or not: it is let in with either, and called with the one it knows."""
    older, before_out = joined.outgoing_token or "", outgoing(house)
    offered: list[str] = []

    def note(received: Received) -> None:
        offered.append(received.json["token"])

    joined.answer("PUT", CREDENTIALS, note)
    joined.fail(fault)

    with pytest.raises(PartnerFailed):
        await house.front.partners.rotate(NAME)

    assert (await ask(joined, house.versions_url, older)).status == 200
    assert len(house.platform().issued) == 2
    assert outgoing(house) == before_out
    joined.fail(Fault.NONE)
    joined.answer("PUT", CREDENTIALS, joined.handle)
    await house.front.partners.rotate(NAME)
    assert outgoing(house) == joined.issued_token
    await joined.call("GET", house.versions_url)
    await house.until_proven()


async def test_an_answer_without_credentials_keeps_the_token_that_works(house: House, joined: Platform) -> None:
    """The partner said yes but gave no token: the older outgoing one is not lost."""
    before_out = outgoing(house)
    joined.answer("PUT", CREDENTIALS, ok({"token": "x"}))

    with pytest.raises(PartnerFailed, match="unusable"):
        await house.front.partners.rotate(NAME)

    assert outgoing(house) == before_out


async def test_a_new_outgoing_token_that_does_not_work_is_not_used(house: House, joined: Platform) -> None:
    """The older outgoing token stays in use until the newer one is proven."""
    before_out = outgoing(house)
    joined.answer("PUT", CREDENTIALS, ok(credentials_of(joined, token="never-valid")))
    joined.issued_token = before_out

    await house.front.partners.rotate(NAME)

    assert outgoing(house) == before_out
    assert house.platform().outgoing_previous != ""


async def test_a_rotation_goes_on_with_the_older_token_when_only_that_works(house: House, joined: Platform) -> None:
    """Newer first, on 401 once the older."""
    works = outgoing(house)
    joined.answer("PUT", CREDENTIALS, ok(credentials_of(joined, token="never-valid")))
    joined.issued_token = works
    joined.answer("GET", "/ocpi/versions", refused(3000, "later", status=500))
    await house.front.partners.rotate(NAME)
    assert outgoing(house) == "never-valid"
    for method, path in (("PUT", CREDENTIALS), ("GET", "/ocpi/versions")):
        joined.answer(method, path, joined.handle)

    outcome = await house.front.partners.rotate(NAME)

    assert [step.http_status for step in outcome.steps] == [401, 401, 200]
    assert outgoing(house) == joined.issued_token != works


async def test_foreign_roles_in_the_answer_change_nothing(house: House, joined: Platform) -> None:
    """H2.44: the tokens are renewed, the parties stay what the invitation allows."""
    joined.roles = (CPA, CPB)

    outcome = await house.front.partners.rotate(NAME)

    assert "the roles stay as they were" in outcome.steps[0].note
    assert set(house.statuses()) == {"NL*CPA"}
    assert outgoing(house) == joined.issued_token


async def test_only_a_registered_partner_can_be_rotated(house: House) -> None:
    """An invitation has no tokens to renew."""
    await house.invite()

    with pytest.raises(NotPossible, match="invited"):
        await house.front.partners.rotate(NAME)


async def test_a_rotation_and_a_put_of_the_partner_take_turns(house: House, joined: Platform) -> None:
    """H2.34: both sides renew at once: neither waits for the other for ever, and a working pair of tokens is left."""

    await asyncio.gather(house.front.partners.rotate(NAME), joined.rotate(), return_exceptions=True)

    assert (await joined.call("GET", house.versions_url)).status == 200


async def test_remove_ends_the_registration_on_both_sides(house: House, joined: Platform) -> None:
    """H2.30 H5.11: DELETE at the partner, tokens dropped, parties SUSPENDED, name and parties free again."""
    token_c = joined.outgoing_token or ""

    outcome = await house.front.partners.remove(NAME)

    assert [(step.method, step.http_status) for step in outcome.steps] == [("DELETE", 200)]
    assert joined.peer is None
    assert (outcome.partner.state, outcome.partner.status) == (PlatformState.REMOVED, ConnectionStatus.SUSPENDED)
    assert house.lanes.told()[-1] == ("NL*CPA", "SUSPENDED")
    assert (await ask(joined, house.versions_url, token_c)).status == 401
    await house.join(joined, CPA, name=NAME)
    assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}


async def test_remove_does_not_need_the_partner(house: House, joined: Platform) -> None:
    """A partner that is gone is removed all the same; the step says that it did not hear of it."""
    await joined.stop()

    outcome = await house.front.partners.remove(NAME)

    assert (outcome.steps[0].ok, outcome.partner.state) == (False, PlatformState.REMOVED)
    await joined.start()


async def test_an_invitation_is_removed_without_a_call(house: House) -> None:
    """H5.11: nobody is registered, so nobody is called; the token A is void."""
    await house.invite()

    outcome = await house.front.partners.remove(NAME)

    assert outcome.steps == ()
    assert house.front.roster.directory.issued == {}
