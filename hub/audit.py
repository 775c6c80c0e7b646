"""The audit log: what operators did, as a chain in which each entry holds the digest of the one before, and each is signed. Pure.

Whoever changes, drops, inserts or reorders an entry breaks the chain at that place; whoever writes it anew from there on lacks
the hub's signing key (hub.verdicts: the same keys, published). A log that was cut at its end is whole by itself: keep the head
that `hubctl audit verify` prints to tell that.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from hub.secrets import Secrets
from hub.verdicts import VerdictRefused, canonical, check_signature
from hub.wire.types import format_datetime

FORMAT = 1
GENESIS = "0" * 64
"""Stands for the digest of the entry before the first."""
_SIGNED_AS = b"ocpi-hub audit\n"
"""Before the digest: no signature of a verdict is one of an entry."""


class ChainBroken(Exception):
    """The log is not what this hub wrote; `number` is the first entry that does not fit."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"entry {number}: {reason}")
        self.number = number
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does. Holds no secret, and nothing of a driver."""

    subject: str
    """Who: of the admin token."""
    action: str
    """`POST /partners/{name}/suspend`."""
    target: str = ""
    """`name=GreenPlug`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What was asked for."""
    remote: str = ""
    of: int = 0
    """Number of the entry that this one tells the outcome of; 0: this one says what is about to be done."""
    outcome: str = ""
    """HTTP status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the chain."""

    number: int
    """1 for the first, then without a gap."""
    at: datetime
    act: Act
    previous: str
    """Digest of the entry before."""
    kid: str
    """Of the key that signed."""
    digest: str
    """SHA-256 over all of the above, in hex."""
    signature: str
    """Ed25519 over the digest, Base64 (url-safe)."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: how many entries, and the digest of the last."""

    number: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def chain(head: Head, act: Act, at: datetime, secrets: Secrets) -> Entry:
    """The next entry after `head`."""
    said = _said(head.number + 1, at, act, head.digest, secrets.verdict_kid)
    digest = _digest(said)
    return Entry(
        number=head.number + 1,
        at=at,
        act=act,
        previous=head.digest,
        kid=secrets.verdict_kid,
        digest=digest,
        signature=base64.urlsafe_b64encode(secrets.sign_verdict(_SIGNED_AS + digest.encode())).decode().rstrip("="),
    )


def write(entry: Entry) -> bytes:
    """One line of an export: JSON, and there is no other spelling of it."""
    said = _said(entry.number, entry.at, entry.act, entry.previous, entry.kid)
    return canonical({**said, "digest": entry.digest, "signature": entry.signature})


class Chain:
    """Follows a log from its first entry, line by line."""

    def __init__(self, keys: object, known_head: str = "") -> None:
        """`keys` are the published ones; `known_head` is one that was written down earlier (`N:DIGEST`): it must come."""
        self.head = Head()
        self._keys = keys
        self._known = known_head
        self._number = int(number) if (number := known_head.partition(":")[0]).isdecimal() else 0

    def follow(self, line: bytes) -> None:
        """The next entry. Raises ChainBroken."""
        self.head = _follow(self.head, line, self._keys)
        if self.head.number == self._number and str(self.head) != self._known:
            raise ChainBroken(self._number, "the head that was known is another one: the log was written anew")

    def end(self, promised: int = 0) -> None:
        """There is no more; `promised` entries were written. Raises ChainBroken."""
        if self.head.number < max(promised, self._number):
            raise ChainBroken(self.head.number + 1, f"it is missing: there were {max(promised, self._number)} entries")
        if self._known and not self._number:
            raise ChainBroken(1, "the head that was known is none: write it as it was printed, N:DIGEST")

    def said(self) -> dict[str, Any]:
        """How far it is whole."""
        return {"entries": self.head.number, "head": str(self.head)}


def _follow(head: Head, line: bytes, keys: object) -> Head:
    number = head.number + 1
    try:
        entry: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise ChainBroken(number, "it is not JSON") from None
    if not isinstance(entry, dict) or canonical(entry) != line:
        raise ChainBroken(number, "it was written anew: only its own bytes can be checked")
    digest, signature = entry.pop("digest", None), entry.pop("signature", None)
    if entry.get("format") != FORMAT or entry.get("number") != number:
        raise ChainBroken(number, "another one stands in its place, or it is missing")
    if entry.get("previous") != head.digest:
        raise ChainBroken(number, "it does not follow the one before")
    if _digest(entry) != digest:
        raise ChainBroken(number, "it was changed")
    try:
        check_signature(keys, entry.get("kid"), signature, _SIGNED_AS + str(digest).encode())
    except VerdictRefused as refused:
        raise ChainBroken(number, str(refused)) from None
    return Head(number, digest)


def _said(number: int, at: datetime, act: Act, previous: str, kid: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "number": number,
        "at": format_datetime(at),
        "previous": previous,
        "kid": kid,
        **asdict(act),
        "words": dict(act.words),
    }


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(said)).hexdigest()
