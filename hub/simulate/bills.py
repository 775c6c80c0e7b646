"""The CDRs that a simulated eMSP was sent: each is kept as it first came, at an address of its own.

Source: OCPI 2.2.1, mod_cdrs, RECEIVER interface; a CDR cannot be changed or replaced.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from hub.simulate.messages import Received, Reply, ok, refused
from hub.wire.interface import fold
from hub.wire.party import Party


class Bills:
    """The cdrs RECEIVER at `url` of an eMSP that hosts `parties`; `cdrs` are by the last segment of their address."""

    def __init__(self, parties: Sequence[Party]) -> None:
        self._parties = frozenset(parties)
        self.cdrs: dict[str, dict[str, Any]] = {}

    def answer(self, received: Received, rest: tuple[str, ...], url: str) -> Reply:
        """POST a CDR, whose address goes into the Location header; GET it there."""
        match received.method, rest:
            case ("POST", ()):
                return self._post(received.json, url)
            case ("GET", (key,)) if fold(key) in self.cdrs:
                return ok(self.cdrs[fold(key)])
            case ("GET", _):
                return refused(2000, "no such CDR here", status=404)
        return refused(2000, f"{received.method} is not available here", status=405)

    def _post(self, cdr: dict[str, Any], url: str) -> Reply:
        """A CDR that comes again is taken again, and kept once; with other content it is refused."""
        if (owner := _owner(cdr["cdr_token"])) is not None and owner not in self._parties:
            return refused(2001, f"/cdr_token: is a token of {owner}, who is not here")
        key = fold(f"{cdr['country_code']}-{cdr['party_id']}-{cdr['id']}")
        known = self.cdrs.setdefault(key, cdr)
        if known != cdr:
            return refused(2001, "/id: is that of a CDR which is here with other content, and cannot be changed")
        status = 201 if known is cdr else 200
        return ok(status=status, headers={"Location": f"{url}/{quote(key, safe='')}"})


def _owner(cdr_token: dict[str, Any]) -> Party | None:
    """Whose token a CDR names; in OCPI 2.2 it does not say."""
    if "country_code" not in cdr_token:
        return None
    return Party.of(cdr_token["country_code"], cdr_token["party_id"])
