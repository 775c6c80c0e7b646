"""What of a location stays the same while statuses change, as JSON ready to send: written once, kept while it is asked for.

Left out are `last_updated` (the owner's stamp says nothing of how fresh a status is; see docs/decisions) and
`publish_allowed_to` (which tells of other people's tokens).
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from hub.apps import codes
from hub.apps.sites import Site

Words = dict[str, Any]
PriceOf = Callable[[Words, Words], Words | None]
"""What a session costs at a connector of a location."""
SHEETS_MAX = 25_000
"""About 3 kB each."""
_HIDDEN = ("publish_allowed_to", "last_updated")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One location; `head` and each of `evses` are objects without their closing brace, and have members."""

    head: bytes
    evses: tuple[bytes, ...]
    """In the order of the index, which leaves out those that are REMOVED; without status."""
    digest: bytes


class Sheets:
    """The sheets of the locations that were asked for lately."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Site, Sheet]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, site: Site) -> Sheet:
        """The sheet of a site as it is now; the one that was made first goes first."""
        kept = self._kept.get(site.key)
        if kept is not None and kept[0] is site:
            return kept[1]
        if kept is None and len(self._kept) >= SHEETS_MAX:
            del self._kept[next(iter(self._kept))]
        sheet = write_sheet(site)
        self._kept[site.key] = (site, sheet)
        return sheet


def write_sheet(site: Site, price_of: PriceOf | None = None) -> Sheet:
    """From the Location as its owner pushed it; with prices it is good for one answer."""
    location: Words = orjson.loads(site.body)
    evses = location.pop("evses", None) or ()
    for hidden in _HIDDEN:
        location.pop(hidden, None)
    digest = blake2b(site.body, digest_size=16)
    written, points = [], iter(site.points)
    for evse in evses:
        if codes.status_code(evse.pop("status", None)) == codes.REMOVED:
            continue
        evse.pop("last_updated", None)
        for connector, plug in zip(evse.get("connectors") or (), next(points).plugs, strict=True):
            connector.pop("last_updated", None)
            connector["max_kw"] = plug.watts / 1000  # what the hub's filters go by
            if price_of is not None:
                connector["price"] = price_of(location, connector)
                digest.update(orjson.dumps(connector["price"]))
        written.append(orjson.dumps(evse)[:-1])
    return Sheet(head=orjson.dumps(location)[:-1], evses=tuple(written), digest=digest.digest())
