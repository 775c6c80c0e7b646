"""Requests that the hub sends: their headers are all of its own making, and their URL keeps the partner's spelling."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.outbound import Outbound, authorization, compose, join
from hub.platform import TokenEncoding
from hub.wire.headers import MessageIds, RoutingHeaders
from tests.directories import directory, platform
from tests.words import CPO, EMSP

IDS = MessageIds(request_id="r-2", correlation_id="c-1")
TARGET = platform("emsp", "DE/EMA/EMSP")
SEGMENTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="/"), min_size=1)


def composed(routing: RoutingHeaders | None, body: bytes = b"", method: str = "PUT") -> Outbound:
    """A request to the eMSP's platform."""
    return compose(
        directory(TARGET),
        TARGET,
        method=method,
        url="https://emsp.example/ocpi/receiver/locations/NL/CPA/LOC1",
        body=body,
        timeout_s=5,
        ids=IDS,
        routing=routing,
    )


def test_a_forward_has_the_hubs_headers_alone() -> None:
    """H1.01, H1.20, H1.21, H1.30, H1.42: the target's own token, ids, routing headers; nothing is copied from a request."""
    sent = composed(RoutingHeaders(to=EMSP, sender=CPO), b"{}")

    assert sent.headers == {
        "Authorization": "Token " + base64.b64encode(b"token-of-emsp").decode(),
        "Accept": "application/json",
        "Via": "1.1 NL-HUB",
        "Content-Type": "application/json",
        "X-Request-ID": "r-2",
        "X-Correlation-ID": "c-1",
        "OCPI-to-country-code": "DE",
        "OCPI-to-party-id": "EMA",
        "OCPI-from-country-code": "NL",
        "OCPI-from-party-id": "CPA",
    }
    assert (sent.method, sent.body, sent.timeout_s, sent.platform_id) == ("PUT", b"{}", 5, "emsp")


def test_a_configuration_module_has_no_routing_headers() -> None:
    """H1.32: credentials, versions and hubclientinfo are sent without them, but with the message ids."""
    assert set(composed(None, method="GET").headers) == {
        "Authorization",
        "Accept",
        "Via",
        "X-Request-ID",
        "X-Correlation-ID",
    }


def test_only_a_body_has_a_content_type() -> None:
    """H1.41: `application/json` with a body, nothing without one."""
    assert composed(None, b"[]").headers["Content-Type"] == "application/json"
    assert "Content-Type" not in composed(None).headers


@pytest.mark.parametrize(
    ("encoding", "header"),
    [(TokenEncoding.BASE64, "Token dG9rZW4tb2YtcA=="), (TokenEncoding.RAW, "Token token-of-p")],
)
def test_each_platform_gets_its_token_as_it_wants_it(encoding: TokenEncoding, header: str) -> None:
    """H1.10: Base64, or raw for software that compares the text."""
    one = platform("p", "NL/CPA/CPO", encoding=encoding)

    assert authorization(directory(one), one) == header


def test_no_text_of_a_request_holds_the_token() -> None:
    """What a log would print of it has no headers."""
    assert "Authorization" not in repr(composed(None))
    assert "token-of-emsp" not in repr(composed(None))


@pytest.mark.parametrize("endpoint_url", ["https://p.example/ocpi/commands", "https://p.example/ocpi/commands/"])
@pytest.mark.parametrize("suffix", ["START_SESSION", "/START_SESSION"])
def test_there_is_exactly_one_slash(endpoint_url: str, suffix: str) -> None:
    """H2.10: with or without a slash on either side."""
    assert join(endpoint_url, suffix) == "https://p.example/ocpi/commands/START_SESSION"


@pytest.mark.parametrize("endpoint_url", ["https://p.example/ocpi/cdrs", "https://p.example/ocpi/cdrs/"])
@pytest.mark.parametrize("suffix", ["", "/"])
def test_a_collection_is_where_the_partner_said(endpoint_url: str, suffix: str) -> None:
    """H2.10: without anything to join the URL stays as the partner wrote it, slash or none."""
    assert join(endpoint_url, suffix) == endpoint_url


@given(segments=st.lists(SEGMENTS, min_size=1, max_size=4), slash=st.sampled_from(["", "/"]))
def test_what_is_joined_keeps_its_spelling(segments: list[str], slash: str) -> None:
    """H3.02: the path after the endpoint URL is carried over character by character."""
    suffix = "/" + "/".join(segments)

    assert join(f"https://p.example/ocpi/locations{slash}", suffix) == f"https://p.example/ocpi/locations{suffix}"
