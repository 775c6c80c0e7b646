"""What must not be in a report is not in it, however it is written."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import monotonic_s
from contracts.redaction import HIDDEN, Redactor, cut, visible

TOKENS = st.text([chr(code) for code in range(0x21, 0x7F)], min_size=12, max_size=64)


def packed(token: str) -> str:
    """As OCPI 2.2.1 writes it in a header."""
    return base64.b64encode(token.encode()).decode()


def packed_with_newline(token: str) -> str:
    """As `echo token | base64` does."""
    return base64.b64encode(f"{token}\n".encode()).decode()


SPELLINGS: list[Callable[[str], str]] = [
    str,
    packed,
    packed_with_newline,
    lambda token: quote(token, safe=""),
    lambda token: quote(packed(token), safe=""),
    lambda token: quote(packed(token), safe="").replace("%2B", "%2b").replace("%3D", "%3d"),
    lambda token: json.dumps(token)[1:-1],
    lambda token: json.dumps(token)[1:-1].replace("/", "\\/"),
    lambda token: packed(token).replace("=", "\\u003d").replace("+", "\\u002B"),
    lambda token: packed(token).replace("+", "-").replace("/", "_").rstrip("="),
    html.escape,
    str.lower,
]


@given(token=TOKENS, before=st.text(max_size=20), after=st.text(max_size=20), spell=st.sampled_from(SPELLINGS))
def test_a_token_is_hidden_however_it_is_spelled(
    token: str, before: str, after: str, spell: Callable[[str], str]
) -> None:
    """Raw, in Base64, for a URL, a JSON text or a page: no text nor body shows it."""
    spelled = spell(token)
    redactor = Redactor([token])

    for shown in (redactor.text(before + spelled + after), redactor.body((before + spelled + after).encode(), 2048)):
        assert spelled not in shown
        assert HIDDEN in shown
    assert redactor.text(f"<{spelled}>") == f"<{HIDDEN}>"


@given(token=TOKENS, length=st.integers(8, 64))
def test_a_text_that_was_cut_shows_no_start_of_a_token(token: str, length: int) -> None:
    """Whoever cuts a text in the middle of a token gives away nothing of it that is long enough to be of use."""
    for spelled in (token, packed(token)):
        assert spelled[:8] not in Redactor([token]).text(f"value: {spelled[:length]}")


@pytest.mark.parametrize("unit", ["\\", "%25", "%5c", "&amp;", "+", '"uid":"', '\\"uid\\":\\"', "\\u0026"])
def test_no_text_is_expensive(unit: str) -> None:
    """Whatever a platform repeats to keep the redaction busy, a body takes milliseconds."""
    redactor = Redactor(["+/-token-with-specials", "&&token%of=x\\\\12345", "\\\\\\token-of-slashes"])
    body = unit.encode() * (8192 // len(unit))

    began_s = monotonic_s()
    redactor.body(body, 2048)

    assert monotonic_s() - began_s < 1


@given(st.text(max_size=200), st.lists(TOKENS, max_size=3))
def test_other_text_stays(text: str, tokens: list[str]) -> None:
    """What holds no token is shown as it is, but for what cannot be seen."""
    if not any(token[:8].lower() in text.lower() or packed(token)[:8].lower() in text.lower() for token in tokens):
        assert Redactor(tokens).text(text) == visible(text, kept="")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"uid": "012345678", "issuer": "Mobile"}', '{"uid": "…", "issuer": "Mobile"}'),
        ('{"contract_id":"NL8ACC12E46L89"}', '{"contract_id":"…"}'),
        ('{"visual_number": "DF-1", "group_id": "G\\"1"}', '{"visual_number": "…", "group_id": "…"}'),
        ('{"auth_id" : "DE8ACC"}', '{"auth_id" : "…"}'),
        ('{"uid": 12345678}', '{"uid": "…"}'),
        ('{"uid": null}', '{"uid": null}'),
        ('{"UID": "012345678"}', '{"UID": "…"}'),
        ('{"token": "never-seen-before"}', '{"token": "…"}'),
        ('{"token": {"uid": "012345678"}}', '{"token": {"uid": "…"}}'),
        ('{"token": "cut in the mid', '{"token": "…"'),
        ('{"message": "no {\\"uid\\": \\"012345678\\"} here"}', '{"message": "no {\\"uid\\": \\"…\\"} here"}'),
        ('{"uid": "cts-0123456789ab", "contract_id": "NL-CTS-C00000001-X"}',) * 2,
    ],
)
def test_what_names_a_driver_is_hidden(body: str, shown: str) -> None:
    """Members that name a driver or hold a token are hidden, whole or cut off; drivers that the suite made up are not."""
    assert Redactor([]).body(body.encode(), 2048) == shown
    assert Redactor([]).text(body) == shown


def test_a_driver_that_a_body_named_is_hidden_elsewhere() -> None:
    """A uid of an answer is neither in the URL that was made of it nor in what was observed."""
    redactor = Redactor([], [b'{"data": [{"uid": "04AB12CD", "contract_id": "NL8ACC1"}]}'])

    assert redactor.text("https://x.example/tokens/NL/CPA/04AB12CD?type=RFID") == (
        "https://x.example/tokens/NL/CPA/…?type=RFID"
    )
    assert redactor.text('/contract_id: "NL8ACC1" instead of "NL8ACC2"') == '/contract_id: "…" instead of "NL8ACC2"'


def test_a_very_short_token_leaves_texts_readable() -> None:
    """Three characters are no secret, and hiding them everywhere would hide everything."""
    assert Redactor(["at"]).text("a value at reply.data") == "a value at reply.data"


def test_what_cannot_be_seen_is_written_out() -> None:
    """Control characters, direction marks and halves of characters are shown as their number; line ends where wanted."""
    text = "a\x1b[31m\u202eb\ud800\u200b\n\tc"

    assert visible(text, kept="") == "a\\u001b[31m\\u202eb\\ud800\\u200b\\u000a\\u0009c"
    assert visible(text, kept="\n\t") == "a\\u001b[31m\\u202eb\\ud800\\u200b\n\tc"
    assert visible("żółć 😀 שלום", kept="") == "żółć 😀 שלום"


def test_a_cut_text_says_so() -> None:
    """A text that does not fit ends in a sign."""
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
