"""The credentials tokens that a partner issued to the hub: the newest, and older ones for as long as a renewal takes."""

import secrets
from base64 import b64encode

from hub.clock import monotonic_s

GRACE_S = 1.0
"""How long an older token is taken after a renewal: requests with it may be on their way."""


class Keys:
    """Tells whether a request of the hub shows a token that works, and counts those that do not."""

    def __init__(self) -> None:
        self.newest = secrets.token_hex(16)
        self.refused = 0
        """Requests that were answered with 401."""
        self._until_s = {_shown(self.newest): float("inf")}

    def renew(self) -> None:
        """Have a newer token; the older ones work beside it until `agreed`."""
        self.newest = secrets.token_hex(16)
        self._until_s[_shown(self.newest)] = float("inf")

    def agreed(self) -> None:
        """The hub has the newest token: the older ones end in a moment."""
        until_s = monotonic_s() + GRACE_S
        for shown in self._until_s:
            if shown != _shown(self.newest):
                self._until_s[shown] = min(self._until_s[shown], until_s)

    def let_in(self, authorization: str) -> bool:
        """By the Authorization header."""
        good = monotonic_s() < self._until_s.get(authorization, 0.0)
        self.refused += not good
        return good


def authorization(token: str) -> dict[str, str]:
    """The Authorization header."""
    return {"Authorization": _shown(token)}


def _shown(token: str) -> str:
    return f"Token {b64encode(token.encode()).decode()}"
