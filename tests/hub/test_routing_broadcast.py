"""Who gets a Broadcast Push, and whose objects a party sees in GET All."""

import pytest

from hub.platform import Agreement, Effect, Platform, PlatformState
from hub.registry import Directory
from hub.routing import Broadcast, GatherAll, receivers, visible_owners
from hub.wire.errors import InvalidParameters
from hub.wire.interface import Interface, Module, ModuleId
from hub.wire.party import Party
from tests.directories import CATALOG, EVERY_ENDPOINT, directory, platform, rule
from tests.hub.routed import plan, request
from tests.words import CPO, EMSP, HUB

S, R = Interface.SENDER, Interface.RECEIVER
EVERY_ROLE = ("CPO", "EMSP", "NAP", "NSP", "OTHER", "SCSP")
OTHER = Party(country_code="XX", party_id="OTH")


def chapter(module: str) -> Module:
    """A functional module by its identifier."""
    found = CATALOG.module(ModuleId(module))
    assert found is not None
    return found


def crowd(*more: Platform) -> Directory:
    """One platform for each role, with one party each: XX*CPO, XX*EMS, XX*NAP, XX*NSP, XX*OTH, XX*SCS."""
    return directory(*(platform(role.lower(), f"XX/{role[:3]}/{role}") for role in EVERY_ROLE), *more)


def reached(sender: Party, module: str, where: Directory, platform_id: str = "sender") -> set[str]:
    """Receivers of a broadcast, as `platform:party`."""
    return set(receivers(sender, chapter(module), where, platform_id))


@pytest.mark.parametrize("module", ["locations", "tariffs"])
def test_an_operators_broadcast_reaches_the_other_side(module: str) -> None:
    """H3.23, H3.24: from a CPO to EMSP, NSP, OTHER and NAP; not to other CPOs, and not to SCSPs."""
    where = crowd(platform("sender", "NL/CPA/CPO"))

    assert reached(CPO, module, where) == {"emsp:XX*EMS", "nsp:XX*NSP", "other:XX*OTH", "nap:XX*NAP"}


def test_a_providers_broadcast_reaches_operators() -> None:
    """H3.23: tokens go from an EMSP to CPOs alone."""
    where = crowd(platform("sender", "DE/EMA/EMSP"))

    assert reached(EMSP, "tokens", where) == {"cpo:XX*CPO"}


def test_an_other_is_a_kind_of_emsp() -> None:
    """H3.23: OTHER gets what operators broadcast, and its own broadcasts reach CPOs only."""
    assert reached(OTHER, "tokens", crowd(), "other") == {"cpo:XX*CPO"}


@pytest.mark.parametrize(
    ("role", "module"), [("EMSP", "locations"), ("CPO", "tokens"), ("SCSP", "tariffs"), ("NSP", "tokens")]
)
def test_who_does_not_own_such_objects_does_not_broadcast_them(role: str, module: str) -> None:
    """A party without a role that has such objects is refused with 2001."""
    with pytest.raises(InvalidParameters, match=rf"DE\*EMA has no role that broadcasts {module}"):
        reached(EMSP, module, crowd(platform("sender", f"DE/EMA/{role}")))


def test_a_role_on_another_platform_does_not_count() -> None:
    """A party speaks in the roles that it has on the platform that it speaks from."""
    where = crowd(platform("sender", "DE/EMA/EMSP"), platform("elsewhere", "DE/EMA/CPO"))

    with pytest.raises(InvalidParameters):
        reached(EMSP, "locations", where)


def test_nothing_comes_back_to_the_sender() -> None:
    """H3.24: neither to its own platform's other parties, nor to the same party on another platform."""
    where = directory(
        platform("sender", "NL/CPA/CPO", "NL/CPA/EMSP", "NL/CPB/EMSP"),
        platform("elsewhere", "NL/CPA/EMSP", "DE/EMA/EMSP"),
    )

    assert reached(CPO, "locations", where) == {"elsewhere:DE*EMA"}


def test_each_party_of_a_platform_is_a_receiver() -> None:
    """H3.25: two eligible parties on one platform get one request each; one party in two roles gets one."""
    where = crowd(
        platform("sender", "NL/CPA/CPO"), platform("many", "DE/EMA/EMSP", "DE/EMB/EMSP", "DE/EMB/OTHER", "DE/CPB/CPO")
    )

    assert {one for one in reached(CPO, "locations", where) if one.startswith("many")} == {"many:DE*EMA", "many:DE*EMB"}


def test_a_platform_without_the_endpoint_is_no_receiver() -> None:
    """H3.23: only a platform that implements the module's RECEIVER interface is sent to."""
    sender_only = EVERY_ENDPOINT - {(ModuleId("locations"), R)}
    where = directory(platform("sender", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP", offers=sender_only))

    assert reached(CPO, "locations", where) == set()
    assert reached(CPO, "tariffs", where) == {"emsp:DE*EMA"}


@pytest.mark.parametrize(
    "state", [PlatformState.INVITED, PlatformState.SUSPENDED, PlatformState.UNREGISTERED, PlatformState.REMOVED]
)
def test_who_is_not_registered_gets_nothing(state: PlatformState) -> None:
    """H3.24: PLANNED and SUSPENDED parties are never receivers."""
    where = directory(platform("sender", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP", state=state))

    assert reached(CPO, "locations", where) == set()


def test_who_is_offline_gets_it_later_or_pulls() -> None:
    """An OFFLINE party is marked, to be told once it is back, unless its platform chose to pull instead."""
    sender = platform("sender", "NL/CPA/CPO")

    waits = directory(sender, platform("emsp", "DE/EMA/EMSP", reachable=False))
    pulls = directory(sender, platform("emsp", "DE/EMA/EMSP", reachable=False, catch_up=False))

    assert reached(CPO, "locations", waits) == {"emsp:DE*EMA"}
    assert reached(CPO, "locations", pulls) == set()


def test_a_party_that_left_its_platform_gets_nothing() -> None:
    """H3.24: a party that its platform no longer lists is SUSPENDED."""
    where = directory(platform("sender", "NL/CPA/CPO"), platform("emsp", "DE/EMB/EMSP", gone=["DE/EMA/EMSP"]))

    assert reached(CPO, "locations", where) == {"emsp:DE*EMB"}


def test_agreements_choose_among_receivers() -> None:
    """H3.24: a denied pair is left out of broadcasts, for that module alone."""
    parties = platform("sender", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP", "DE/EMB/EMSP")
    where = directory(*parties, rules=[rule(CPO, EMSP, "locations")])

    assert reached(CPO, "locations", where) == {"emsp:DE*EMB"}
    assert reached(CPO, "tariffs", where) == {"emsp:DE*EMA", "emsp:DE*EMB"}


def test_a_broadcast_is_planned_from_the_platform_that_it_came_from() -> None:
    """H3.20, H3.24: TO = hub gives the plan with exactly those receivers."""
    where = crowd(platform("sender", "NL/CPA/CPO", "NL/EMB/EMSP"))

    asked = request("PUT", "tariffs", R, "/NL/CPA/T1", to=HUB, platform_id="sender")

    assert plan(asked, where) == Broadcast(receivers(CPO, chapter("tariffs"), where, "sender"))


def test_everyones_list_is_that_of_all_owners_that_may_be_seen() -> None:
    """H3.52: locations and tariffs of operators, tokens of providers."""
    where = crowd(platform("sender", "NL/CPA/CPO"), platform("asking", "DE/EMA/EMSP"))
    operators = {CPO, Party.parse("XX-CPO"), Party.parse("XX-NAP")}
    providers = {EMSP, *(Party.parse(f"XX-{role}") for role in ("EMS", "NSP", "OTH", "SCS"))}

    assert plan(request("GET", "locations", S, to=HUB, sender=EMSP), where) == GatherAll(frozenset(operators))
    assert plan(request("GET", "tokens", S, to=HUB, sender=CPO), where) == GatherAll(frozenset(providers))


@pytest.mark.parametrize(
    ("state", "reachable", "seen"),
    [
        (PlatformState.REGISTERED, True, True),
        (PlatformState.REGISTERED, False, True),
        (PlatformState.SUSPENDED, True, False),
        (PlatformState.UNREGISTERED, True, False),
        (PlatformState.INVITED, True, False),
        (PlatformState.REMOVED, True, False),
    ],
)
def test_objects_of_the_suspended_leave_the_list(state: PlatformState, reachable: bool, seen: bool) -> None:
    """H3.56: objects of OFFLINE parties stay in GET All, those of SUSPENDED parties leave it."""
    where = directory(platform("cpo", "NL/CPA/CPO", state=state, reachable=reachable), platform("emsp", "DE/EMA/EMSP"))

    assert visible_owners(EMSP, chapter("locations"), where) == (frozenset({CPO}) if seen else frozenset())


@pytest.mark.parametrize("denied", [rule(CPO, EMSP, None), rule(EMSP, CPO, None), rule(None, EMSP, "locations")])
def test_who_may_not_talk_does_not_see(denied: Agreement) -> None:
    """H3.52: an agreement that denies either direction hides an owner's objects."""
    parties = platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP")

    assert visible_owners(EMSP, chapter("locations"), directory(*parties, rules=[denied])) == frozenset()


def test_an_exception_from_a_denial_is_seen() -> None:
    """H3.52: where all are denied, a pair that is allowed both ways sees each other."""
    parties = platform("cpo", "NL/CPA/CPO", "NL/CPB/CPO"), platform("emsp", "DE/EMA/EMSP")
    rules = [rule(None, None, None), rule(CPO, EMSP, None, Effect.ALLOW), rule(EMSP, CPO, None, Effect.ALLOW)]

    assert visible_owners(EMSP, chapter("locations"), directory(*parties, rules=rules)) == frozenset({CPO})


def test_an_owner_sees_its_own_objects() -> None:
    """H3.52: no agreement hides an owner from itself."""
    where = directory(platform("cpo", "NL/CPA/CPO"), rules=[rule(None, None, None)])

    assert visible_owners(CPO, chapter("locations"), where) == frozenset({CPO})
