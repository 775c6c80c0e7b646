"""Which row of which table a request is, and what becomes of paths and methods that no table has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalog import Match, check_suffix
from hub.wire.errors import InvalidParameters, MethodNotAllowed, NotFound, OcpiError
from hub.wire.interface import Endpoint, Interface, Module, ModuleId
from tests.directories import CATALOG

S, R = Interface.SENDER, Interface.RECEIVER
ROWS = [(module, row) for module in CATALOG.functional() for row in module.endpoints]
IDS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="/%.?#;\\"), min_size=1, max_size=36
)


def match(module: str, interface: Interface, method: str, suffix: str) -> Match:
    """The row for a request."""
    chapter = CATALOG.module(ModuleId(module))
    assert chapter is not None
    return CATALOG.match(chapter, interface, method, suffix)


def written(row: Endpoint) -> str:
    """A path of this row, each segment named by itself."""
    return "".join(f"/{name.removeprefix('=')}" for name in row.path)


@pytest.mark.parametrize(
    ("module", "row"), ROWS, ids=lambda one: getattr(one, "identifier", "") or f"{one.method}-{'-'.join(one.path)}"
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_row_finds_itself(module: Module, row: Endpoint, slash: str) -> None:
    """H6.01: each path of each table leads to its row, with or without a slash at the end, its segments by name."""
    found = CATALOG.match(module, row.interface, row.method, written(row) + slash)

    assert found.endpoint is row
    assert found.path == {name: name for name in row.path if not name.startswith("=")}


def test_the_functional_modules_are_the_seven() -> None:
    """H2.03: seven modules are routed; credentials, versions and hubclientinfo are not."""
    functional = {module.identifier for module in CATALOG.functional()}

    assert functional == {"cdrs", "chargingprofiles", "commands", "locations", "sessions", "tariffs", "tokens"}
    assert set(CATALOG.modules) - functional == {"credentials", "versions", "hubclientinfo"}


def test_an_unknown_module_is_a_custom_one() -> None:
    """H1.33: it has no table, and is only carried."""
    assert CATALOG.module(ModuleId("nltnm-parking")) is None


@pytest.mark.parametrize(
    ("module", "interface", "method", "suffix", "allowed"),
    [
        ("locations", R, "POST", "/NL/CPA/LOC1", "GET, PATCH, PUT"),
        ("locations", R, "DELETE", "/NL/CPA/LOC1/3256", "GET, PATCH, PUT"),
        ("locations", S, "PUT", "/LOC1", "GET"),
        ("locations", S, "POST", "", "GET"),
        ("sessions", R, "DELETE", "/NL/CPA/S1", "GET, PATCH, PUT"),
        ("sessions", S, "GET", "/S1/charging_preferences", "PUT"),
        ("cdrs", R, "PUT", "/opaque", "GET"),
        ("cdrs", R, "PATCH", "", "POST"),
        ("tariffs", R, "PATCH", "/NL/CPA/T1", "DELETE, GET, PUT"),
        ("tokens", R, "DELETE", "/DE/EMA/0123", "GET, PATCH, PUT"),
        ("tokens", S, "GET", "/0123/authorize", "POST"),
        ("commands", R, "GET", "/START_SESSION", "POST"),
        ("commands", S, "PUT", "/START_SESSION/opaque", "POST"),
        ("chargingprofiles", R, "POST", "/S1", "DELETE, GET, PUT"),
        ("chargingprofiles", S, "GET", "/S1", "POST, PUT"),
        ("locations", S, "HEAD", "", "GET"),
    ],
)
def test_a_method_that_the_specification_lacks(
    module: str, interface: Interface, method: str, suffix: str, allowed: str
) -> None:
    """H6.07: HTTP 405, and Allow lists the methods of that path.

    Among them what H6.40, H6.55 and H6.61 rule out: CDRs never change, Tariffs have no PATCH, Tokens no DELETE.
    """
    with pytest.raises(MethodNotAllowed) as refused:
        match(module, interface, method, suffix)

    assert refused.value.headers == {"Allow": allowed}


@pytest.mark.parametrize(
    ("module", "interface", "suffix"),
    [
        ("locations", R, ""),
        ("locations", R, "/NL/CPA"),
        ("locations", S, "/LOC1/3256/1/2"),
        ("commands", R, "/OPEN_SESAME"),
        ("commands", R, "/start_session"),
        ("tokens", S, "/0123/authorise"),
        ("sessions", S, "/S1"),
        ("cdrs", R, "/NL/CPA/CDR1"),
    ],
)
def test_a_path_that_the_specification_lacks(module: str, interface: Interface, suffix: str) -> None:
    """H7.14: no such resource in any method is HTTP 404."""
    with pytest.raises(NotFound) as refused:
        match(module, interface, "POST", suffix)

    assert (refused.value.http_status, refused.value.status_code) == (404, 2000)


@given(location_id=IDS, evse_uid=IDS)
def test_segments_are_percent_decoded(location_id: str, evse_uid: str) -> None:
    """An identifier is what the path says after decoding, every character that OCPI allows among them."""
    encoded = "".join(f"%{ord(one):02X}" for one in location_id)

    assert match("locations", S, "GET", f"/{encoded}/{evse_uid}").path == {
        "location_id": location_id,
        "evse_uid": evse_uid,
    }


@pytest.mark.parametrize(
    "suffix",
    ["/NL/CPA/%00", "/NL/CPA/%0a", "/NL/CPA/%C3%A9", "/NL/CPA/%ff", "/NL/CPA/" + "a" * 256, "/NL//LOC1", "/NL/CPA/%7F"],
)
def test_an_identifier_that_ocpi_does_not_allow(suffix: str) -> None:
    """H7.05: empty, overlong, not printable or not ASCII is 2001, and the text names the segment."""
    with pytest.raises(InvalidParameters, match=r"^(location_id|party_id) in the path"):
        match("locations", R, "GET", suffix)


@pytest.mark.parametrize(
    "suffix",
    [
        "/NL/CPA/..",
        "/NL/CPA/.",
        "/NL/CPA/%2e%2e",
        "/NL/CPA/%2E.",
        "/NL/CPA/..%2F..%2Fcredentials",
        "/NL/CPA/..%5C..%5Ccredentials",
        "/NL/CPA/..;a=b",
        "/../../credentials",
    ],
)
def test_dot_segments_are_refused(suffix: str) -> None:
    """A path that would leave the receiver's endpoint is 2001, however it is written, before it is compared with rows."""
    with pytest.raises(InvalidParameters, match="dots"):
        match("locations", R, "PUT", suffix)


@pytest.mark.parametrize("suffix", ["", "/", "/a", "/NL/CPA/LOC.1", "/...", "/a..b", "/..a", "/%252e%252e", "/a;b"])
def test_dots_within_a_segment_are_fine(suffix: str) -> None:
    """Only segments of one or two dots mean anything but themselves."""
    check_suffix(suffix)


@given(
    suffix=st.text(max_size=30),
    method=st.sampled_from(["GET", "PUT", "POST", "X"]),
    interface=st.sampled_from(Interface),
)
def test_any_path_is_a_row_or_a_refusal(suffix: str, method: str, interface: Interface) -> None:
    """Whatever path comes, nothing but a refusal of OCPI's comes of it."""
    for module in CATALOG.functional():
        try:
            found = CATALOG.match(module, interface, method, suffix)
        except OcpiError:
            continue
        assert (found.endpoint.method, found.endpoint.interface) == (method, interface)
