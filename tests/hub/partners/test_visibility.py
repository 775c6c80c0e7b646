"""Who hears of whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.partners.visibility import CLIENT_INFO, audience, sees
from hub.platform import Agreement, Effect, HostedParty, Platform, PlatformState
from hub.registry import Directory, build
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, PartyRole, Role

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CPA, EMA = Party.of("NL", "CPA"), Party.of("DE", "EMA")
LOCATIONS, TOKENS = ModuleId("locations"), ModuleId("tokens")
MODULES = (LOCATIONS, TOKENS)


def platform(party: Party, role: Role, **changes: object) -> Platform:
    """A registered platform that takes HubClientInfo."""
    known = Platform(
        platform_id=str(party),
        name=str(party),
        state=PlatformState.REGISTERED,
        claims=frozenset(),
        parties=(HostedParty(party_role=PartyRole(party=party, role=role), status_changed_at=NOW),),
        endpoints={(CLIENT_INFO, Interface.RECEIVER): "https://partner.example/hubclientinfo"},
        created_at=NOW,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


OPERATOR, PROVIDER = platform(CPA, Role.CPO), platform(EMA, Role.EMSP)


def directory(*rules: tuple[Party | None, Party | None, ModuleId | None, Effect], **changes: object) -> Directory:
    """The operator, the provider (with changes) and these agreements."""
    agreements = [
        Agreement(sender=sender, receiver=receiver, module=module, effect=effect, created_at=NOW)
        for sender, receiver, module, effect in rules
    ]
    known = [OPERATOR, replace(PROVIDER, **changes)]  # type: ignore[arg-type]
    return build(Party.of("NL", "HUB"), known, agreements, lambda _: "")


ALLOW, DENY = Effect.ALLOW, Effect.DENY


@pytest.mark.parametrize(
    ("rules", "seen"),
    [
        ([], True),
        ([(CPA, EMA, None, DENY)], False),
        ([(EMA, CPA, None, DENY)], False),
        ([(CPA, EMA, LOCATIONS, DENY)], True),
        ([(CPA, EMA, LOCATIONS, DENY), (CPA, EMA, TOKENS, DENY)], False),
        ([(None, None, None, DENY)], False),
        ([(None, None, None, DENY), (CPA, EMA, LOCATIONS, ALLOW), (EMA, CPA, LOCATIONS, ALLOW)], True),
        ([(None, None, None, DENY), (None, None, ModuleId("nltnm-parking"), ALLOW)], True),
    ],
)
def test_parties_see_each_other_when_one_module_is_open_both_ways(
    rules: list[tuple[Party | None, Party | None, ModuleId | None, Effect]], seen: bool
) -> None:
    """H5.04: only parties that can communicate are shown, by the agreements that govern the messages."""
    known = directory(*rules)

    assert sees(known, PROVIDER, CPA, MODULES) is seen
    assert sees(known, OPERATOR, EMA, MODULES) is seen


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ["DE*EMA"]),
        ({"reachable": False}, ["DE*EMA"]),
        ({"endpoints": {}}, []),
        ({"state": PlatformState.SUSPENDED}, []),
        ({"state": PlatformState.INVITED}, []),
    ],
)
def test_the_audience_is_who_is_registered_and_offers_the_receiver_interface(
    changes: dict[str, object], told: list[str]
) -> None:
    """H5.04: every registered platform that advertises hubclientinfo RECEIVER, except the party's own."""
    known = directory(**changes)

    assert [other.platform_id for other in audience(known, OPERATOR, [CPA], MODULES)] == told


def test_who_may_not_see_a_party_is_not_told_of_it() -> None:
    """H5.04: an agreement that keeps two parties apart keeps the news apart too."""
    assert audience(directory((EMA, CPA, None, DENY)), OPERATOR, [CPA], MODULES) == []
