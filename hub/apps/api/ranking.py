"""Which hits are on a page: what columns do not hold is asked of each, and they are put in the order that was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson

from hub.apps.api.asked import Search, Sort
from hub.apps.api.cursor import Place
from hub.apps.api.errors import BadParameter
from hub.apps.api.prices import Quoter
from hub.apps.api.showing import PriceOf
from hub.apps.api.table import AppCall
from hub.apps.hours import is_open
from hub.apps.search import Hit

SORTED_MAX = 3_000
"""Sites that are held against each other by price or power."""
LOOKED_AT_MAX = 20_000
"""Sites whose opening hours or prices are looked at for one page."""
_LAST = 1e300
"""Where what has no price is sorted."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A hit, and what it is sorted by."""

    hit: Hit
    place: Place


class Ranking:
    """Of one search."""

    def __init__(self, call: AppCall[Search], prices: Quoter | None) -> None:
        """Raises BadParameter for what needs a price when there is no session to price."""
        self._asked = call.asked
        self._index = call.office.feed.index
        self._now = call.now
        self._prices = prices
        needs = "max_price" if self._asked.max_price is not None else "sort" if self._asked.sort is Sort.PRICE else ""
        if needs and prices is None:
            raise BadParameter(f"{needs} needs a session to price: kwh and minutes", needs)

    @property
    def price_of(self) -> PriceOf | None:
        """What a session costs at a connector, if one was named."""
        return None if self._prices is None else self._prices.of

    def page(self, hits: Iterator[Hit], after: Place | None) -> list[Ranked]:
        """The page beyond `after`, and one more when there is one; `hits` come nearest first."""
        return self._nearest(hits, after) if self._asked.sort is Sort.DISTANCE else self._sorted(hits, after)

    def _nearest(self, hits: Iterator[Hit], after: Place | None) -> list[Ranked]:
        found: list[Ranked] = []
        picky = self._asked.open_now or self._asked.max_price is not None
        for number, hit in enumerate(hits):
            if picky and number >= LOOKED_AT_MAX:
                raise BadParameter(
                    f"open_now and max_price look at {LOOKED_AT_MAX} locations at most: ask for a smaller area",
                    "open_now" if self._asked.open_now else "max_price",
                )
            place = Place(hit.distance_m, self._index.site(hit.row).key)
            if (after is None or place > after) and self._accepts(hit):
                found.append(Ranked(hit, place))
                if len(found) > self._asked.limit:
                    break
        return found

    def _sorted(self, hits: Iterator[Hit], after: Place | None) -> list[Ranked]:
        asked, ranked = self._asked, []
        for number, hit in enumerate(hits):
            if number >= SORTED_MAX:
                raise BadParameter(
                    f"sort={asked.sort} compares {SORTED_MAX} locations at most: ask for a smaller area, or filter more",
                    "sort",
                )
            if self._accepts(hit):
                ranked.append(Ranked(hit, Place(self._value(hit), self._index.site(hit.row).key)))
        ranked.sort(key=lambda one: one.place)
        return [one for one in ranked if after is None or one.place > after][: asked.limit + 1]

    def _accepts(self, hit: Hit) -> bool:
        asked = self._asked
        if asked.open_now:
            location = orjson.loads(self._index.site(hit.row).body)
            if is_open(location.get("opening_times"), str(location.get("time_zone", "")), self._now) is not True:
                return False
        if asked.max_price is None or self._prices is None:
            return True
        least = self._prices.least(self._index, hit)
        return least is not None and least <= asked.max_price

    def _value(self, hit: Hit) -> float:
        if self._asked.sort is Sort.POWER:
            first = int(self._index.sites["first_plug"][hit.row])
            plugs = slice(first, first + int(self._index.sites["plugs"][hit.row]))
            of_hit = np.isin(self._index.plugs["point"][plugs], hit.points)
            return -float(self._index.plugs["watts"][plugs][of_hit].max())
        least = None if self._prices is None else self._prices.least(self._index, hit)
        return _LAST if least is None else float(least)
