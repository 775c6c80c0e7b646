"""Who calls: from the Authorization header to the platform and the credentials token that the hub issued to it. Pure.

Two steps: `known_caller` asks the directory in memory; only when that knows nothing, the store is asked for each of
`token_hashes` (another process may have issued the token a moment ago), and the directory is read again.

Source: OCPI 2.2.1, transport_and_format, Authorization header; checklist H1.06 to H1.11.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.platform import IssuedToken, Platform, TokenKind
from hub.registry import Directory
from hub.wire.credentials_token import read_authorization

HashesOf = Callable[[str], Sequence[str]]
"""How a token may be stored: under each accepted server key, the one in use first."""
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Caller:
    """The platform that sent a request, and the token that it presented."""

    platform: Platform
    token: IssuedToken
    presented: str = field(repr=False)
    """The token's text, only to echo it in GET credentials."""

    @property
    def registered(self) -> bool:
        """An established token was presented, not a token A. Source: checklist H2.26."""
        return self.token.kind is TokenKind.ESTABLISHED

    @property
    def proves(self) -> bool:
        """This is the first use of the newest token: whoever issued it should be told."""
        return self.registered and not self.token.proven and not self.token.superseded


def known_caller(directory: Directory, values: list[str], hashes_of: HashesOf, now: Now) -> Caller | None:
    """Find the caller in memory; `values` are all Authorization headers of the request.

    The lookup is by HMAC, so its time says nothing about the token. None for a missing header, a token that nobody has,
    and one that has expired: these cannot be told apart by whoever asks.
    """
    for presented in read_authorization(values):
        for token_hash in hashes_of(presented):
            found = directory.issued.get(token_hash)
            if found is not None:
                platform_id, token = found
                if token.expires_at is None or now() < token.expires_at:
                    return Caller(directory.platforms[platform_id], token, presented)
    return None


def token_hashes(values: list[str], hashes_of: HashesOf) -> list[str]:
    """What to ask the store for when the directory knows no caller, likeliest first."""
    return [token_hash for presented in read_authorization(values) for token_hash in hashes_of(presented)]
