"""Counts over the last half hour, by key and slice of time; what is older is forgotten. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

KEYS_MAX = 5_000


@dataclass(slots=True)
class _Slice:
    number: int = -1
    all: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)


class History:
    """`slices` stretches of `step_s` seconds, the current one among them."""

    def __init__(self, step_s: int, slices: int) -> None:
        self.step_s = step_s
        self._slices = [_Slice() for _ in range(slices)]

    def add(self, key: str, number: int, failed: int, now_s: float) -> None:
        """So many more of this key, some of which failed; keys beyond KEYS_MAX in a slice are not counted."""
        place = int(now_s // self.step_s)
        current = self._slices[place % len(self._slices)]
        if current.number != place:
            current = self._slices[place % len(self._slices)] = _Slice(place)
        if key not in current.all and len(current.all) >= KEYS_MAX:
            return
        current.all[key] = current.all.get(key, 0) + number
        if failed:
            current.failed[key] = current.failed.get(key, 0) + failed

    def series(self, now_s: float) -> dict[str, list[int]]:
        """Counts of each key, the oldest slice first, the current one last."""
        return self._rows([one.all for one in self._live(now_s)])

    def failures(self, now_s: float) -> dict[str, list[int]]:
        """The same for those that failed."""
        return self._rows([one.failed for one in self._live(now_s)])

    def totals(self, now_s: float) -> dict[str, int]:
        """Each key's sum over all slices."""
        return {key: sum(row) for key, row in self.series(now_s).items()}

    def _live(self, now_s: float) -> Iterator[_Slice]:
        last = int(now_s // self.step_s)
        for number in range(last - len(self._slices) + 1, last + 1):
            one = self._slices[number % len(self._slices)]
            yield one if one.number == number else _Slice(number)

    def _rows(self, slices: list[dict[str, int]]) -> dict[str, list[int]]:
        keys = sorted({key for one in slices for key in one})
        return {key: [one.get(key, 0) for one in slices] for key in keys}
