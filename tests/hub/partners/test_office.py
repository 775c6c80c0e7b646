"""Everything that an operator does with partners, by name."""

import pytest

from hub.partners.problems import NotPossible, UnknownPartner
from hub.platform import ConnectionStatus, Effect, PlatformState
from hub.simulate.platform import Platform
from hub.wire.interface import ModuleId
from tests.hub.partners.house import CPA, CPB, EMA, House, ask

CPO_NAME, EMSP_NAME = "Charge Point A", "E-Mobility A"
LOCATIONS = ModuleId("locations")


async def test_partners_are_listed_by_name(house: House, cpo: Platform) -> None:
    """With their state, when they were last seen, and how many others hear of them."""
    await house.invite(EMA, name="zuletzt")
    await house.invite(CPB, name="Another")
    await house.join(cpo, CPA, name=CPO_NAME)

    views = await house.front.partners.all()

    assert [(view.name, view.state) for view in views] == [
        ("Another", PlatformState.INVITED),
        (CPO_NAME, PlatformState.REGISTERED),
        ("zuletzt", PlatformState.INVITED),
    ]
    assert [view.last_seen_at is not None for view in views] == [False, True, False]
    assert [view.audience for view in views] == [1, 0, 1]


async def test_a_partner_is_shown_by_name_or_party(house: House) -> None:
    """`NL-CPA` is as good as the name."""
    await house.invite()

    by_name, by_party = (await house.front.partners.show(CPO_NAME), await house.front.partners.show("nl-cpa"))

    assert by_name == by_party
    assert by_name.status is ConnectionStatus.PLANNED


async def test_suspend_and_resume(house: House, cpo: Platform) -> None:
    """H5.11: SUSPENDED with the reason, the tokens stay; CONNECTED again after resume."""
    await house.join(cpo, CPA, name=CPO_NAME)

    suspended = (await house.front.partners.suspend(CPO_NAME, "unpaid invoices")).partner
    still_known = (await cpo.call("GET", house.versions_url)).status
    resumed = (await house.front.partners.resume(CPO_NAME)).partner

    assert (suspended.status, suspended.suspended_reason) == (ConnectionStatus.SUSPENDED, "unpaid invoices")
    assert still_known == 200
    assert (resumed.status, resumed.suspended_reason) == (ConnectionStatus.CONNECTED, "")


async def test_what_the_state_does_not_allow_is_said(house: House, cpo: Platform) -> None:
    """One sentence that names the partner and its state."""
    await house.invite()
    partners = house.front.partners

    with pytest.raises(NotPossible, match="'Charge Point A' is invited: only a registered partner can be suspended"):
        await partners.suspend(CPO_NAME, "")
    with pytest.raises(NotPossible, match="only a suspended partner can be resumed"):
        await partners.resume(CPO_NAME)


@pytest.mark.parametrize("what", ["show", "resume", "rotate", "remove"])
async def test_unknown_names_come_with_a_suggestion(house: House, what: str) -> None:
    """Whatever is asked of a partner that is not there."""
    await house.invite()

    with pytest.raises(UnknownPartner, match="Did you mean 'Charge Point A'"):
        await getattr(house.front.partners, what)("Charge Pont A")


async def test_a_quirk_is_switched_alone(house: House) -> None:
    """What is not named stays as it is."""
    await house.invite()

    first = await house.front.partners.set_quirks(CPO_NAME, catch_up=False)
    second = await house.front.partners.set_quirks(CPO_NAME, trailing_slash=True)

    assert (first.quirks.trailing_slash, first.quirks.catch_up) == (False, False)
    assert (second.quirks.trailing_slash, second.quirks.catch_up) == (True, False)


async def test_removed_partners_are_out_of_sight(house: House, cpo: Platform) -> None:
    """Neither the partner nor its parties are listed, and its name is unknown."""
    await house.join(cpo, CPA, name=CPO_NAME)

    removed = (await house.front.partners.remove(CPO_NAME)).partner

    assert removed.state is PlatformState.REMOVED
    assert (await house.front.partners.all(), house.front.partners.parties()) == ([], [])
    with pytest.raises(UnknownPartner):
        house.front.partners.find(CPO_NAME)


async def test_agreements_are_put_replaced_and_taken_away(house: House) -> None:
    """One rule for one triple of sender, receiver and module."""
    partners = house.front.partners

    await partners.agree(CPA.party, EMA.party, LOCATIONS, Effect.DENY, by="jan")
    rule = await partners.agree(CPA.party, EMA.party, LOCATIONS, Effect.ALLOW, by="eva")
    await partners.agree(None, None, None, Effect.DENY)

    assert [(one.rule_id, one.effect, one.created_by) for one in partners.agreements()] == [
        ("*>*/*", Effect.DENY, ""),
        ("NL*CPA>DE*EMA/locations", Effect.ALLOW, "eva"),
    ]
    assert rule.rule_id == "NL*CPA>DE*EMA/locations"
    assert await partners.unset(CPA.party, EMA.party, LOCATIONS)
    assert not await partners.unset(CPA.party, EMA.party, LOCATIONS)
    assert len(partners.agreements()) == 1


async def test_the_age_of_a_token_starts_anew_with_a_rotation(house: House, cpo: Platform) -> None:
    """H2.31: tokens should be renewed at least once a month, so operators see how old they are."""
    await house.join(cpo, CPA, name=CPO_NAME)
    await ask(cpo, house.versions_url, cpo.outgoing_token or "")

    view = (await house.front.partners.rotate(CPO_NAME)).partner

    assert view.token_age_days is not None
    assert 0 <= view.token_age_days < 1
