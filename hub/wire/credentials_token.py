"""Credentials tokens in the Authorization header: what to send and every way to read what came.

Source: OCPI 2.2.1, transport_and_format, Authorization header.
"""

import base64
import binascii
from functools import lru_cache

MAX_HEADER_CHARS = 512


def write_authorization(credentials_token: str, *, encoded: bool = True) -> str:
    """Return the header value; `encoded` is Base64 as 2.2.1 asks, else the raw token for older software."""
    if not encoded:
        return f"Token {credentials_token}"
    return "Token " + base64.b64encode(credentials_token.encode()).decode()


def read_authorization(values: list[str]) -> tuple[str, ...]:
    """Return the tokens that these header values may mean, the likeliest first; none when they cannot mean any.

    Base64 comes first, with a newline at its end forgiven: the specification's own examples carry one. Then the raw text.
    Two Authorization headers mean nothing, nor does one with a byte that is not ASCII.
    """
    if len(values) != 1 or len(values[0]) > MAX_HEADER_CHARS or not values[0].isascii():
        return ()
    return _read(values[0])


@lru_cache(maxsize=4096)  # a partner sends the same header with every message
def _read(value: str) -> tuple[str, ...]:
    scheme, _, written = value.strip().partition(" ")
    written = written.strip()
    if scheme.lower() != "token" or not written:
        return ()
    decoded = _decode(written)
    return (decoded, written) if decoded and decoded != written else (written,)


def _decode(written: str) -> str:
    try:
        return base64.b64decode(written, validate=True).decode().rstrip("\r\n")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
