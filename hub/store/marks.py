"""Where pages of long lists ended, so that who counts offsets by itself is not walked through everything before them again.

A mark says nothing that is not so: the page at an offset begins behind what the page before it ended with. When an object that
stood before is withdrawn meanwhile, whoever walks misses nothing for that, which by counting alone they would.
"""

from bisect import bisect_right, insort
from collections import OrderedDict
from typing import NamedTuple

APART = 1_000
"""Entries of an index that are walked for nothing, a millisecond: marks are not closer to each other."""
KEPT_S = 600.0
LISTS_MAX = 64
MARKS_MAX = 10_000


class Mark(NamedTuple):
    """Objects at `offset` and after have a greater seq."""

    offset: int
    seq: int


class _List:
    """Marks of one list, by offset."""

    __slots__ = ("made_s", "marks")

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.made_s: dict[int, float] = {}

    def nearest(self, offset: int, now_s: float) -> Mark | None:
        at = bisect_right(self.marks, offset, key=lambda mark: mark.offset) - 1
        while at >= 0 and now_s - self.made_s[self.marks[at].offset] > KEPT_S:
            del self.made_s[self.marks.pop(at).offset]
            at -= 1
        return self.marks[at] if at >= 0 else None


class Marks:
    """Of the lists that were walked last, in bounded memory. Pure."""

    def __init__(self) -> None:
        self._lists: OrderedDict[bytes, _List] = OrderedDict()

    def nearest(self, key: bytes, offset: int, now_s: float) -> Mark | None:
        """The last mark at or before `offset` of this list, no older than KEPT_S."""
        found = self._lists.get(key)
        return found.nearest(offset, now_s) if found else None

    def note(self, key: bytes, mark: Mark, now_s: float) -> None:
        """A page was read that ended here."""
        known = self._lists.get(key)
        if known is None:
            if mark.offset < APART:
                return
            known = self._lists[key] = _List()
            if len(self._lists) > LISTS_MAX:
                self._lists.popitem(last=False)
        self._lists.move_to_end(key)
        before = known.nearest(mark.offset, now_s)
        if mark.offset - (before.offset if before else 0) >= APART and len(known.marks) < MARKS_MAX:
            insort(known.marks, mark)
            known.made_s[mark.offset] = now_s
