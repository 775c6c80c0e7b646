"""Signed verdicts: what the hub says of one side of one module of a platform, for whoever asks, now or much later. Pure.

A verdict is a JSON object; its signature is Ed25519 over all other members, written with sorted names and no spaces (the
values are texts, integers, booleans, lists and objects of these, so that this is one form only, as in RFC 8785).
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.secrets import Secrets

FORMAT = 1
_SIGNATURE = "signature"


class VerdictRefused(Exception):
    """This is no verdict that one of the keys signed; the message says why."""


def sign(verdict: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The verdict with the key's id and the signature."""
    signed = {**verdict, "kid": secrets.verdict_kid}
    return {**signed, _SIGNATURE: _write(secrets.sign_verdict(canonical(signed)))}


def write(signed: Mapping[str, Any]) -> bytes:
    """The bytes of a signed verdict: there is no other spelling of it."""
    return canonical(signed)


def check(written: bytes, keys: object) -> Mapping[str, Any]:
    """Return the verdict when these are the very bytes that one of `keys` (the published document) signed.

    Raises VerdictRefused. One that has expired is genuine: `expires_at` says so, and whoever relies on it has to look.
    """
    try:
        verdict = orjson.loads(written)
    except orjson.JSONDecodeError:
        raise VerdictRefused("this is no verdict: it is not JSON") from None
    if not isinstance(verdict, dict) or verdict.get("format") != FORMAT or not isinstance(verdict.get(_SIGNATURE), str):
        raise VerdictRefused(f"this is no verdict of format {FORMAT}")
    if canonical(verdict) != written:
        raise VerdictRefused("the verdict was written anew: only its own bytes can be checked")
    unsigned = {name: value for name, value in verdict.items() if name != _SIGNATURE}
    check_signature(keys, verdict.get("kid"), verdict[_SIGNATURE], canonical(unsigned))
    return verdict


def check_signature(keys: object, kid: object, signature: object, signed: bytes) -> None:
    """Raise VerdictRefused unless the key `kid` among the published `keys` made this signature (Base64)."""
    key = _key(keys, kid)
    try:
        key.verify(_read(str(signature)), signed)
    except (InvalidSignature, ValueError):
        raise VerdictRefused("the signature does not fit: it was changed, or signed by someone else") from None


def published(public_keys: Mapping[str, bytes]) -> dict[str, Any]:
    """The public keys by their ids, as a JSON Web Key Set (RFC 8037)."""
    known = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}
    return {"keys": [{**known, "kid": kid, "x": _write(key)} for kid, key in public_keys.items()]}


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one form that is signed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _key(keys: object, kid: object) -> Ed25519PublicKey:
    listed = keys.get("keys") if isinstance(keys, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("kid") == kid and one.get("crv") == "Ed25519":
            try:
                return Ed25519PublicKey.from_public_bytes(_read(str(one.get("x", ""))))
            except ValueError:
                raise VerdictRefused(f"the key {kid} cannot be read") from None
    raise VerdictRefused(f"none of the keys is {kid}")


def _write(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _read(written: str) -> bytes:
    """Raises ValueError also for another spelling of the same bytes: Base64 has spare bits at its end."""
    try:
        value = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if _write(value) != written:
        raise ValueError("not the canonical Base64")
    return value
