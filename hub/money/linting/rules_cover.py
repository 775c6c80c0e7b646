"""Rules about which element prices what: components that never win, and ranges that nobody prices.

Source: OCPI 2.2.1, mod_tariffs, Tariff ("It is advised to always add a default Price Component per dimension").
"""

from collections.abc import Iterator

from hub.money.findings import Finding, info, warning
from hub.money.linting.cover import Box, Space, Undecided
from hub.money.linting.linted import Linted, pointer_of
from hub.money.tariff import DIMENSIONS, ENERGY, EXPIRED, PARKING_TIME, RESERVATION, SESSION, TIME, Component


def unreachable(one: Linted) -> Iterator[Finding]:
    """T-UNREACHABLE: earlier elements cover all of an element's range, so that its component is never used."""
    space = Space(one.tariff, one_measure=False)
    try:
        for phase in (SESSION, RESERVATION, EXPIRED):
            for dimension in DIMENSIONS:
                yield from _covered(one, space, phase, dimension)
    except Undecided:
        yield info("T-UNREACHABLE", "", "has too many overlapping elements to tell whether each can apply")


def _covered(one: Linted, space: Space, phase: str, dimension: str) -> Iterator[Finding]:
    before: list[tuple[Box, int]] = []
    for component, box in _boxes(one, space, phase, dimension):
        holes = [hole for hole, _ in before]
        if all(box) and before and not space.left(box, holes):
            covering = sorted({index for hole, index in before if all(m & h for m, h in zip(box, hole, strict=True))})
            text = f"{dimension} is never used: earlier elements cover its whole range"
            window = space.words(box) or {"range": "everything"}
            yield warning("T-UNREACHABLE", pointer_of(component), text, covered_by=covering, window=window)
        before.append((box, component.element))


def gap(one: Linted) -> Iterator[Finding]:
    """T-GAP: a dimension that is priced somewhere is free elsewhere, because no element without restrictions prices it."""
    space = Space(one.tariff, one_measure=True)
    for dimension in (ENERGY, TIME, PARKING_TIME):
        boxes = [box for _, box in _boxes(one, space, SESSION, dimension)]
        try:
            free = space.left(space.everything, boxes) if boxes else []
        except Undecided:
            yield info("T-GAP", "/elements", f"has too many elements to tell where {dimension} is free")
            return
        if free:
            window = space.words(free[0])
            where = "; ".join(f"{axis} {ranges}" for axis, ranges in window.items())
            text = f"{dimension} is free where no element prices it: {where}"
            yield warning("T-GAP", "/elements", text, dimension=dimension, window=window, windows=len(free))


def _boxes(one: Linted, space: Space, phase: str, dimension: str) -> Iterator[tuple[Component, Box]]:
    """Each component of a phase's own elements, the first of a dimension in each, with the range in which it applies."""
    for index, inside in enumerate(one.tariff.elements):
        component = next((found for found in inside if found.dimension == dimension), None)
        if one.tariff.phases[index] == phase and component is not None:
            yield component, space.box(one.tariff.restrictions[index])
