"""What an app may see: the operators by the agreements of its eMSP, and of unpublished sites those for the driver it names.

Source: OCPI 2.2.1, mod_locations, Location, publish and publish_allowed_to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from hub.apps.index import ALIVE, Index
from hub.apps.sites import PUBLISHED, Site
from hub.apps.wanted import Sight
from hub.catalog import Catalog
from hub.registry import Directory
from hub.routing import visible_owners
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party

LOCATIONS, TARIFFS = ModuleId("locations"), ModuleId("tariffs")
Words = Mapping[str, Any]
_FOLDED = ("uid", "group_id")
_EXACT = ("type", "visual_number", "issuer")
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Eyes:
    """Of one request."""

    owners: frozenset[str]
    """`NL*CPA`: whose locations it may see."""
    tariff_owners: frozenset[str]
    token: Words | None = None
    """The driver's Token as the eMSP published it, if the request names one that the hub knows."""

    def sight(self, index: Index) -> Sight:
        """For a search."""
        return Sight(owners=self.owners, unpublished=self._unpublished(index))

    def sees(self, site: Site) -> bool:
        """May this site be shown?"""
        return site.owner in self.owners and (bool(site.flags & PUBLISHED) or self.opens(site))

    def opens(self, site: Site) -> bool:
        """The driver's token is among those that an unpublished site is for."""
        if self.token is None:
            return False
        allowed = orjson.loads(site.body).get("publish_allowed_to") or ()
        return any(_fits(one, self.token) for one in allowed if isinstance(one, dict))

    def _unpublished(self, index: Index) -> frozenset[int]:
        if self.token is None:
            return frozenset()
        hidden = np.flatnonzero((index.sites["flags"] & (ALIVE | PUBLISHED)) == ALIVE)
        owners = np.array([one in self.owners for one in index.owners], dtype=np.bool_)
        seen = hidden[owners[index.sites["owner"][hidden]]] if len(hidden) else hidden
        return frozenset(row for row in seen.tolist() if self.opens(index.site(row)))


def owners_for(emsp: Party, module: ModuleId, catalog: Catalog, directory: Directory) -> frozenset[str]:
    """Whose objects of a module the apps of an eMSP see: what GET All shows to it. Worked out once for each picture."""
    known = catalog.module(module)
    if known is None:
        return _NOBODY
    return directory.once(("apps", emsp, module), lambda: frozenset(map(str, visible_owners(emsp, known, directory))))


def _fits(allowed: Words, token: Words) -> bool:
    """All fields that are given must match, and at least one is given. Ids are CiStrings."""
    given = [name for name in (*_FOLDED, *_EXACT) if allowed.get(name) is not None]
    return bool(given) and all(_same(name, allowed[name], token.get(name)) for name in given)


def _same(name: str, wanted: object, has: object) -> bool:
    if has is None:
        return False
    return fold(str(wanted)) == fold(str(has)) if name in _FOLDED else wanted == has
