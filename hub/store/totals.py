"""How many objects match a list: exact, and not counted anew for every page of a long walk.

Counting costs about half a second for a million objects and nothing to speak of for a few thousand. So a total of at least
REMEMBERED_FROM is remembered for a few seconds, for pages in the middle of a walk alone: the first and the last page count.
"""

from collections import OrderedDict

import orjson

from hub.clock import monotonic_s
from hub.store.driver import Collection, Document

REMEMBERED_FROM = 20_000
REMEMBERED_S = 10.0
_WALKS_MAX = 256


class Totals:
    """Counts what matches, and knows what it counted a moment ago."""

    def __init__(self, objects: Collection) -> None:
        self._objects = objects
        self._counted: OrderedDict[bytes, tuple[int, float]] = OrderedDict()

    def known(self, matching: Document) -> int | None:
        """The total of this filter as counted at most REMEMBERED_S ago, if it was large."""
        total, counted_at_s = self._counted.get(_key(matching), (None, 0.0))
        return total if monotonic_s() - counted_at_s <= REMEMBERED_S else None

    async def count(self, matching: Document) -> int:
        """Count now, on an index alone."""
        total = await self._objects.count_documents(matching)
        key = _key(matching)
        self._counted.pop(key, None)
        if total >= REMEMBERED_FROM:
            self._counted[key] = (total, monotonic_s())
            if len(self._counted) > _WALKS_MAX:
                self._counted.popitem(last=False)
        return total


def _key(matching: Document) -> bytes:
    return orjson.dumps(matching)
