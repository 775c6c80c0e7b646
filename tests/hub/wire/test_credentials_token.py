"""The Authorization header: one way to write it, and every way that partners write it is read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.credentials_token import MAX_HEADER_CHARS, read_authorization, write_authorization

TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)


def test_the_header_is_the_word_token_and_base64() -> None:
    """H1.01, H1.02: `Token`, one space, then Base64 of the token's UTF-8 octets, with padding."""
    assert write_authorization("example-token") == "Token ZXhhbXBsZS10b2tlbg=="


def test_older_software_gets_the_raw_token() -> None:
    """H1.10: a platform that is marked so gets its token without Base64."""
    assert write_authorization("example-token", encoded=False) == "Token example-token"


@given(credentials_token=TOKENS)
def test_the_encoding_is_standard_base64(credentials_token: str) -> None:
    """H1.02: every token of OCPI's alphabet decodes from the header to the octet, by the standard alphabet."""
    scheme, encoded = write_authorization(credentials_token).split(" ")

    assert scheme == "Token"
    assert base64.b64decode(encoded, validate=True) == credentials_token.encode()


@given(credentials_token=TOKENS)
def test_an_encoded_token_is_the_first_that_is_meant(credentials_token: str) -> None:
    """H1.09: valid Base64 is tried decoded before it is tried raw."""
    meant = read_authorization([write_authorization(credentials_token)])

    assert meant[0] == credentials_token


@given(credentials_token=TOKENS)
def test_a_raw_token_is_among_those_that_are_meant(credentials_token: str) -> None:
    """H1.09: a raw token is found, even one that happens to be valid Base64."""
    assert credentials_token in read_authorization([write_authorization(credentials_token, encoded=False)])


@given(credentials_token=TOKENS, newline=st.sampled_from(["\n", "\r\n"]))
def test_a_newline_at_the_end_is_forgiven(credentials_token: str, newline: str) -> None:
    """H1.08: the token that the specification's own examples encode has a newline at its end."""
    assert read_authorization([write_authorization(credentials_token + newline)])[0] == credentials_token


def test_the_specifications_own_example_is_read() -> None:
    """H1.08: the header as printed in the specification means `example-token`."""
    assert read_authorization(["Token ZXhhbXBsZS10b2tlbgo="])[0] == "example-token"


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN", "tOkEn"])
def test_the_scheme_has_no_case(scheme: str) -> None:
    """H1.11: the word before the token is read in any case."""
    assert read_authorization([f"{scheme} ZXhhbXBsZS10b2tlbg=="])[0] == "example-token"


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["Token"],
        ["Token "],
        ["Token    "],
        ["Bearer ZXhhbXBsZS10b2tlbg=="],
        ["Basic ZXhhbXBsZS10b2tlbg=="],
        ["ZXhhbXBsZS10b2tlbg=="],
        ["Token ZXhhbXBsZS10b2tlbg==", "Token ZXhhbXBsZS10b2tlbg=="],
        ["Token " + "a" * MAX_HEADER_CHARS],
        ["Token \udcff\udcfe"],
    ],
)
def test_what_is_no_token_means_none(values: list[str]) -> None:
    """A missing, foreign, double or overlong header means no token at all."""
    assert read_authorization(values) == ()


def test_blanks_around_the_token_do_not_count() -> None:
    """A second space after the scheme, or one at the end, is no part of a token."""
    assert read_authorization(["  Token   abc-def  "]) == ("abc-def",)


@given(values=st.lists(st.text(), max_size=3))
def test_no_header_is_too_strange_to_read(values: list[str]) -> None:
    """Whatever comes, reading it raises nothing and gives at most two tokens, none of them empty."""
    meant = read_authorization(values)

    assert len(meant) <= 2
    assert all(meant)


@given(written=st.text(min_size=1, max_size=80))
def test_nothing_after_the_scheme_is_too_strange(written: str) -> None:
    """The same for anything behind the right scheme."""
    assert all(read_authorization([f"Token {written}"]))
