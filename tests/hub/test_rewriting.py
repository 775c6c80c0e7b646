"""Addresses inside forwarded messages: ours for theirs, and every other byte as it was."""

import json
from dataclasses import replace
from time import process_time
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rewriting import (
    check_host,
    next_page,
    read_query_response_url,
    read_response_url,
    resolve,
    write_query_response_url,
    write_response_url,
)
from hub.wire import json_text
from hub.wire.errors import InvalidParameters
from tests import words
from tests.directories import platform

THEIRS = "https://emsp.example/ocpi/2.2.1/commands/START_SESSION/1"
OURS = "https://hub.example/ocpi/2.2.1/sender/commands/START_SESSION/a_b-c"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
BLANKS = st.text(" \t\r\n", max_size=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("response_url"), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def escaped(draw: st.DrawFn, text: str) -> str:
    """`text` as a JSON string in which any character may be written as an escape."""
    return '"' + "".join(f"\\u{ord(one):04x}" if draw(st.booleans()) else json.dumps(one)[1:-1] for one in text) + '"'


@st.composite
def bodies(draw: st.DrawFn) -> tuple[list[str], str]:
    """A JSON object without its values of response_url: the pieces around them, and the value to be said last.

    Members come in any order and number, with any blanks, and the name with any escapes.
    """
    pieces, last = [draw(BLANKS) + "{"], ""
    count = draw(st.integers(1, 6))
    wanted = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=2))
    for index in range(count):
        blanks = [draw(BLANKS) for _ in range(4)]
        if index in wanted:
            last = draw(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12))
            pieces[-1] += blanks[0] + draw(escaped("response_url")) + blanks[1] + ":" + blanks[2]
            pieces.append(blanks[3])
        else:
            name = draw(TEXTS.filter(lambda text: text != "response_url"))
            value = json.dumps(draw(VALUES), ensure_ascii=draw(st.booleans()))
            pieces[-1] += blanks[0] + json.dumps(name) + blanks[1] + ":" + blanks[2] + value + blanks[3]
        pieces[-1] += "," if index < count - 1 else "}"
    pieces[-1] += draw(BLANKS)
    return pieces, last


@given(body=bodies(), data=st.data())
def test_only_the_value_of_response_url_changes(body: tuple[list[str], str], data: st.DataObject) -> None:
    """H4.31, H3.03, H3.04: whatever stands around it, every other byte is the same; said twice, it changes twice."""
    pieces, last = body
    values = [data.draw(escaped("https://evil.example/")) for _ in pieces[:-2]] + [data.draw(escaped(last))]
    sent = pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))

    written = write_response_url(sent.encode(), OURS)

    assert read_response_url(sent.encode()) == last
    assert written.decode() == json.dumps(OURS).join(pieces)


@given(value=VALUES)
def test_a_body_without_response_url_stays(value: Any) -> None:
    """A member of that name further inside, or none at all, is no address for a result."""
    body = json.dumps({"token": value, "list": [{"response_url": THEIRS}]}).encode()

    assert read_response_url(body) == ""
    assert write_response_url(body, OURS) == body


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'"response_url"', b'["response_url"]'])
def test_what_is_no_object_has_no_response_url(body: bytes) -> None:
    """Nothing is found and nothing changes."""
    assert read_response_url(body) == ""
    assert write_response_url(body, OURS) == body


@pytest.mark.parametrize("value", [b"null", b"5", b"1e999", b"true", b"{}", b'["https://emsp.example"]'])
def test_a_response_url_that_is_no_text_reads_as_none(value: bytes) -> None:
    """Then the command is refused, not sent to nowhere."""
    assert read_response_url(b'{"response_url":' + value + b"}") == ""


@pytest.mark.parametrize(
    "command",
    [
        words.start_session(response_url=THEIRS),
        words.stop_session(response_url=THEIRS),
        words.reserve_now(response_url=THEIRS),
        words.cancel_reservation(response_url=THEIRS),
        words.unlock_connector(response_url=THEIRS),
        words.set_charging_profile(response_url=THEIRS),
    ],
)
def test_every_command_keeps_all_but_its_response_url(command: words.Words) -> None:
    """H4.31, H4.41: in each command, and in SetChargingProfile, the receiver sees our address."""
    written = write_response_url(words.body(command), OURS)

    assert json_text.loads(written) == command | {"response_url": OURS}


def test_a_number_of_any_length_is_stepped_over() -> None:
    """H3.04: numbers that no machine holds stand beside response_url and stay as they are."""
    body = b'{"a":' + b"9" * 300 + b',"b":0.' + b"1" * 9000 + b',"c":1' + b"0" * 200 + b'.5e-9000,"response_url":"x"}'

    assert write_response_url(body, OURS) == body.replace(b'"x"', json.dumps(OURS).encode())


def test_a_body_full_of_response_urls_takes_linear_time() -> None:
    """A megabyte of the same member is rewritten at once, not once for each."""
    body = b"{" + b",".join([b'"response_url":""'] * 60_000) + b"}"

    started = process_time()
    written = write_response_url(body, OURS)

    assert process_time() - started < 2
    assert written.count(OURS.encode()) == 60_000


@given(address=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))
def test_an_encoded_response_url_is_read_from_a_query(address: str) -> None:
    """H4.40: percent-encoded anywhere in the query, it is read to the character."""
    value = quote(address, safe="")

    assert read_query_response_url(f"response_url={value}&duration=900") == address
    assert read_query_response_url(f"duration=900&response_url={value}") == address


@given(
    before=st.lists(st.sampled_from(["duration=900", "x=a%20b", "y=%26response_url%3D", "z", "xresponse_url=5"])),
    after=st.lists(st.sampled_from(["duration=900", "x=a%20b", "z=1+1"])),
)
def test_the_rest_of_a_query_keeps_its_spelling(before: list[str], after: list[str]) -> None:
    """H4.41: our address is percent-encoded, and whatever stands beside it is not touched."""
    query = "&".join([*before, f"response_url={quote(THEIRS, safe='')}", *after])

    written = write_query_response_url(query, OURS)

    assert written == "&".join([*before, f"response_url={quote(OURS, safe='')}", *after])
    assert read_query_response_url(written) == OURS
    assert dict(parse_qsl(written))["response_url"] == OURS


@pytest.mark.parametrize(
    ("query", "theirs", "written"),
    [
        (
            "duration=900&response_url=https://client.example/12345/?request_id=5678",
            "https://client.example/12345/?request_id=5678",
            "duration=900&response_url=OURS",
        ),
        (
            "response_url=https://client.example/1?a=1&b=2",
            "https://client.example/1?a=1&b=2",
            "response_url=OURS",
        ),
        (
            "response_url=https://client.example/1?a=1&b=2&duration=900",
            "https://client.example/1?a=1&b=2",
            "response_url=OURS&duration=900",
        ),
        (
            "response_url=https://client.example/1&duration=900",
            "https://client.example/1",
            "response_url=OURS&duration=900",
        ),
    ],
)
def test_an_unencoded_response_url_is_taken_whole(query: str, theirs: str, written: str) -> None:
    """H4.41: the specification's own example is unencoded and has a `?`; only a duration after it is not part of it."""
    assert read_query_response_url(query) == theirs
    assert write_query_response_url(query, OURS) == written.replace("OURS", quote(OURS, safe=""))


@pytest.mark.parametrize(
    "query", ["", "duration=900", "response_url", "response_url=", "xresponse_url=https://a.example"]
)
def test_a_query_without_response_url_has_none(query: str) -> None:
    """Then the request is refused, not sent with an address that nobody gave."""
    assert read_query_response_url(query) == ""


@pytest.mark.parametrize(
    "query",
    [
        "response_url=https%3A%2F%2Fa.example&response_url=https%3A%2F%2Fb.example",
        "response_url=https://a.example&duration=900&response_url=https://b.example",
        "response%5Furl=https%3A%2F%2Fa.example&response_url=https%3A%2F%2Fb.example",
        "response_url=https%3A%2F%2Fa.example&duration=900&%72esponse_url=https%3A%2F%2Fb.example",
    ],
)
def test_a_second_response_url_is_refused(query: str) -> None:
    """H4.41: a receiver that takes the other one would call an address that this hub never checked: 2001."""
    with pytest.raises(InvalidParameters, match="twice"):
        read_query_response_url(query)


ENDPOINT = "https://cpo.example/ocpi/2.2.1/locations"
OUR_ENDPOINT = "https://hub.example/ocpi/2.2.1/sender/locations"


@pytest.mark.parametrize(
    "target",
    [
        f"{ENDPOINT}?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B",
        f"{ENDPOINT}/?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B",
        "https://CPO.example/ocpi/2.2.1/locations?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B#end",
        "/ocpi/2.2.1/locations?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B",
        "?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B",
        "locations?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B",
    ],
)
def test_the_same_endpoint_with_another_query_needs_no_mapping(target: str) -> None:
    """H4.10, H4.11: our endpoint with the very same query, `+` and `:` in dates as they were."""
    ours = next_page(resolve(f"{ENDPOINT}?limit=50", target), ENDPOINT, OUR_ENDPOINT)

    assert ours == f"{OUR_ENDPOINT}?offset=50&limit=50&date_from=2026-01-01T00:00:00+00:00&x=%2B"


@pytest.mark.parametrize(
    "target",
    [
        ENDPOINT,
        "https://cpo.example/ocpi/2.2.1/locations/page/2?limit=50",
        "https://cpo.example/ocpi/2.2.1/sessions?offset=50",
        "https://pages.example/ocpi/2.2.1/locations?offset=50",
        "https://cpo.example:8443/ocpi/2.2.1/locations?offset=50",
        "http://cpo.example/ocpi/2.2.1/locations?offset=50",
        "https://cpo.example@evil.example/ocpi/2.2.1/locations?offset=50",
        "",
    ],
)
def test_another_place_needs_a_mapping(target: str) -> None:
    """H4.10: another path, host, port or scheme, or a cursor in the path, is not our endpoint's query."""
    assert next_page(target, ENDPOINT, OUR_ENDPOINT) is None


@pytest.mark.parametrize(
    ("location", "absolute"),
    [
        ("https://emsp.example/cdrs/1", "https://emsp.example/cdrs/1"),
        ("/ocpi/emsp/2.2.1/cdrs/1234", "https://emsp.example/ocpi/emsp/2.2.1/cdrs/1234"),
        ("//other.example/cdrs/1", "https://other.example/cdrs/1"),
        ("http://[bad", ""),
        ("//[", ""),
    ],
)
def test_a_relative_address_is_of_the_one_who_gave_it(location: str, absolute: str) -> None:
    """H4.22: a Location is resolved against the address that was called; one that cannot be read is none."""
    assert resolve("https://emsp.example/ocpi/emsp/2.2.1/cdrs", location) == absolute


@given(target=st.text() | st.text(alphabet="htps:/?#[]@.%x-").map(lambda text: f"https://{text}"))
def test_no_address_is_too_strange_to_resolve(target: str) -> None:
    """H4.13: whatever a partner's header holds, it becomes an address of ours or none."""
    ours = next_page(resolve(f"{ENDPOINT}?limit=50", target), ENDPOINT, OUR_ENDPOINT)

    assert ours is None or ours.startswith(f"{OUR_ENDPOINT}?")


@given(query=st.text("abc=&%20+:", min_size=1).filter(lambda text: text.strip()))
def test_a_query_goes_through_unchanged(query: str) -> None:
    """H4.10, H4.11: unknown parameters too."""
    target = urljoin(ENDPOINT, f"?{query}")

    assert next_page(target, ENDPOINT, OUR_ENDPOINT) == f"{OUR_ENDPOINT}?{urlsplit(target).query}"


@pytest.mark.parametrize(
    "url",
    ["https://emsp.example/result/1", "https://EMSP.example:8443/x?y=z", "https://emsp.example/"],
)
def test_an_address_on_a_registered_host_is_taken(url: str) -> None:
    """H4.03: the host of the versions URL or of any endpoint, in any case."""
    check_host(url, platform("emsp", "DE/EMA/EMSP"), "response_url")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/result/1",
        "https://emsp.example.evil.example/",
        "https://emsp.example@evil.example/",
        "https://evil.example#@emsp.example/",
        "https://evil.example?emsp.example",
        "https://[emsp.example",
        "//",
        "/result/1",
        "",
    ],
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    """H4.03: a host that the platform did not register is 2001, and the text names the field."""
    with pytest.raises(InvalidParameters, match="response_url must be on a host of your registered endpoints"):
        check_host(url, platform("emsp", "DE/EMA/EMSP"), "response_url")


def test_a_platform_without_addresses_has_no_host() -> None:
    """H4.03: before its handshake a platform has registered nothing, and an address without a host is not the same."""
    invited = replace(platform("emsp", "DE/EMA/EMSP", offers=()), versions_url="")

    with pytest.raises(InvalidParameters):
        check_host("mailto:x", invited, "response_url")
