"""What routing never does, whatever the directory and the message."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalog import Errand
from hub.delivery.receiver import Receiver
from hub.platform import Agreement, ConnectionStatus, Effect, PlatformState
from hub.registry import Directory
from hub.routing import Broadcast, Forward, GatherAll, Lookup, Plan, route_found
from hub.wire.errors import OcpiError
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, Role
from tests import words
from tests.directories import EVERY_ENDPOINT, directory, platform, rule
from tests.hub.routed import plan, request
from tests.words import CPO, EMSP, HUB

S, R = Interface.SENDER, Interface.RECEIVER
PARTIES = (CPO, EMSP, Party.of("NL", "CPB"), Party.of("DE", "EMB"), Party.of("FR", "DUO"))
MODULES = (None, "locations", "tariffs", "tokens", "sessions", "cdrs", "commands", "chargingprofiles", "parking")
ENDPOINTS = EVERY_ENDPOINT | {(ModuleId("parking"), interface) for interface in Interface}
Request = tuple[str, str, Interface, str, object]
REQUESTS: tuple[Request, ...] = (
    ("GET", "locations", S, "", None),
    ("GET", "locations", S, "/LOC1", None),
    ("PUT", "locations", R, "/NL/CPA/LOC1", words.location()),
    ("DELETE", "tariffs", R, "/NL/CPA/T1", None),
    ("PATCH", "tokens", R, "/DE/EMA/0123", {"valid": False}),
    ("POST", "tokens", S, "/0123/authorize", None),
    ("PUT", "sessions", R, "/NL/CPA/S1", words.session()),
    ("POST", "cdrs", R, "", words.cdr()),
    ("POST", "commands", R, "/STOP_SESSION", words.stop_session()),
    ("PUT", "chargingprofiles", R, "/S1", words.set_charging_profile()),
    ("POST", "parking", R, "/any/thing", None),
)


def assembled(
    hosted: Sequence[tuple[list[str], PlatformState, bool, bool, frozenset[tuple[ModuleId, Interface]]]],
    rules: list[Agreement],
) -> Directory:
    """A directory of these platforms, named `p0`, `p1` and so on."""
    return directory(
        *(
            platform(
                f"p{number}", *roles, state=state, reachable=reachable, catch_up=catch_up, offers=ENDPOINTS - lacks
            )
            for number, (roles, state, reachable, catch_up, lacks) in enumerate(hosted)
        ),
        rules=rules,
    )


LACKING = st.sampled_from(sorted(ENDPOINTS))
ROLES = st.lists(
    st.tuples(st.sampled_from(PARTIES), st.sampled_from([role for role in Role if role is not Role.HUB])).map(
        lambda claim: f"{claim[0].country_code}/{claim[0].party_id}/{claim[1]}"
    ),
    unique=True,
    min_size=1,
    max_size=4,
)
STATES = st.sampled_from([PlatformState.REGISTERED] * 4 + list(PlatformState))
ANYONE = st.none() | st.sampled_from(PARTIES)
DIRECTORIES = st.builds(
    assembled,
    st.lists(
        st.tuples(ROLES, STATES, st.booleans(), st.booleans(), st.frozensets(LACKING, max_size=4)),
        min_size=2,
        max_size=4,
    ),
    st.lists(st.builds(rule, ANYONE, ANYONE, st.sampled_from(MODULES), st.sampled_from(Effect)), max_size=5),
)
BOUNDED = settings(max_examples=40)
"""Each example asks every request of every party."""
ANYBODY = (None, HUB, *PARTIES, Party.of("XX", "XXX"))
KNOWN = st.lists(st.sampled_from(PARTIES), max_size=2, unique=True)


def ask(kind: Request, to: Party | None, sender: Party, platform_id: str) -> Errand:
    """One of REQUESTS."""
    method, module, interface, suffix, body = kind
    return request(method, module, interface, suffix, to=to, sender=sender, platform_id=platform_id, body=body)


def everything(where: Directory) -> Iterator[Errand]:
    """Each of REQUESTS, from each party on each of its platforms, to anybody."""
    speakers = {(one.party, one.platform.platform_id) for places in where.hosted.values() for one in places}
    for kind, (sender, platform_id), to in product(REQUESTS, sorted(speakers), ANYBODY):
        yield ask(kind, to, sender, platform_id)


def decide(asked: Errand, where: Directory, known: list[Party]) -> Plan | str:
    """The final plan (a Lookup answered with `known`), or the text of the refusal."""
    try:
        decided = plan(asked, where)
        if isinstance(decided, Lookup) and asked.match:
            return route_found(asked.message, asked.match, asked.call, known, where)
        return decided
    except OcpiError as refused:
        return f"{refused.status_code} {refused.message}"


@BOUNDED
@given(where=DIRECTORIES, known=KNOWN)
def test_a_message_goes_only_where_it_can_and_may(where: Directory, known: list[Party]) -> None:
    """H3.01, H3.12: a forward is always to a CONNECTED platform that hosts the party, offers the endpoint and may get it."""
    for asked in everything(where):
        decided = decide(asked, where, known)
        if not isinstance(decided, Forward):
            continue
        target, address = decided.target, asked.message.address
        assert target.status is ConnectionStatus.CONNECTED
        assert target.platform.state is PlatformState.REGISTERED
        assert target.platform.reachable
        assert target.platform.hosts(target.party)
        assert decided.endpoint_url == target.platform.endpoints[address.module, address.interface]
        assert where.may_send(asked.call.sender, target.party, address.module).allowed
        assert asked.match is None or target.role in asked.match.module.roles(address.interface)


@BOUNDED
@given(where=DIRECTORIES, known=KNOWN)
def test_a_named_receiver_is_the_only_one(where: Directory, known: list[Party]) -> None:
    """H3.42: with TO = a party the message goes to that very party or is refused, and never any further."""
    for asked in everything(where):
        to = asked.message.routing.to
        if to is None or to == HUB:
            continue
        decided = decide(asked, where, known)
        assert isinstance(decided, str) or (isinstance(decided, Forward) and decided.target.party == to)


@BOUNDED
@given(where=DIRECTORIES)
def test_a_broadcast_never_comes_back(where: Directory) -> None:
    """H3.23, H3.24: receivers are other parties on other platforms that are registered, offer the module and may get it."""
    for asked in everything(where):
        decided = decide(asked, where, [])
        if not isinstance(decided, Broadcast):
            continue
        module, sender = asked.message.address.module, asked.call.sender
        for written in decided.receivers:
            receiver = Receiver.parse(written)
            at = where.platforms[receiver.platform_id]
            assert receiver.party is not None
            assert receiver.party != sender
            assert at.platform_id != asked.message.platform_id
            assert at.hosts(receiver.party)
            assert at.state is PlatformState.REGISTERED
            assert at.reachable or at.quirks.catch_up
            assert (module, R) in at.endpoints
            assert where.may_send(sender, receiver.party, module).allowed


@BOUNDED
@given(where=DIRECTORIES)
def test_everyones_list_has_no_hidden_owner(where: Directory) -> None:
    """H3.52, H3.56: each owner has a live platform and may talk to the requester both ways, or is the requester."""
    for asked in everything(where):
        decided = decide(asked, where, [])
        if not isinstance(decided, GatherAll):
            continue
        asking, module = asked.call.sender, asked.message.address.module
        for owner in decided.owners:
            assert owner == asking or where.may_exchange(asking, owner, module)
            assert {ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE} & {one.status for one in where.hosted[owner]}


@BOUNDED
@given(where=DIRECTORIES, known=KNOWN)
def test_routing_twice_decides_the_same(where: Directory, known: list[Party]) -> None:
    """A plan is a value: the same message and directory give an equal one, with the same text for people."""
    for asked in everything(where):
        first, second = decide(asked, where, known), decide(asked, where, known)
        assert first == second
        assert str(first) == str(second) != ""


@BOUNDED
@given(where=DIRECTORIES)
def test_routing_refuses_only_in_ocpis_words(where: Directory) -> None:
    """H3.11, H3.13: every message is planned, or refused with 2001, 4000, 4001 or 4003 and HTTP 200."""
    refusals = set()
    for asked in everything(where):
        try:
            plan(asked, where)
        except OcpiError as refused:
            refusals.add((refused.status_code, refused.http_status))

    assert refusals <= {(2001, 200), (4000, 200), (4001, 200), (4003, 200)}


def test_a_plan_explains_itself() -> None:
    """What an operator reads of a plan: the party, the number of receivers or owners, the kind of key."""
    where = directory(platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP"))
    texts = {
        str(plan(asked, where))
        for asked in (
            request("GET", "locations", S, "/LOC1", to=CPO),
            request("PUT", "locations", R, "/NL/CPA/LOC1", to=HUB),
            request("GET", "locations", S, to=HUB),
            request("GET", "locations", S, "/LOC1"),
            request("GET", "cdrs", R, "/abc"),
        )
    }

    assert texts == {
        "forward to NL*CPA CPO",
        "broadcast to 1 receivers",
        "all of 1 owners",
        "open routing by location",
        "callback to an address of this hub",
    }
