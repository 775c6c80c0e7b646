"""The tables of all modules against the specification's own tables."""

import pytest

import modules
from hub.wire.interface import Endpoint, Interface, Module, ModuleId, ResponseUrl, Routing, TimeoutClass
from hub.wire.party import Role

S, R = Interface.SENDER, Interface.RECEIVER
BY_ID = {module.identifier: module for module in modules.ALL}

_LOCATION = "location_id", "location_id/evse_uid", "location_id/evse_uid/connector_id"
_COMMANDS = "CANCEL_RESERVATION", "RESERVE_NOW", "START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR"
_OWNER = "country_code/party_id"

TABLES: dict[str, set[tuple[Interface, str, str]]] = {
    "locations": {
        (S, "GET", ""),
        *((S, "GET", path) for path in _LOCATION),
        *((R, method, f"{_OWNER}/{path}") for path in _LOCATION for method in ("GET", "PUT", "PATCH")),
    },
    "sessions": {
        (S, "GET", ""),
        (S, "PUT", "session_id/=charging_preferences"),
        *((R, method, f"{_OWNER}/session_id") for method in ("GET", "PUT", "PATCH")),
    },
    "cdrs": {(S, "GET", ""), (R, "POST", ""), (R, "GET", "opaque")},
    "tariffs": {(S, "GET", ""), *((R, method, f"{_OWNER}/tariff_id") for method in ("GET", "PUT", "DELETE"))},
    "tokens": {
        (S, "GET", ""),
        (S, "POST", "token_uid/=authorize"),
        *((R, method, f"{_OWNER}/token_uid") for method in ("GET", "PUT", "PATCH")),
    },
    "commands": {*((R, "POST", f"={name}") for name in _COMMANDS), (S, "POST", "command/opaque")},
    "chargingprofiles": {
        *((R, method, "session_id") for method in ("GET", "PUT", "DELETE")),
        (S, "PUT", "session_id"),
        (S, "POST", "opaque"),
    },
    "hubclientinfo": {(S, "GET", ""), (R, "GET", _OWNER), (R, "PUT", _OWNER)},
    "credentials": {(S, method, "") for method in ("GET", "POST", "PUT", "DELETE")},
    "versions": set(),
}


def rows(identifier: str) -> tuple[Endpoint, ...]:
    """The table of one module."""
    return BY_ID[ModuleId(identifier)].endpoints


def test_the_modules_of_the_specification_in_its_order() -> None:
    """H2.03: every module of the specification is there once."""
    assert [module.identifier for module in modules.ALL] == [
        "versions",
        "credentials",
        "locations",
        "sessions",
        "cdrs",
        "tariffs",
        "tokens",
        "commands",
        "chargingprofiles",
        "hubclientinfo",
    ]


def test_configuration_modules_are_not_functional() -> None:
    """H1.31, H1.32: versions, credentials and hubclientinfo take no part in message routing; all others do."""
    silent = {module.identifier for module in modules.ALL if not module.functional}

    assert silent == {"versions", "credentials", "hubclientinfo"}


@pytest.mark.parametrize("identifier", TABLES)
def test_a_module_has_the_rows_of_its_chapter_and_no_other(identifier: str) -> None:
    """H5.01, H5.02, H6.01, H6.05, H6.07, H6.11, H6.31, H6.40, H6.55, H6.61: methods and paths are those of the chapter.

    What is not a row is answered with 405: DELETE of locations, sessions, tokens and CDRs, PUT and PATCH of CDRs, PATCH
    of tariffs and client infos, POST of Client Owned Objects.
    """
    table = [(row.interface, row.method, "/".join(row.path)) for row in rows(identifier)]

    assert sorted(table) == sorted(TABLES[identifier])


def test_lists_take_the_parameters_of_paging() -> None:
    """H6.30, H7.08: each list takes date_from, date_to, offset and limit; sessions alone demand date_from."""
    lists = {
        module.identifier: row for module in modules.ALL for row in module.endpoints if row.routing is Routing.LIST
    }

    assert set(lists) == {"locations", "sessions", "cdrs", "tariffs", "tokens", "hubclientinfo"}
    for row in lists.values():
        assert (row.method, row.interface, row.path) == ("GET", S, ())
        assert {*row.required_query, *row.optional_query} == {"date_from", "date_to", "offset", "limit"}
    assert {name: row.required_query for name, row in lists.items() if row.required_query} == {
        "sessions": ("date_from",)
    }


def test_only_public_data_is_pushed_to_all() -> None:
    """H3.20, H3.40: PUT, PATCH and DELETE of locations, tariffs and tokens may be broadcast, and nothing else."""
    public = {
        (module.identifier, row.method)
        for module in modules.ALL
        for row in module.endpoints
        if row.routing is Routing.PUSH
    }

    assert public == {
        ("locations", "PUT"),
        ("locations", "PATCH"),
        ("tariffs", "PUT"),
        ("tariffs", "DELETE"),
        ("tokens", "PUT"),
        ("tokens", "PATCH"),
    }


def test_what_is_broadcast_is_kept() -> None:
    """H3.51: a module whose objects may be pushed to all says how the hub keeps them, and to whom they go."""
    for module in modules.ALL:
        pushes = any(row.routing is Routing.PUSH for row in module.endpoints)
        assert pushes == bool(module.broadcast)
        assert not pushes or module.stored is not None


def test_every_client_owned_row_guards_its_owner() -> None:
    """H1.37, H6.02: each row with an owner in its path, and POST of a CDR, refuses a foreign one."""
    for module in modules.ALL:
        for row in module.endpoints:
            owned = row.path[:1] == ("country_code",) or (module.identifier == "cdrs" and row.method == "POST")
            assert not (module.functional and owned) or row.must is not None


def test_answers_have_their_time() -> None:
    """H3.16: authorize, and commands and charging profiles, have time limits of their own."""
    classes = {(module.identifier, row.timeout): row.path for module in modules.ALL for row in module.endpoints}

    assert {(name, timeout) for name, timeout in classes if timeout is not TimeoutClass.OTHER} == {
        ("tokens", TimeoutClass.AUTHORIZE),
        ("commands", TimeoutClass.COMMAND),
        ("chargingprofiles", TimeoutClass.COMMAND),
    }
    assert classes[ModuleId("tokens"), TimeoutClass.AUTHORIZE] == ("token_uid", "=authorize")


def test_where_a_response_url_stands() -> None:
    """H4.30, H4.40: in the body of each command and of a profile's PUT, in the query of a profile's GET and DELETE."""
    places = {
        (module.identifier, row.method, row.response_url)
        for module in modules.ALL
        for row in module.endpoints
        if row.response_url
    }

    assert places == {
        ("commands", "POST", ResponseUrl.BODY),
        ("chargingprofiles", "PUT", ResponseUrl.BODY),
        ("chargingprofiles", "GET", ResponseUrl.QUERY),
        ("chargingprofiles", "DELETE", ResponseUrl.QUERY),
    }


def test_bodies_have_limits() -> None:
    """H7.15: locations and CDRs may have 4 MiB, everything else 1 MiB."""
    large = {module.identifier for module in modules.ALL if module.body_limit_bytes == 4 * 1024 * 1024}

    assert large == {"locations", "cdrs"}
    assert {module.body_limit_bytes for module in modules.ALL if module.identifier not in large} == {1024 * 1024}


@pytest.mark.parametrize("identifier", ["locations", "tariffs", "sessions", "cdrs"])
def test_operators_send_and_providers_receive(identifier: str) -> None:
    """H1.40: of a party in two roles, the operator's side sends these modules and the provider's receives them."""
    _stand(BY_ID[ModuleId(identifier)], S, Role.CPO)
    _stand(BY_ID[ModuleId(identifier)], R, Role.EMSP)


@pytest.mark.parametrize("identifier", ["tokens", "commands", "chargingprofiles"])
def test_providers_send_and_operators_receive(identifier: str) -> None:
    """H1.40: of a party in two roles, the provider's side sends these modules and the operator's receives them."""
    _stand(BY_ID[ModuleId(identifier)], S, Role.EMSP)
    _stand(BY_ID[ModuleId(identifier)], R, Role.CPO)


def _stand(module: Module, interface: Interface, likeliest: Role) -> None:
    operators, providers = {Role.CPO, Role.NAP}, {Role.EMSP, Role.NSP, Role.SCSP, Role.OTHER}
    roles = module.roles(interface)
    assert roles[0] is likeliest
    assert set(roles) >= (operators if likeliest is Role.CPO else providers)
    assert Role.HUB not in roles


def test_an_emsp_may_receive_charging_profiles() -> None:
    """H6.83: an SCSP sends a profile to an eMSP; of a party that is both, the operator's side comes first."""
    roles = BY_ID[ModuleId("chargingprofiles")].roles(R)

    assert roles.index(Role.CPO) < roles.index(Role.EMSP)
    assert Role.SCSP in BY_ID[ModuleId("chargingprofiles")].roles(S)


@pytest.mark.parametrize("identifier", ["locations", "tariffs"])
def test_who_hears_an_operator(identifier: str) -> None:
    """H3.23, H3.24: an operator's broadcast reaches EMSP, NSP and OTHER, and NAP, but no SCSP and no operator."""
    broadcast = BY_ID[ModuleId(identifier)].broadcast

    assert set(broadcast[Role.CPO]) == {Role.EMSP, Role.NSP, Role.OTHER, Role.NAP}
    assert Role.OTHER not in broadcast
    assert Role.EMSP not in broadcast


def test_who_hears_a_provider() -> None:
    """H3.23: a broadcast of tokens by an eMSP or by OTHER reaches operators only."""
    assert BY_ID[ModuleId("tokens")].broadcast == {Role.EMSP: (Role.CPO,), Role.OTHER: (Role.CPO,)}
