"""The directory: who is where in which role, what HubClientInfo says of them, and which rule counts."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.platform import Agreement, ConnectionStatus, Effect, IssuedToken, PlatformState, TokenKind
from hub.registry import Verdict, build, party_status, platform_status
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, Role
from tests.directories import AT, directory, endpoint_url, platform, rule
from tests.words import CPO, EMSP, HUB

DUAL = Party(country_code="BE", party_id="DUO")
LOCATIONS, TOKENS = ModuleId("locations"), ModuleId("tokens")
ANYONE = st.none() | st.sampled_from([CPO, EMSP, DUAL])
RULES = st.lists(
    st.builds(rule, ANYONE, ANYONE, st.sampled_from([None, "locations", "tokens"]), st.sampled_from(Effect)),
    max_size=8,
    unique_by=lambda one: one.rule_id,
)


@pytest.mark.parametrize(
    ("state", "reachable", "status"),
    [
        (PlatformState.INVITED, True, ConnectionStatus.PLANNED),
        (PlatformState.INVITED, False, ConnectionStatus.PLANNED),
        (PlatformState.REGISTERED, True, ConnectionStatus.CONNECTED),
        (PlatformState.REGISTERED, False, ConnectionStatus.OFFLINE),
        (PlatformState.SUSPENDED, True, ConnectionStatus.SUSPENDED),
        (PlatformState.UNREGISTERED, True, ConnectionStatus.SUSPENDED),
        (PlatformState.REMOVED, True, ConnectionStatus.SUSPENDED),
    ],
)
def test_the_status_of_a_platforms_parties(state: PlatformState, reachable: bool, status: ConnectionStatus) -> None:
    """H5.11: invited is PLANNED, registered is CONNECTED or OFFLINE, all else is SUSPENDED."""
    one = platform("p", "NL/CPA/CPO", gone=["NL/CPB/CPO"], state=state, reachable=reachable)
    here, gone = one.parties

    assert platform_status(one) is status
    assert party_status(one, here) is status
    assert party_status(one, gone) is ConnectionStatus.SUSPENDED


def test_the_roles_are_tried_in_their_order() -> None:
    """H1.40: the first role that anyone hosts the party in counts, connected or not."""
    where = directory(
        platform("a", "BE/DUO/EMSP"), platform("b", "BE/DUO/CPO", reachable=False), platform("c", "BE/DUO/NAP")
    )

    def found(*roles: Role) -> str:
        located = where.locate(DUAL, roles)
        return located.platform.platform_id if located else ""

    assert found(Role.CPO, Role.EMSP) == "b"
    assert found(Role.EMSP, Role.CPO) == "a"
    assert found(Role.NSP, Role.NAP) == "c"
    assert found(Role.NSP) == ""


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_of_several_platforms_the_livelier_one_counts(order: tuple[int, ...]) -> None:
    """The same role on several platforms: CONNECTED before OFFLINE before PLANNED before SUSPENDED, by whatever name."""
    hosts = {
        "CONNECTED": (PlatformState.REGISTERED, True),
        "OFFLINE": (PlatformState.REGISTERED, False),
        "PLANNED": (PlatformState.INVITED, True),
        "SUSPENDED": (PlatformState.UNREGISTERED, True),
    }
    platforms = [
        platform(f"{place}", "BE/DUO/CPO", state=state, reachable=reachable)
        for place, (state, reachable) in zip(order, hosts.values(), strict=True)
    ]

    for count in range(1, 5):
        located = directory(*platforms[-count:]).locate(DUAL, (Role.CPO,))
        assert located is not None
        assert located.status == list(hosts)[-count]


def test_without_roles_any_will_do() -> None:
    """A custom module's message goes to the party in whatever role it has."""
    where = directory(platform("a", "BE/DUO/OTHER", reachable=False), platform("b", "BE/DUO/NAP"))

    located = where.locate(DUAL, ())

    assert located is not None
    assert located.role is Role.NAP
    assert where.locate(EMSP, ()) is None


def test_who_left_or_was_removed_is_not_in_the_picture() -> None:
    """A party that its platform dropped, and a platform that an operator removed, host nobody."""
    where = directory(
        platform("a", "NL/CPA/CPO", gone=["DE/EMA/EMSP"]), platform("b", "BE/DUO/CPO", state=PlatformState.REMOVED)
    )

    assert set(where.hosted) == {CPO}
    assert set(where.platforms) == {"a", "b"}


def test_everyone_in_a_role_is_listed_by_party() -> None:
    """Each hosted party once for each fitting role, in an order that does not depend on the platforms'."""
    where = directory(platform("z", "NL/CPA/CPO", "NL/CPA/EMSP"), platform("a", "DE/EMA/EMSP", "BE/DUO/CPO"))

    listed = [(str(one.party), one.role.value) for one in where.with_roles([Role.CPO, Role.EMSP])]

    assert listed == [("BE*DUO", "CPO"), ("DE*EMA", "EMSP"), ("NL*CPA", "CPO"), ("NL*CPA", "EMSP")]
    assert [str(one.party) for one in where.with_roles([Role.CPO])] == ["BE*DUO", "NL*CPA"]


def test_an_endpoint_is_of_one_module_and_one_interface() -> None:
    """H3.01: the URL that the platform gave for exactly these."""
    one = platform("emsp", "DE/EMA/EMSP", offers={(LOCATIONS, Interface.RECEIVER)})
    where = directory(one)

    assert where.endpoint(one, LOCATIONS, Interface.RECEIVER) == endpoint_url("emsp", "locations", Interface.RECEIVER)
    assert where.endpoint(one, LOCATIONS, Interface.SENDER) is None
    assert where.endpoint(one, TOKENS, Interface.RECEIVER) is None


def test_without_a_rule_all_may() -> None:
    """Agreements are exceptions."""
    assert directory().may_send(CPO, EMSP, LOCATIONS) == Verdict(True, "default")


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ([rule(None, None, None)], Verdict(False, "*>*/*")),
        ([rule(None, None, None), rule(CPO, None, None, Effect.ALLOW)], Verdict(True, "NL*CPA>*/*")),
        ([rule(CPO, None, None, Effect.ALLOW), rule(None, EMSP, None)], Verdict(False, "*>DE*EMA/*")),
        ([rule(CPO, EMSP, None), rule(CPO, EMSP, "locations", Effect.ALLOW)], Verdict(True, "NL*CPA>DE*EMA/locations")),
        ([rule(CPO, EMSP, None, Effect.ALLOW), rule(None, None, "locations")], Verdict(True, "NL*CPA>DE*EMA/*")),
        ([rule(EMSP, CPO, None), rule(CPO, EMSP, "tokens"), rule(DUAL, None, None)], Verdict(True, "default")),
    ],
)
def test_the_most_specific_rule_counts(rules: list[Agreement], verdict: Verdict) -> None:
    """More of sender, receiver and module named is more specific; between equals a denial wins; the rule is named."""
    assert directory(rules=rules).may_send(CPO, EMSP, LOCATIONS) == verdict


@given(rules=RULES)
def test_a_verdict_is_that_of_the_most_specific_rule_that_fits(rules: list[Agreement]) -> None:
    """No rule that fits names more than the one that counts, and where as many name DENY, it is denied."""
    verdict = directory(rules=rules).may_send(CPO, EMSP, LOCATIONS)

    fitting = [
        one
        for one in rules
        if one.sender in {None, CPO} and one.receiver in {None, EMSP} and one.module in {None, LOCATIONS}
    ]
    named = {one.rule_id: sum(part is not None for part in (one.sender, one.receiver, one.module)) for one in fitting}
    most = [one for one in fitting if named[one.rule_id] == max(named.values())]
    assert verdict.allowed is all(one.effect is Effect.ALLOW for one in most)
    assert verdict.rule_id in {one.rule_id for one in most} if most else verdict.rule_id == "default"


@given(rules=RULES, data=st.data())
def test_the_order_of_rules_does_not_matter(rules: list[Agreement], data: st.DataObject) -> None:
    """The same agreements in another order allow the same."""
    shuffled = data.draw(st.permutations(rules))

    for sender, receiver in permutations([CPO, EMSP, DUAL], 2):
        first = directory(rules=rules).may_send(sender, receiver, TOKENS)
        assert directory(rules=shuffled).may_send(sender, receiver, TOKENS).allowed is first.allowed


def test_an_exchange_needs_both_directions() -> None:
    """What one may not send, the other does not see."""
    one_way = directory(rules=[rule(CPO, EMSP, "locations")])

    assert not one_way.may_exchange(CPO, EMSP, LOCATIONS)
    assert not one_way.may_exchange(EMSP, CPO, LOCATIONS)
    assert one_way.may_exchange(CPO, EMSP, TOKENS)


def test_no_text_of_a_directory_holds_a_token() -> None:
    """Neither the clear outgoing tokens nor the hashes of issued ones are in what a log would print of it."""
    one = platform("p", "NL/CPA/CPO")
    where = directory(one)

    assert where.credentials_tokens == {"p": "token-of-p"}
    assert "token-of-p" not in repr(where)


def test_an_issued_token_leads_to_its_platform() -> None:
    """Each token hash belongs to exactly one platform."""
    tokens = [
        IssuedToken(token_hash=f"hash-{kind}", kind=kind, issued_at=AT, expires_at=AT + timedelta(days=1))
        for kind in TokenKind
    ]
    one = replace(platform("p", "NL/CPA/CPO"), issued=tuple(tokens))

    where = build(HUB, [one], [], lambda _: "")

    assert where.issued == {token.token_hash: ("p", token) for token in tokens}
