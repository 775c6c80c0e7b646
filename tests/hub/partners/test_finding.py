"""Finds the platform that an operator means."""

from datetime import UTC, datetime

import pytest

from hub.partners.finding import find
from hub.partners.parties import hosting
from hub.partners.problems import NotPossible, UnknownPartner
from hub.platform import Platform, PlatformState
from hub.registry import Directory, build
from hub.wire.party import Party, PartyRole, Role

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def platform(name: str, *roles: str, state: PlatformState = PlatformState.REGISTERED) -> Platform:
    """A platform with these parties, such as `NL/TNM/CPO`."""
    parties = [PartyRole.parse(role) for role in roles]
    return Platform(
        platform_id=name,
        name=name,
        state=state,
        claims=frozenset(parties),
        parties=hosting((), dict.fromkeys(parties, ""), NOW),
        created_at=NOW,
    )


@pytest.fixture
def directory() -> Directory:
    """Three partners; one was removed."""
    known = [
        platform("The New Motion", "NL/TNM/CPO", "NL/TNX/CPO"),
        platform("E-Mobility A", "DE/EMA/EMSP"),
        platform("Sister", "NL/TNX/EMSP"),
        platform("Gone", "FR/OLD/CPO", state=PlatformState.REMOVED),
    ]
    return build(Party.of("NL", "HUB"), known, [], lambda _: "")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("The New Motion", "The New Motion"),
        ("the new motion ", "The New Motion"),
        ("NL-TNM", "The New Motion"),
        ("nl*tnm", "The New Motion"),
        ("NLTNM", "The New Motion"),
        ("de/ema", "E-Mobility A"),
    ],
)
def test_a_name_or_a_party_id_will_do(directory: Directory, written: str, name: str) -> None:
    """In any case, and a party id in any of its spellings."""
    assert find(directory, written).name == name


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("The New Moton", "The New Motion"),
        ("NL-TMN", "NL*TNM"),
        ("E Mobility", "E-Mobility A"),
        ("something else entirely", ""),
        ("Gone", ""),
    ],
)
def test_an_unknown_name_comes_with_the_nearest_one(directory: Directory, written: str, suggestion: str) -> None:
    """Names and party ids of partners that are there."""
    with pytest.raises(UnknownPartner) as raised:
        find(directory, written)

    assert (raised.value.name, raised.value.suggestion) == (written, suggestion)
    assert ("Did you mean" in str(raised.value)) is bool(suggestion)


def test_a_party_on_two_platforms_needs_a_name(directory: Directory) -> None:
    """One (country_code, party_id) may be an operator here and a provider there."""
    with pytest.raises(NotPossible, match="'The New Motion' and 'Sister'"):
        find(directory, "NL-TNX")


def test_an_invited_party_is_found_before_it_registered() -> None:
    """What the partner may claim counts."""
    known = [platform("New", "FR/NEW/CPO", state=PlatformState.INVITED)]

    assert find(build(Party.of("NL", "HUB"), known, [], lambda _: ""), "FR-NEW").name == "New"


def test_the_same_party_in_two_roles_on_one_platform_is_one_partner() -> None:
    """The platform is what is looked for."""
    known = [platform("Both", "NL/TNM/CPO", "NL/TNM/EMSP")]
    directory = build(Party.of("NL", "HUB"), known, [], lambda _: "")

    assert find(directory, "NL-TNM").name == "Both"
    assert {one.party_role.role for one in find(directory, "NL-TNM").parties} == {Role.CPO, Role.EMSP}
