"""Invitations: names, claims, token A."""

from datetime import timedelta

import pytest

from hub.clock import now_utc
from hub.config import Settings
from hub.partners.problems import NotPossible
from hub.platform import ConnectionStatus, PlatformState, Quirks, TokenKind
from hub.simulate.platform import Platform
from hub.store.protocols import Store
from hub.wire.party import Party, PartyRole, Role
from tests.hub.partners.house import CPA, CPB, EMA, House, ask, open_house

NAME = "Charge Point A"


async def test_an_invited_party_is_planned(house: House) -> None:
    """H5.11 H2.20: token A issued: PLANNED, and announced; the operator gets the versions URL and the token once."""
    invitation = await house.front.partners.invite(NAME, [CPA])

    assert invitation.versions_url == house.versions_url
    assert invitation.token not in repr(invitation)
    assert invitation.partner.state is PlatformState.INVITED
    assert house.statuses() == {"NL*CPA": ConnectionStatus.PLANNED}
    assert house.lanes.told() == [("NL*CPA", "PLANNED")]


async def test_token_a_runs_out(store: Store, house_settings: Settings, cpo: Platform) -> None:
    """H1.06: after its time an invitation opens nothing."""
    async with open_house(store, house_settings) as house:
        invitation = await house.front.partners.invite(NAME, [CPA], expires_in=timedelta(seconds=-1))

        assert (await ask(cpo, house.versions_url, invitation.token)).status == 401


async def test_token_a_has_an_end_or_none(house: House) -> None:
    """A week, unless the operator says otherwise."""
    week = await house.front.partners.invite(NAME, [CPA])
    endless = await house.front.partners.invite("Another", [CPB], expires_in=None)

    assert week.expires_at is not None
    assert timedelta(days=6) < week.expires_at - now_utc() <= timedelta(days=7)
    assert endless.expires_at is None


async def test_a_fresh_invitation_replaces_the_older_one(house: House, cpo: Platform) -> None:
    """One token A at a time, and the claims of the last invitation; a party that is no longer in it is SUSPENDED."""
    first = await house.invite(CPA, CPB)

    second = await house.invite(CPA)

    assert (await ask(cpo, house.versions_url, first)).status == 401
    assert (await ask(cpo, house.versions_url, second)).status == 200
    platform = house.platform()
    assert (platform.claims, [token.kind for token in platform.issued]) == (frozenset({CPA}), [TokenKind.REGISTRATION])
    assert house.lanes.told()[-1] == ("NL*CPB", "SUSPENDED")


async def test_a_partner_that_lost_its_token_c_may_be_invited_again(house: House, cpo: Platform) -> None:
    """H2.24: the answer to POST may be lost; as long as token C was never used, a new invitation is the way out."""
    await house.join(cpo, CPA, name=NAME)

    again = await house.invite(CPA)
    await cpo.register(house.versions_url, again)

    assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}


async def test_a_partner_in_use_is_not_invited_again(house: House, cpo: Platform) -> None:
    """Its tokens would be void from one moment to the next."""
    await house.join(cpo, CPA, name=NAME)
    await cpo.call("GET", house.versions_url)
    await house.until_proven()

    with pytest.raises(NotPossible, match="registered already: remove it"):
        await house.invite(CPA)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines"])
async def test_a_name_fits_a_line(house: House, name: str) -> None:
    """1 to 100 printable characters."""
    with pytest.raises(NotPossible, match="printable"):
        await house.invite(CPA, name=name)


async def test_names_are_unique_in_any_case(house: House) -> None:
    """The same name is the same partner: inviting it again is a fresh invitation."""
    await house.invite(CPA, name=NAME)

    await house.invite(CPA, name=NAME.upper())

    assert [view.name for view in await house.front.partners.all()] == [NAME]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([], "at least one party"),
        ([EMA], "belongs to the partner 'E-Mobility A'"),
        ([PartyRole(party=Party.of("NL", "HUB"), role=Role.CPO)], "this hub's own party"),
        ([PartyRole(party=Party.of("NL", "XYZ"), role=Role.HUB)], "claims to be a hub"),
    ],
)
async def test_claims_that_cannot_be_granted(house: House, claims: list[PartyRole], said: str) -> None:
    """H2.44: nobody can take over another's party, nor the hub's."""
    await house.invite(EMA, name="E-Mobility A")

    with pytest.raises(NotPossible, match=said):
        await house.front.partners.invite(NAME, claims)


async def test_the_same_party_may_be_on_two_platforms_in_two_roles(house: House) -> None:
    """H2.41: the triple with the role is what is unique."""
    await house.invite(CPA)

    await house.invite(PartyRole(party=CPA.party, role=Role.EMSP), name="Sister company")


async def test_of_two_processes_one_gets_the_claim(house: House, other_house: House) -> None:
    """H2.44: what one process has not heard of yet the store refuses, in a sentence."""
    stale = other_house.front.roster.directory
    await house.invite(CPA, name="First")
    other_house.front.roster.directory = stale

    with pytest.raises(NotPossible, match="Second"):
        await other_house.front.partners.invite("Second", [CPA])


async def test_quirks_are_kept_by_a_fresh_invitation(house: House) -> None:
    """What the operator switched on once stays on."""
    await house.front.partners.invite(NAME, [CPA], quirks=Quirks(trailing_slash=True))

    again = await house.front.partners.invite(NAME, [CPA])

    assert again.partner.quirks.trailing_slash
