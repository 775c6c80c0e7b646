"""What an operator is told about a way between two parties."""

from datetime import UTC, datetime

import modules
from hub.admin.route_test import RouteTest, explain_route
from hub.catalog import Catalog
from hub.platform import Agreement, Effect, HostedParty, Platform, PlatformState
from hub.registry import Directory, build
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, PartyRole, Role
from tests import words

AT = datetime(2026, 1, 1, tzinfo=UTC)
CATALOG = Catalog(modules.ALL)
STRANGER = Party(country_code="FR", party_id="XXX")


def platform(
    party: Party,
    role: Role,
    *offers: tuple[str, Interface],
    state: PlatformState = PlatformState.REGISTERED,
    up: bool = True,
) -> Platform:
    """One platform with one party; `offers` are its endpoints."""
    claim = PartyRole(party=party, role=role)
    return Platform(
        platform_id=f"p-{party.party_id.lower()}",
        name=str(party),
        state=state,
        claims=frozenset({claim}),
        parties=(HostedParty(party_role=claim, status_changed_at=AT),),
        reachable=up,
        endpoints={(ModuleId(module), side): f"https://x.example/{module}" for module, side in offers},
        created_at=AT,
    )


def cpo(*, up: bool = True) -> Platform:
    """NL*CPA: offers locations, takes commands."""
    return platform(words.CPO, Role.CPO, ("locations", Interface.SENDER), ("commands", Interface.RECEIVER), up=up)


def emsp(state: PlatformState = PlatformState.REGISTERED, *, up: bool = True) -> Platform:
    """DE*EMA: takes locations."""
    return platform(words.EMSP, Role.EMSP, ("locations", Interface.RECEIVER), state=state, up=up)


def directory(*platforms: Platform, deny: tuple[Party | None, Party | None, str | None] | None = None) -> Directory:
    """A directory of these platforms and at most one rule."""
    rules = []
    if deny is not None:
        module = ModuleId(deny[2]) if deny[2] else None
        rules = [Agreement(sender=deny[0], receiver=deny[1], module=module, effect=Effect.DENY, created_at=AT)]
    return build(words.HUB, platforms, rules, lambda _: "")


def explain(picture: Directory, sender: Party, receiver: Party, module: str) -> RouteTest:
    """The explanation with every real module."""
    return explain_route(picture, CATALOG, sender, receiver, ModuleId(module))


def wrong(tested: RouteTest) -> list[tuple[str, str]]:
    """Text and hint of everything that is missing."""
    found = [*tested.findings, *(finding for way in tested.ways for finding in way.findings)]
    return [(finding.text, finding.hint) for finding in found if not finding.ok]


def test_an_operator_pushes_to_a_provider() -> None:
    """Locations go from a CPO to the RECEIVER interface of an eMSP: forwarded, by the default rule, nothing missing."""
    tested = explain(directory(cpo(), emsp()), words.CPO, words.EMSP, "locations")

    assert tested.ok
    assert [(way.interface, way.plan, way.rule) for way in tested.ways] == [
        (Interface.RECEIVER, "forward to DE*EMA EMSP", "default")
    ]
    assert wrong(tested) == []


def test_a_provider_asks_an_operator() -> None:
    """The other way round it is the SENDER interface of the CPO."""
    tested = explain(directory(cpo(), emsp()), words.EMSP, words.CPO, "locations")

    assert tested.ok
    assert [way.interface for way in tested.ways] == [Interface.SENDER]


def test_a_denied_way_names_the_rule_and_the_command() -> None:
    """A rule against it is named, with the command that allows it; routing's own refusal is shown as the plan."""
    picture = directory(cpo(), emsp(), deny=(words.EMSP, None, "commands"))

    tested = explain(picture, words.EMSP, words.CPO, "commands")

    assert not tested.ok
    assert tested.ways[0].rule == "DE*EMA>*/commands"
    assert tested.ways[0].plan.startswith("refused with 4003")
    assert wrong(tested) == [
        ("agreement: DE*EMA>*/commands", "hubctl routes allow --from DE-EMA --to NL-CPA --module commands")
    ]


def test_a_party_that_is_away_is_named() -> None:
    """A receiver that is OFFLINE, and one that is suspended, are told apart, each with its own command."""
    offline = explain(directory(cpo(), emsp(up=False)), words.CPO, words.EMSP, "locations")
    suspended = explain(directory(cpo(), emsp(PlatformState.SUSPENDED)), words.CPO, words.EMSP, "locations")

    assert wrong(offline) == [("DE*EMA EMSP is OFFLINE", "hubctl partner show DE-EMA")]
    assert wrong(suspended) == [("DE*EMA EMSP is SUSPENDED", "hubctl partner resume DE-EMA")]


def test_an_endpoint_that_is_not_offered_is_named() -> None:
    """An eMSP without a tariffs endpoint cannot get tariffs, and is who must change that."""
    tested = explain(directory(cpo(), emsp()), words.CPO, words.EMSP, "tariffs")

    assert not tested.ok
    assert wrong(tested) == [
        ("DE*EMA does not offer tariffs RECEIVER", "ask DE*EMA to offer it and to send PUT credentials")
    ]


def test_results_of_commands_need_no_endpoint() -> None:
    """A CPO answers a command at an address of the hub: the eMSP need not offer a commands endpoint for that."""
    tested = explain(directory(cpo(), emsp()), words.CPO, words.EMSP, "commands")

    assert tested.ok
    assert [way.plan for way in tested.ways] == ["callback to an address of this hub"]


def test_to_the_hub_means_everyone() -> None:
    """To the hub itself, a CPO broadcasts to those who want it, and an eMSP asks for everyone's."""
    picture = directory(cpo(), emsp())

    push, pull = (
        explain(picture, words.CPO, words.HUB, "locations"),
        explain(picture, words.EMSP, words.HUB, "locations"),
    )

    assert [(way.plan, way.findings[-1].text) for way in push.ways] == [("broadcast to 1 receivers", "reaches DE*EMA")]
    assert [(way.plan, way.findings[-1].text) for way in pull.ways] == [("all of 1 owners", "shows NL*CPA")]
    assert push.ok
    assert pull.ok


def test_a_broadcast_that_reaches_nobody_is_a_finding() -> None:
    """A rule that shuts everyone out shows as a broadcast to nobody."""
    picture = directory(cpo(), emsp(), deny=(words.CPO, None, None))

    tested = explain(picture, words.CPO, words.HUB, "locations")

    assert not tested.ok
    assert wrong(tested) == [("reaches nobody", "")]


def test_strangers_are_named() -> None:
    """A party that no platform hosts is named, on both sides."""
    tested = explain(directory(cpo()), STRANGER, words.EMSP, "locations")

    assert not tested.ok
    assert [text for text, _ in wrong(tested)] == [
        "FR*XXX is not a party at this hub",
        "DE*EMA is not a party at this hub",
    ]


def test_what_never_goes_between_two_parties_is_said() -> None:
    """Credentials are never routed, and cdrs do not go from an eMSP to an eMSP."""
    other = platform(STRANGER, Role.EMSP, ("cdrs", Interface.RECEIVER))
    picture = directory(cpo(), emsp(), other)

    assert wrong(explain(picture, words.CPO, words.EMSP, "credentials")) == [
        ("credentials is never routed: the hub answers it itself", "")
    ]
    assert wrong(explain(picture, words.EMSP, STRANGER, "cdrs")) == [
        ("cdrs does not go from DE*EMA (EMSP) to FR*XXX (EMSP)", "")
    ]
    assert not explain(picture, words.HUB, words.EMSP, "locations").ok


def test_a_custom_module_goes_where_it_is_offered() -> None:
    """A module that the hub does not know is forwarded to the interface that the receiver offers."""
    offering = platform(STRANGER, Role.OTHER, ("nltnm-things", Interface.SENDER))
    picture = directory(cpo(), offering)

    tested = explain(picture, words.CPO, STRANGER, "nltnm-things")
    missing = explain(picture, STRANGER, words.CPO, "nltnm-things")

    assert tested.ok
    assert [way.interface for way in tested.ways] == [Interface.SENDER]
    assert wrong(missing)[0][0] == "NL*CPA does not offer nltnm-things RECEIVER"
