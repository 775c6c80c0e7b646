"""Who gets in with which JSON Web Token."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.admin.bearer import AUDIENCE, LONGEST_LIFE, check, mint
from hub.bearer import ISSUER, BearerRefused
from hub.clock import now_utc

KEY = b"k" * 32
HOUR = timedelta(hours=1)


def forge(changes: Mapping[str, Any] = MappingProxyType({}), *, key: Any = KEY, algorithm: str = "HS256") -> str:
    """A token with the claims of a good one, `changes` on top; None leaves a claim out."""
    now = now_utc()
    good = {"sub": "jan@ops", "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + HOUR}
    claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def test_a_minted_token_says_whose_it_is() -> None:
    """What mint makes, check accepts and names."""
    token = mint(KEY, subject="jan@ops", now=now_utc(), life=HOUR)

    assert check([KEY], token)[0] == "jan@ops"


@pytest.mark.parametrize("missing", ["sub", "aud", "iss", "iat", "exp"])
def test_every_claim_is_needed(missing: str) -> None:
    """A token that leaves out one of the five claims opens nothing, even when the signature is right."""
    with pytest.raises(BearerRefused):
        check([KEY], forge({missing: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "hub-apps"},
        {"aud": [AUDIENCE, "other"]},
        {"iss": "someone-else"},
        {"exp": now_utc() - HOUR},
        {"iat": now_utc() + HOUR, "exp": now_utc() + 2 * HOUR},
        {"exp": now_utc() + LONGEST_LIFE + HOUR},
        {"nbf": now_utc() + HOUR},
        {"sub": "  "},
        {"sub": "two\nlines"},
        {"sub": "x" * 65},
    ],
    ids="-".join,
)
def test_a_claim_that_is_wrong_opens_nothing(changes: dict[str, Any]) -> None:
    """Another audience or issuer, an ended, a future or an endless life, and a subject that a log must not hold are refused."""
    with pytest.raises(BearerRefused):
        check([KEY], forge(changes))


def test_an_unsigned_token_opens_nothing() -> None:
    """`alg: none` is refused in any case of its letters, with and without a signature."""
    _, claims, signature = forge().split(".")
    for name in ("none", "None", "NONE"):
        header = _encode({"alg": name, "typ": "JWT"})
        for tail in ("", signature):
            with pytest.raises(BearerRefused):
                check([KEY], f"{header}.{claims}.{tail}")


def test_the_header_of_a_token_does_not_choose_the_algorithm() -> None:
    """SEC-06, HS512 with the right key, RS256 with a key of one's own and RS256 in name only are refused."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = rsa_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _, claims, signature = forge().split(".")

    for token in (
        forge(key=KEY * 2, algorithm="HS512"),
        forge(key=pem, algorithm="RS256"),
        f"{_encode({'alg': 'RS256', 'typ': 'JWT'})}.{claims}.{signature}",
    ):
        with pytest.raises(BearerRefused):
            check([KEY], token)


def test_a_public_key_is_no_shared_secret() -> None:
    """A token signed with HS256 and a PEM text as its key (the RS/HS confusion) is refused: the hub's key is another."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = rsa_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _, claims, _ = forge().split(".")
    signing_input = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{claims}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signing_input.encode(), public)

    with pytest.raises(BearerRefused):
        check([KEY], f"{signing_input}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


def test_a_key_in_the_header_is_not_used() -> None:
    """`jwk`, `jku` and `kid` of a token's header change nothing: another key is another key."""
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(b"e" * 32).decode()}
    now = now_utc()
    claims = {"sub": "eve", "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + HOUR}
    token = jwt.encode(claims, b"e" * 32, headers={"jwk": jwk, "jku": "http://127.0.0.1/keys", "kid": "/dev/null"})

    with pytest.raises(BearerRefused):
        check([KEY], token)


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "x" * 3000, "é.é.é"])
def test_junk_is_refused(junk: str) -> None:
    """SEC-06: What is no token at all is refused like any other, never an error of another kind."""
    with pytest.raises(BearerRefused):
        check([KEY], junk)


@pytest.mark.parametrize("life", [timedelta(), timedelta(seconds=-1), LONGEST_LIFE + timedelta(seconds=1)])
def test_no_token_without_an_end_that_is_near(life: timedelta) -> None:
    """A token of no life or of more than 90 days is not made."""
    with pytest.raises(ValueError, match="90 days"):
        mint(KEY, subject="jan@ops", now=now_utc(), life=life)


def test_the_refusal_shows_nothing_of_the_token() -> None:
    """Neither the token nor its claims are in the message."""
    with pytest.raises(BearerRefused) as refused:
        check([KEY], forge({"sub": "mallory-was-here", "iss": "someone-else"}))

    assert "mallory" not in str(refused.value)


def _encode(header: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
