"""Which parties a platform hosts, and what is new about them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.partners.parties import hosting, stamped
from hub.platform import ConnectionStatus, Platform, PlatformState
from hub.wire.party import Party, PartyRole, Role

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ROLES = [PartyRole(party=Party.of("NL", f"P{index:02}"), role=Role.CPO) for index in range(5)]
CLAIMS = st.sets(st.sampled_from(ROLES)).map(lambda roles: dict.fromkeys(sorted(roles), "Name"))


def platform(**changes: object) -> Platform:
    """A registered platform."""
    known = Platform(platform_id="p", name="P", state=PlatformState.REGISTERED, claims=frozenset(ROLES), created_at=NOW)
    return replace(known, **changes)  # type: ignore[arg-type]


@given(st.lists(CLAIMS, min_size=1, max_size=5))
def test_exactly_the_claimed_parties_are_live_and_none_is_forgotten(claims: list[dict[PartyRole, str]]) -> None:
    """H2.44: after any series of claims the last one says who is live; whoever was claimed before is `gone`."""
    parties = hosting((), claims[0], NOW)
    for claimed in claims[1:]:
        parties = hosting(parties, claimed, NOW)

    assert {hosted.party_role for hosted in parties if not hosted.gone} == set(claims[-1])
    assert {hosted.party_role for hosted in parties} == set().union(*claims)
    assert len({hosted.party_role for hosted in parties}) == len(parties)


def test_a_claim_without_a_name_keeps_the_one_that_is_known() -> None:
    """A new invitation does not take a party's name away."""
    named = hosting((), {ROLES[0]: "Charge Point A"}, NOW)

    (hosted,) = hosting(named, {ROLES[0]: ""}, LATER)

    assert hosted.name == "Charge Point A"


def test_a_new_party_is_news() -> None:
    """H5.03: a ClientInfo that is created is announced, whatever its status."""
    invited = platform(state=PlatformState.INVITED, parties=hosting((), {ROLES[0]: ""}, NOW))

    fresh, changed = stamped(None, invited, LATER)

    assert changed == fresh.parties
    assert (changed[0].status, changed[0].status_changed_at) == (ConnectionStatus.PLANNED, LATER)


def test_what_did_not_change_keeps_its_time() -> None:
    """H5.10: last_updated changes only when the object changes."""
    before, _ = stamped(None, platform(parties=hosting((), {ROLES[0]: ""}, NOW)), NOW)

    fresh, changed = stamped(before, replace(before, name="Another name"), LATER)

    assert changed == ()
    assert fresh.parties[0].status_changed_at == NOW


def test_each_state_is_told_as_its_status() -> None:
    """H5.11: PLANNED, CONNECTED, OFFLINE, SUSPENDED, and CONNECTED again, each with a later time than the one before."""
    current = platform(state=PlatformState.INVITED, parties=hosting((), {ROLES[0]: ""}, NOW))
    before: Platform | None = None
    told = []
    for state, reachable in [
        (PlatformState.INVITED, True),
        (PlatformState.REGISTERED, True),
        (PlatformState.REGISTERED, False),
        (PlatformState.UNREGISTERED, True),
        (PlatformState.REGISTERED, True),
    ]:
        before, changed = stamped(before, replace(current, state=state, reachable=reachable), NOW)
        current = before
        told.append((changed[0].status.value, changed[0].status_changed_at))

    assert [status for status, _ in told] == ["PLANNED", "CONNECTED", "OFFLINE", "SUSPENDED", "CONNECTED"]
    assert sorted({at for _, at in told}) == [at for _, at in told]


def test_a_dropped_party_is_suspended_alone() -> None:
    """H2.44: the other parties of the platform stay CONNECTED."""
    before, _ = stamped(None, platform(parties=hosting((), dict.fromkeys(ROLES[:2], ""), NOW)), NOW)

    _, changed = stamped(before, replace(before, parties=hosting(before.parties, {ROLES[1]: ""}, NOW)), LATER)

    assert [(hosted.party_role, hosted.status) for hosted in changed] == [(ROLES[0], ConnectionStatus.SUSPENDED)]
