"""What is left of a range when others are taken away, over energy, duration, time of day, date, weekday, current and power.

Each axis is cut where any element begins or ends; between two cuts nothing changes, so a set of values is a set of cells,
and a set of cells is a whole number with a bit for each. A box is one such number for each axis.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hub.money.exact import plain_text
from hub.money.restrictions import DAY_MINUTES, WEEKDAYS
from hub.money.tariff import CompiledTariff, Figure, Restriction

MAX_STEPS = 30_000
"""Pieces of boxes that are looked at for one tariff."""
Box = tuple[int, ...]
_MERGED = {Figure.MAX_CURRENT: Figure.MIN_CURRENT, Figure.MAX_POWER: Figure.MIN_POWER}
_NAMES = {
    Figure.KWH: "kWh", Figure.ELAPSED_S: "seconds", Figure.MINUTE: "local time", Figure.DAY: "date",
    Figure.WEEKDAY: "weekday", Figure.MIN_CURRENT: "current", Figure.MAX_CURRENT: "highest current",
    Figure.MIN_POWER: "power", Figure.MAX_POWER: "highest power",
}  # fmt: skip


class Undecided(Exception):
    """It would take more than MAX_STEPS."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One figure, cut into cells: cell i is from `cuts[i]` to the next cut; the last one has no end."""

    figure: Figure
    cuts: tuple[Any, ...]

    @property
    def full(self) -> int:
        """All cells."""
        return (1 << len(self.cuts)) - 1

    def cells(self, restriction: Restriction) -> int:
        """The cells in which a restriction holds."""
        if restriction.same_time:
            return self.full
        if restriction.among is not None:
            return sum(1 << day for day in restriction.among)
        first = 0 if restriction.low is None else bisect_left(self.cuts, restriction.low)
        last = len(self.cuts) if restriction.high is None else bisect_left(self.cuts, restriction.high)
        inside = ((1 << last) - 1) & ~((1 << first) - 1)
        return self.full & ~inside if restriction.outside else inside

    def ranges(self, cells: int) -> Iterator[tuple[Any, Any]]:
        """From and until of each run of cells; until is None where there is no end."""
        at = 0
        while at < len(self.cuts):
            if not cells >> at & 1:
                at += 1
                continue
            first = at
            while at < len(self.cuts) and cells >> at & 1:
                at += 1
            yield self.cuts[first], self.cuts[at] if at < len(self.cuts) else None


class Space:
    """The axes of one tariff, and how much work is left to be done in it."""

    def __init__(self, tariff: CompiledTariff, *, one_measure: bool) -> None:
        """With `one_measure` the lowest current of a period is its highest: what a correctly split session has."""
        self._one_measure = one_measure
        self._steps = MAX_STEPS
        cuts: dict[Figure, set[Any]] = {figure: {_start(figure)} for figure in Figure}
        cuts[Figure.WEEKDAY] = {*range(len(WEEKDAYS))}
        for restriction in (one for tests in tariff.restrictions for one in tests):
            cuts[self._figure(restriction)] |= _bounds(restriction)
        self.axes = tuple(Axis(figure, tuple(sorted(cuts[figure]))) for figure in Figure)

    @property
    def everything(self) -> Box:
        """The whole space."""
        return tuple(axis.full for axis in self.axes)

    def box(self, restrictions: Iterable[Restriction]) -> Box:
        """Where all of the restrictions hold."""
        cells = list(self.everything)
        for restriction in restrictions:
            figure = self._figure(restriction)
            cells[figure] &= self.axes[figure].cells(restriction)
        return tuple(cells)

    def left(self, box: Box, holes: Sequence[Box]) -> list[Box]:
        """What remains of a box without the holes, as boxes that do not overlap; raises Undecided."""
        pieces = [box] if all(box) else []
        for hole in holes:
            self._steps -= len(pieces) + 1
            if self._steps < 0:
                raise Undecided
            pieces = [part for piece in pieces for part in _without(piece, hole)]
            if not pieces:
                break
        return pieces

    def words(self, box: Box) -> dict[str, str]:
        """A box for people: axis -> ranges; axes that do not matter are left out."""
        return {
            _NAMES[axis.figure]: ", ".join(_range(axis.figure, *ends) for ends in axis.ranges(cells))
            for axis, cells in zip(self.axes, box, strict=True)
            if cells != axis.full
        }

    def _figure(self, restriction: Restriction) -> Figure:
        return _MERGED.get(restriction.figure, restriction.figure) if self._one_measure else restriction.figure


def _without(box: Box, hole: Box) -> list[Box]:
    """The parts of a box outside a hole: along each axis what sticks out, of what the axes before left inside."""
    if not all(mine & other for mine, other in zip(box, hole, strict=True)):
        return [box]
    parts, inside = [], list(box)
    for axis, cells in enumerate(hole):
        outside = inside[axis] & ~cells
        if outside:
            parts.append((*inside[:axis], outside, *inside[axis + 1 :]))
        inside[axis] &= cells
    return parts


def _start(figure: Figure) -> Any:
    """Where an axis begins: nothing charged yet, midnight, no current; dates begin long ago."""
    return 1 if figure is Figure.DAY else 0


def _bounds(restriction: Restriction) -> set[Any]:
    bounds = {bound for bound in (restriction.low, restriction.high) if bound is not None}
    return {bound for bound in bounds if bound > 0 and (restriction.figure != Figure.MINUTE or bound < DAY_MINUTES)}


def _range(figure: Figure, low: Any, high: Any) -> str:
    if figure is Figure.WEEKDAY:
        last = len(WEEKDAYS) if high is None else high
        return " ".join(day[:3] for day in WEEKDAYS[low:last])
    if figure is Figure.MINUTE:
        return f"{_clock(low)} to {_clock(DAY_MINUTES if high is None else high)}"
    if figure is Figure.DAY:
        since = "" if low == 1 else f"from {date.fromordinal(low)}"
        return f"{since}{'' if high is None else f' until {date.fromordinal(high)}'}".strip()
    return f"{_number(low)} or more" if high is None else f"{_number(low)} to {_number(high)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _number(value: Decimal | int) -> str:
    return plain_text(value) if isinstance(value, Decimal) else str(value)
