"""From the Authorization header to the caller, in memory alone."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.auth import Caller, known_caller, token_hashes
from hub.platform import IssuedToken, Platform, PlatformState, TokenKind
from hub.registry import Directory, build
from hub.wire.party import Party

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)


def hash_token(token: str) -> str:
    """Stands for the HMAC: another text for each token."""
    return f"hash of {token}"


def hashes_of(token: str) -> tuple[str, ...]:
    """As under two server keys."""
    return (hash_token(token), f"older hash of {token}")


def directory(*tokens: str, kind: TokenKind = TokenKind.ESTABLISHED, expires_at: datetime | None = None) -> Directory:
    """One platform for each token, named after its place."""
    platforms = [
        Platform(
            platform_id=str(index),
            name=f"Partner {index}",
            state=PlatformState.REGISTERED,
            claims=frozenset(),
            issued=(IssuedToken(token_hash=hash_token(token), kind=kind, expires_at=expires_at),),
            created_at=NOW,
        )
        for index, token in enumerate(tokens)
    ]
    return build(Party.of("NL", "HUB"), platforms, [], lambda _: "")


def encoded(text: str, scheme: str = "Token") -> str:
    """A header value with the Base64 of `text`."""
    return f"{scheme} {base64.b64encode(text.encode()).decode()}"


def who(known: Directory, *values: str) -> str | None:
    """The platform_id of the caller."""
    caller = known_caller(known, list(values), hashes_of, lambda: NOW)
    return caller.platform.platform_id if caller else None


@given(TOKENS)
def test_an_issued_token_is_known_however_it_is_written(token: str) -> None:
    """H1.01 H1.02 H1.08 H1.09: Base64, Base64 with the newline of the specification's examples, and the raw token."""
    known = directory(token)

    assert who(known, encoded(token)) == "0"
    assert who(known, encoded(f"{token}\n")) == "0"
    assert who(known, f"Token {token}") == "0"


@given(TOKENS, TOKENS)
def test_another_token_is_unknown(issued: str, other: str) -> None:
    """H1.06: a token that this hub did not issue names nobody."""
    known = directory(issued)

    found = who(known, encoded(other))

    assert (found == "0") is (other == issued or base64.b64encode(other.encode()).decode() == issued)


def test_a_raw_token_that_happens_to_be_base64_is_known() -> None:
    """H1.09: what decodes to nothing known is looked up as it was written."""
    assert who(directory("dGhpcyBpcyBhIHJhdyB0b2tlbg=="), "Token dGhpcyBpcyBhIHJhdyB0b2tlbg==") == "0"


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    """H1.11: `token` and `TOKEN` are taken too."""
    assert who(directory("abc"), encoded("abc", scheme)) == "0"


@pytest.mark.parametrize("value", ["", "Token", "Token ", "Bearer YWJj", "Basic YWJj", "abc", "Token " + "x" * 600])
def test_a_header_without_a_token_names_nobody(value: str) -> None:
    """H1.06: missing, empty, of another scheme or absurdly long: all the same."""
    assert who(directory("abc"), value) is None


def test_no_header_and_two_headers_name_nobody() -> None:
    """H1.06: which of two would count must not depend on who reads it."""
    known = directory("abc")

    assert who(known) is None
    assert who(known, encoded("abc"), encoded("abc")) is None


def test_each_token_names_its_own_platform() -> None:
    """H1.05: a token identifies exactly one platform."""
    known = directory("first", "second")

    assert [who(known, encoded(token)) for token in ("first", "second")] == ["0", "1"]


@pytest.mark.parametrize(("seconds", "found"), [(1, "0"), (0, None), (-1, None)])
def test_a_token_ends_with_its_time(seconds: int, found: str | None) -> None:
    """H2.28: an invitation that ran out, and a replaced token after its grace, open nothing."""
    known = directory("abc", expires_at=NOW + timedelta(seconds=seconds))

    assert who(known, encoded("abc")) == found


@pytest.mark.parametrize(
    ("kind", "proven", "superseded", "registered", "proves"),
    [
        (TokenKind.REGISTRATION, False, False, False, False),
        (TokenKind.ESTABLISHED, False, False, True, True),
        (TokenKind.ESTABLISHED, True, False, True, False),
        (TokenKind.ESTABLISHED, False, True, True, False),
    ],
)
def test_what_the_presented_token_says(
    kind: TokenKind, proven: bool, superseded: bool, registered: bool, proves: bool
) -> None:
    """H2.26: the token tells whether its platform is registered, and whether this is the first use of the newest one."""
    platform = next(iter(directory("abc").platforms.values()))

    caller = Caller(platform, IssuedToken(token_hash="h", kind=kind, proven=proven, superseded=superseded), "abc")

    assert (caller.registered, caller.proves) == (registered, proves)


def test_the_store_is_asked_for_hashes_and_the_likeliest_first() -> None:
    """H1.09: Base64 first, then the raw text; nothing in clear leaves this file."""
    assert token_hashes([encoded("abc")], hashes_of) == [
        "hash of abc",
        "older hash of abc",
        "hash of YWJj",
        "older hash of YWJj",
    ]
    assert token_hashes([], hashes_of) == []


def test_a_caller_shows_no_token() -> None:
    """The presented text is for GET credentials alone, not for logs."""
    caller = known_caller(directory("very-secret"), [encoded("very-secret")], hashes_of, lambda: NOW)

    assert "very-secret'" not in repr(caller).replace("hash of very-secret", "")
