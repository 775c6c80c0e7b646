"""The headers of OCPI: message ids and routing, written and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from hub.wire.errors import ClientError, InvalidParameters
from hub.wire.headers import (
    CORRELATION_ID,
    FROM_COUNTRY,
    FROM_PARTY,
    MAX_ID_CHARS,
    REQUEST_ID,
    TO_COUNTRY,
    TO_PARTY,
    MessageIds,
    RoutingHeaders,
    first,
    joined,
    read_id,
    read_routing,
)
from hub.wire.party import Party
from tests.words import CPO, EMSP

PARTIES = st.builds(
    Party.of, st.text("ABCXYZabcxyz", min_size=2, max_size=2), st.text("AZaz019", min_size=3, max_size=3)
)
VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def test_the_names_are_the_specifications() -> None:
    """H1.30: the two id headers and the four routing headers have these names."""
    written = MessageIds(request_id="r", correlation_id="c").write() | RoutingHeaders(to=EMSP, sender=CPO).write()

    assert written == {
        "X-Request-ID": "r",
        "X-Correlation-ID": "c",
        "OCPI-to-country-code": "DE",
        "OCPI-to-party-id": "EMA",
        "OCPI-from-country-code": "NL",
        "OCPI-from-party-id": "CPA",
    }


def test_an_absent_party_writes_no_header() -> None:
    """An open routing request has no TO headers, so none are written, not empty ones."""
    assert RoutingHeaders(sender=CPO).write() == {FROM_COUNTRY: "NL", FROM_PARTY: "CPA"}
    assert RoutingHeaders().write() == {}


@given(to=st.none() | PARTIES, sender=st.none() | PARTIES)
def test_routing_headers_are_read_as_they_were_written(to: Party | None, sender: Party | None) -> None:
    """H1.30: what one side writes the other reads, whatever the case of names and values."""
    headers = RoutingHeaders(to=to, sender=sender)
    shouted = {name.upper(): value.lower() for name, value in headers.write().items()}

    assert read_routing(CIMultiDict(headers.write())) == headers
    assert read_routing(CIMultiDict(shouted)) == headers


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({TO_PARTY: "EMA"}, TO_COUNTRY),
        ({TO_COUNTRY: "DE"}, TO_PARTY),
        ({TO_COUNTRY: "DE", TO_PARTY: ""}, TO_PARTY),
        ({TO_COUNTRY: " ", TO_PARTY: "EMA"}, TO_COUNTRY),
        ({TO_COUNTRY: "", TO_PARTY: ""}, TO_COUNTRY),
        ({FROM_PARTY: "CPA"}, FROM_COUNTRY),
        ({FROM_COUNTRY: "NL"}, FROM_PARTY),
    ],
)
def test_half_a_pair_or_an_empty_one_is_no_open_routing(headers: dict[str, str], named: str) -> None:
    """H1.39: one of the two headers alone, or an empty one, is 2001 and the missing one is named."""
    with pytest.raises(InvalidParameters, match=f"^{named} is missing or empty") as refused:
        read_routing(CIMultiDict(headers))

    assert refused.value.status_code == 2001


@pytest.mark.parametrize(("country_code", "party_id"), [("NLD", "TNM"), ("NL", "TNMX"), ("N*", "TNM"), ("NL", "T M")])
def test_a_value_that_names_no_party_is_refused(country_code: str, party_id: str) -> None:
    """H1.30: two letters and three letters or digits, or 2001."""
    with pytest.raises(InvalidParameters, match="name no party"):
        read_routing(CIMultiDict({TO_COUNTRY: country_code, TO_PARTY: party_id}))


@pytest.mark.parametrize("name", [TO_PARTY, TO_COUNTRY, FROM_PARTY, FROM_COUNTRY])
def test_a_header_that_is_there_twice_is_refused(name: str) -> None:
    """Two values, even equal ones, are HTTP 400: which one counts must not depend on who reads it."""
    headers = CIMultiDict(RoutingHeaders(to=EMSP, sender=CPO).write())
    headers.add(name.lower(), headers[name])

    with pytest.raises(ClientError, match="2 times") as refused:
        read_routing(headers)
    assert refused.value.http_status == 400


@given(value=st.text(VISIBLE, min_size=1, max_size=MAX_ID_CHARS))
def test_an_id_is_read_as_it_came(value: str) -> None:
    """What can be given back is kept to the character."""
    assert read_id(CIMultiDict({"x-request-id": value}), REQUEST_ID) == value


@pytest.mark.parametrize("value", ["", "   ", "a" * (MAX_ID_CHARS + 1), "a\nb", "a\x1b[31m", "é", "a\udcffb"])
def test_an_id_that_cannot_be_given_back_is_as_good_as_none(value: str) -> None:
    """An absent id, and one that would break a log line, reads as none: the hub makes its own, and refuses nothing."""
    assert read_id(CIMultiDict({CORRELATION_ID: value}), CORRELATION_ID) is None
    assert read_id(CIMultiDict(), CORRELATION_ID) is None


def test_a_header_of_an_answer_is_found_in_any_case() -> None:
    """H4.13: names have no case; an absent header reads as empty."""
    assert first({"lInK": "<a>"}, "Link") == "<a>"
    assert first({}, "Link") == ""


def test_a_header_that_comes_in_several_lines_is_one_list() -> None:
    """H4.13: several Link lines mean the same as one with commas."""
    headers = CIMultiDict([("Link", "<a>; rel=first"), ("X-Limit", "5"), ("link", "<b>; rel=next")])

    assert joined(headers, "LINK") == "<a>; rel=first, <b>; rel=next"
