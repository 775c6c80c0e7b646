"""What is billed, line by line: a quantity of one dimension in one period at one price."""

from dataclasses import dataclass
from typing import NamedTuple

from hub.money.exact import SECONDS_PER_HOUR
from hub.money.moments import Skipped
from hub.money.tariff import ENERGY, FLAT, CompiledTariff, Component


class StepTaken(NamedTuple):
    """Why more is billed than was measured: the total of a dimension went up to a multiple of the step."""

    step_size: int
    """Wh or seconds."""
    total: int
    """What was measured in all, in the line's own unit."""
    billed: int
    component: Component
    """Whose step it was."""


@dataclass(slots=True)
class Line:
    """One billed quantity; complete, and not changed any more, once it has its cost."""

    period: int
    """Index in charging_periods."""
    dimension: str
    phase: str
    tariff: CompiledTariff
    component: Component
    skipped: tuple[Skipped, ...]
    measured: int
    """Seconds, or energy in 1/`scale` kWh, or 1 for FLAT."""
    billed: int
    step: StepTaken | None = None
    net: int = 0
    tax: int = 0
    """In 1/`unit` of the currency."""


class Unpriced(NamedTuple):
    """A quantity that no component prices: it is free."""

    period: int
    dimension: str
    phase: str
    measured: int
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class Bill:
    """All lines of a session, and the units they are in."""

    lines: list[Line]
    unpriced: list[Unpriced]
    digits: int
    scale: int
    """Energies are whole numbers of 1/`scale` kWh; it is 10 to the power of `digits`."""
    unit: int
    """Amounts are whole numbers of 1/`unit` of the currency: hours, kWh, prices and taxes all divide it."""

    def set_costs(self) -> None:
        """Fill in `net` and `tax` from what is billed, without any rounding."""
        for line in self.lines:
            factor = line.billed * self.factor(line.tariff, line.dimension)
            line.net = factor * line.component.net
            line.tax = factor * line.component.tax

    def factor(self, tariff: CompiledTariff, dimension: str) -> int:
        """What turns a quantity times a component's `net` or `tax` into 1/`unit`."""
        share = self.unit // tariff.unit
        if dimension == ENERGY:
            return share // self.scale
        return share if dimension == FLAT else share // SECONDS_PER_HOUR
