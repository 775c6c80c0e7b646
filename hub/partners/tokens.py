"""What happens to the credentials tokens that the hub issued to one platform. Pure.

Each established token goes the same way: issued, proven by its first use, superseded by a newer one, gone. Source:
OCPI 2.2.1, credentials, Updating the credentials; checklist H2.21 to H2.28.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hub.platform import IssuedToken, TokenKind

Issued = tuple[IssuedToken, ...]

_KEPT_MAX = 2
"""Tokens that stay beside one that is only offered; more come from renewals whose outcome nobody knows."""


def invited(token_hash: str, now: datetime, expires_at: datetime | None) -> Issued:
    """A token A, alone."""
    return (IssuedToken(token_hash=token_hash, kind=TokenKind.REGISTRATION, issued_at=now, expires_at=expires_at),)


def established(token_hash: str, now: datetime) -> IssuedToken:
    """A new established token that nobody has used."""
    return IssuedToken(token_hash=token_hash, kind=TokenKind.ESTABLISHED, issued_at=now)


def offered(issued: Issued, new: IssuedToken) -> Issued:
    """A new token that is not agreed on yet: it works beside the others, and none of them ends."""
    return (*_established(issued)[-_KEPT_MAX:], new)


def withdrawn(issued: Issued, token_hash: str) -> Issued:
    """Without the token that was offered in vain."""
    return tuple(token for token in issued if token.token_hash != token_hash)


def renewed(issued: Issued, new_hash: str, until: datetime, *, presented: str = "") -> Issued:
    """The token with `new_hash` is agreed on: the others end with its next use, at the latest at `until`.

    `presented` is the hash of the token that the partner asked with: it certainly still has that one.
    """
    older = [token for token in _established(issued) if token.token_hash != new_hash]
    kept = [token for token in older[:-1] if token.token_hash == presented] + older[-1:]
    ending = [replace(token, superseded=True, expires_at=min(until, token.expires_at or until)) for token in kept]
    agreed = [replace(token, proven=False) for token in issued if token.token_hash == new_hash]
    return (*ending, *agreed)


def proven(issued: Issued, token_hash: str) -> Issued:
    """The partner has used this token: what it superseded is gone."""
    return tuple(
        replace(token, proven=True) if token.token_hash == token_hash else token
        for token in issued
        if not token.superseded
    )


def held(issued: Issued, hashes: Iterable[str]) -> str:
    """Under which of these hashes a token is among the issued ones; empty when it is not."""
    known = {token.token_hash for token in issued}
    return next((one for one in hashes if one in known), "")


def rehashed(issued: Issued, old: str, new: str) -> Issued:
    """The same tokens, one of them under a newer server key."""
    return tuple(replace(token, token_hash=new) if token.token_hash == old else token for token in issued)


def newest(issued: Issued) -> IssuedToken | None:
    """The established token that the partner should be using."""
    current = [token for token in _established(issued) if not token.superseded]
    return current[-1] if current else None


def _established(issued: Issued) -> list[IssuedToken]:
    return [token for token in issued if token.kind is TokenKind.ESTABLISHED]
