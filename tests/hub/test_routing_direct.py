"""A message to one party: on which platform it is, and every reason why it cannot go there."""

import pytest

from hub.platform import Platform, PlatformState
from hub.routing import Forward, able_to_call, forward, is_custom
from hub.wire.errors import OcpiError, ReceiverNotConnected, UnknownReceiver
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.message import Address
from hub.wire.party import Party, Role
from tests.directories import CATALOG, EVERY_ENDPOINT, directory, endpoint_url, platform, rule
from tests.hub.routed import outcome, plan, request
from tests.words import CPO, EMSP

S, R = Interface.SENDER, Interface.RECEIVER
DUAL = Party(country_code="BE", party_id="DUO")
SCSP = Party(country_code="NL", party_id="SMA")
LOCATIONS = ModuleId("locations")
CUSTOM = ModuleId("nltnm-parking")

OPERATOR_SIDE = [
    ("locations", S),
    ("tariffs", S),
    ("sessions", S),
    ("cdrs", S),
    ("tokens", R),
    ("commands", R),
    ("chargingprofiles", R),
]
PROVIDER_SIDE = [(module, R if interface is S else S) for module, interface in OPERATOR_SIDE]


def way(module: str, interface: Interface, to: Party, *platforms: Platform, sender: Party = CPO) -> Forward:
    """The way to `to` among these platforms."""
    address = Address(version=Version.V2_2_1, module=ModuleId(module), interface=interface)
    return forward(address, sender, to, CATALOG.module(address.module), directory(*platforms))


@pytest.mark.parametrize(("module", "interface"), OPERATOR_SIDE)
def test_a_dual_party_is_asked_as_operator_for_what_operators_serve(module: str, interface: Interface) -> None:
    """H1.40: a party that is CPO on one platform and EMSP on another is reached on its CPO platform."""
    found = way(module, interface, DUAL, platform("a", "BE/DUO/EMSP"), platform("b", "BE/DUO/CPO"), sender=EMSP)

    assert (found.target.role, found.endpoint_url) == (Role.CPO, endpoint_url("b", module, interface))


@pytest.mark.parametrize(("module", "interface"), PROVIDER_SIDE)
@pytest.mark.parametrize("role", [Role.EMSP, Role.NSP, Role.SCSP, Role.OTHER])
def test_a_dual_party_is_asked_as_provider_for_what_providers_serve(
    module: str, interface: Interface, role: Role
) -> None:
    """H1.40: and on its EMSP, NSP, SCSP or OTHER platform for the other side."""
    found = way(module, interface, DUAL, platform("a", "BE/DUO/CPO"), platform("b", f"BE/DUO/{role}"))

    assert (found.target.role, found.endpoint_url) == (role, endpoint_url("b", module, interface))


@pytest.mark.parametrize(("module", "interface"), OPERATOR_SIDE + PROVIDER_SIDE)
def test_a_dual_party_on_one_platform_has_the_role_of_the_interface(module: str, interface: Interface) -> None:
    """H1.40: the same with both roles on one platform."""
    found = way(module, interface, DUAL, platform("a", "BE/DUO/CPO", "BE/DUO/EMSP"))

    assert found.target.role is (Role.CPO if (module, interface) in OPERATOR_SIDE else Role.EMSP)


def test_a_national_access_point_stands_in_for_an_operator() -> None:
    """H1.40: NAP is on the operators' side, after CPO."""
    nap, cpo = platform("a", "BE/DUO/NAP"), platform("b", "BE/DUO/CPO")

    assert way("locations", S, DUAL, nap).target.role is Role.NAP
    assert way("locations", S, DUAL, nap, cpo).target.role is Role.CPO


def test_an_emsp_can_be_told_a_charging_profile() -> None:
    """H6.83, H1.40: with an SCSP in front, the eMSP is the receiver of charging profiles, unless it is a CPO too."""
    emsp, cpo = platform("a", "BE/DUO/EMSP"), platform("b", "BE/DUO/CPO")

    assert way("chargingprofiles", R, DUAL, emsp, sender=SCSP).target.role is Role.EMSP
    assert way("chargingprofiles", R, DUAL, emsp, cpo, sender=SCSP).target.role is Role.CPO


@pytest.mark.parametrize(
    ("module", "interface", "role"),
    [
        ("commands", R, "EMSP"),
        ("tokens", R, "EMSP"),
        ("locations", S, "EMSP"),
        ("cdrs", R, "CPO"),
        ("tokens", S, "CPO"),
    ],
)
def test_a_party_without_a_fitting_role_is_unknown(module: str, interface: Interface, role: str) -> None:
    """H3.12: nobody fits, so 4001, and the text names the roles that would."""
    with pytest.raises(UnknownReceiver, match=r"serves BE\*DUO as ") as refused:
        way(module, interface, DUAL, platform("a", f"BE/DUO/{role}"))

    assert (refused.value.status_code, refused.value.http_status) == (4001, 200)


@pytest.mark.parametrize(
    ("state", "reachable", "said"),
    [
        (PlatformState.REGISTERED, False, "OFFLINE"),
        (PlatformState.INVITED, True, "PLANNED"),
        (PlatformState.SUSPENDED, True, "SUSPENDED"),
        (PlatformState.UNREGISTERED, True, "SUSPENDED"),
    ],
)
def test_a_party_that_is_not_connected_is_not_called(state: PlatformState, reachable: bool, said: str) -> None:
    """H3.11, H3.12, H3.13: OFFLINE, PLANNED and SUSPENDED are 4003 with HTTP 200, and the text says which."""
    with pytest.raises(ReceiverNotConnected, match=rf"DE\*EMA is {said}") as refused:
        way("sessions", R, EMSP, platform("emsp", "DE/EMA/EMSP", state=state, reachable=reachable))

    assert (refused.value.status_code, refused.value.http_status) == (4003, 200)


def test_a_removed_platform_was_never_there() -> None:
    """H3.12: after an operator removed it, its parties are unknown: 4001."""
    with pytest.raises(UnknownReceiver):
        way("sessions", R, EMSP, platform("emsp", "DE/EMA/EMSP", state=PlatformState.REMOVED))


def test_a_connected_platform_comes_before_one_that_is_not() -> None:
    """A party that moved from one platform to another is found on the new one."""
    old = platform("a", "DE/EMA/EMSP", state=PlatformState.UNREGISTERED)

    assert way("sessions", R, EMSP, old, platform("b", "DE/EMA/EMSP")).target.platform.platform_id == "b"


def test_a_platform_without_the_endpoint_is_a_failure_of_its_own() -> None:
    """H3.12, H3.13: connected, but it does not offer the module on this interface: 4000 with HTTP 200, saying so."""
    offers = EVERY_ENDPOINT - {(ModuleId("sessions"), R)}

    with pytest.raises(OcpiError, match=r"DE\*EMA does not offer sessions RECEIVER") as refused:
        way("sessions", R, EMSP, platform("emsp", "DE/EMA/EMSP", offers=offers))
    assert (refused.value.status_code, refused.value.http_status) == (4000, 200)


def test_without_an_agreement_a_party_seems_not_connected() -> None:
    """H3.12: what an agreement forbids is 4003, the same number as for a party that has not come yet."""
    parties = platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP")
    denied = directory(*parties, rules=[rule(CPO, EMSP, "sessions")])

    assert outcome(request("GET", "sessions", R, "/NL/CPA/S1", to=EMSP), denied) == "4003"
    assert outcome(request("GET", "locations", R, "/NL/CPA/L1", to=EMSP), denied) == "forward DE*EMA"
    assert outcome(request("GET", "sessions", S, to=CPO), denied) == "forward NL*CPA"


def test_two_parties_of_one_platform_may_speak_through_the_hub() -> None:
    """H3.17: the requester's platform may be the target's."""
    both = directory(platform("cpo", "NL/CPA/CPO", "DE/EMA/EMSP"))

    assert outcome(request("GET", "locations", R, "/NL/CPA/L1", to=EMSP), both) == "forward DE*EMA"


def test_a_custom_module_is_routed_to_any_role() -> None:
    """H1.33: a module that the hub does not know goes to the TO party's endpoint of the same name and interface."""
    offers = {(CUSTOM, R)}
    where = directory(platform("emsp", "DE/EMA/EMSP", offers=offers))

    decided = plan(request("PATCH", CUSTOM, R, "/a/b", to=EMSP), where)

    assert decided == Forward(where.hosted[EMSP][0], endpoint_url("emsp", CUSTOM, R))
    assert outcome(request("PATCH", CUSTOM, S, "/a/b", to=EMSP), where) == "4000"


@pytest.mark.parametrize("to", [None, Party(country_code="NL", party_id="HUB")])
def test_a_custom_module_needs_a_receiver(to: Party | None) -> None:
    """H1.33: nothing is known of its content, so it can be neither broadcast nor routed openly: 4001."""
    where = directory(platform("emsp", "DE/EMA/EMSP", offers={(CUSTOM, R)}))

    assert outcome(request("POST", CUSTOM, R, to=to), where) == "4001"


@pytest.mark.parametrize(
    "suffix", ["/..", "/a/../../credentials", "/%2e%2E/x", "/a%2F..%2Fb", "/..;x/y", "/a%5C..%5Cb"]
)
def test_a_custom_path_cannot_leave_its_endpoint(suffix: str) -> None:
    """A path with dot segments, however they are written, is refused with 2001 before anyone is called."""
    where = directory(platform("emsp", "DE/EMA/EMSP", offers={(CUSTOM, R)}))

    assert outcome(request("PUT", CUSTOM, R, suffix, to=EMSP), where) == "2001"


@pytest.mark.parametrize(
    ("written", "custom"),
    [
        ("nltnm-parking", True),
        ("payments", True),
        ("invoice_reconciliation", True),
        ("a" * 36, True),
        ("a" * 37, False),
        ("", False),
        ("-", False),
        ("..", False),
        ("a/b", False),
        ("a b", False),
        ("ä", False),
    ],
)
def test_what_may_be_the_name_of_a_custom_module(written: str, custom: bool) -> None:
    """H1.33: letters, digits, `-` and `_`, as the modules of 2.3.0 and prefixed ones have."""
    assert is_custom(ModuleId(written)) is custom


@pytest.mark.parametrize(("module", "interface"), OPERATOR_SIDE)
def test_an_absent_sender_is_the_only_one_that_could_ask_operators(module: str, interface: Interface) -> None:
    """H1.38: of a CPO and an eMSP on one platform only the eMSP calls what operators serve."""
    hosted = directory(platform("a", "NL/CPA/CPO", "DE/EMA/EMSP")).with_roles(Role)

    assert able_to_call(hosted, CATALOG.module(ModuleId(module)), interface) == [EMSP]


def test_two_that_could_ask_are_not_one() -> None:
    """H1.38: two eMSPs on a platform: nobody can tell which one asks; a party with two fitting roles is still one."""
    two = directory(platform("a", "DE/EMA/EMSP", "DE/EMB/EMSP")).with_roles(Role)
    one = directory(platform("a", "DE/EMA/EMSP", "DE/EMA/OTHER")).with_roles(Role)
    locations = CATALOG.module(LOCATIONS)

    assert len(able_to_call(two, locations, S)) == 2
    assert able_to_call(one, locations, S) == [EMSP]
    assert able_to_call(one, locations, R) == []


def test_anyone_may_call_a_custom_module() -> None:
    """H1.38: the hub does not know its sides, so each party of the platform could be the sender."""
    hosted = directory(platform("a", "NL/CPA/CPO", "DE/EMA/EMSP")).with_roles(Role)

    assert able_to_call(hosted, None, R) == [EMSP, CPO]
