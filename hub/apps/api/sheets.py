"""What of a location stays the same while statuses change, as JSON ready to send: written once, kept while it is asked for.

Left out are `last_updated` (the owner's stamp says nothing of how fresh a status is; see docs/decisions) and
`publish_allowed_to` (which tells of other people's tokens).
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from hub.apps import codes
from hub.apps.sites import Site, watts_of

SHEETS_MAX = 10_000
"""About 4 kB each."""
_HIDDEN = ("publish_allowed_to", "last_updated", "evses")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One location; `head` and each of `evses` are objects without their closing brace, and have members."""

    head: bytes
    evses: tuple[bytes, ...]
    """In the order of the index, which leaves out those that are REMOVED; without status and connectors."""
    connectors: tuple[tuple[bytes, ...], ...]
    """Of each EVSE."""
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
        sheet = write_sheet(site.body)
        self._kept[site.key] = (site, sheet)
        return sheet


def write_sheet(body: bytes) -> Sheet:
    """From a stored Location."""
    location: dict[str, Any] = orjson.loads(body)
    evses = [one for one in location.get("evses") or () if codes.status_code(one.get("status")) != codes.REMOVED]
    return Sheet(
        head=_open({name: value for name, value in location.items() if name not in _HIDDEN}),
        evses=tuple(_evse(one) for one in evses),
        connectors=tuple(tuple(map(_connector, one.get("connectors") or ())) for one in evses),
        digest=blake2b(body, digest_size=16).digest(),
    )


def _evse(evse: dict[str, Any]) -> bytes:
    hidden = ("last_updated", "status", "connectors")
    return _open({name: value for name, value in evse.items() if name not in hidden})


def _connector(connector: dict[str, Any]) -> bytes:
    """`max_kw` is what the hub's filters go by: the stated power, or what volts and amperes make."""
    shown = {name: value for name, value in connector.items() if name != "last_updated"}
    return orjson.dumps(shown | {"max_kw": watts_of(connector) / 1000})


def _open(words: dict[str, Any]) -> bytes:
    return orjson.dumps(words)[:-1]
