"""Rules about step_size. Source: OCPI 2.2.1, mod_cdrs, step_size; mod_tariffs, PriceComponent."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from hub.money.exact import fixed_text, rounded
from hub.money.findings import Finding, info, warning
from hub.money.linting.linted import Linted
from hub.money.linting.typical import cost_of
from hub.money.tariff import ENERGY, FLAT, PARKING_TIME, SESSION, TIME, Component

LARGE_WH = 1000
LARGE_S = 900
LARGE_PERCENT = 10
TYPICAL_KWH, TYPICAL_MINUTES = Decimal(20), 120
"""The session that the worth of a step is measured by."""


def zero(one: Linted) -> Iterator[Finding]:
    """T-STEP-ZERO: steps of nothing; read as no rounding at all."""
    for pointer, component in one.components():
        if component.dimension != FLAT and component.step_size == 0:
            yield warning("T-STEP-ZERO", f"{pointer}/step_size", f"is 0 for {component.dimension}; read as no rounding")


def unused(one: Linted) -> Iterator[Finding]:
    """T-STEP-UNUSED: where parking is priced, the step of the charging time counts only for who does not park."""
    parking = one.tariff.offers.get((SESSION, PARKING_TIME))
    for pointer, component in one.components():
        charging = component.dimension == TIME and one.tariff.phases[component.element] == SESSION
        if parking and charging and component.step_size > 1:
            text = f"is {component.step_size} for TIME: after any priced parking only the step of PARKING_TIME counts"
            yield info("T-STEP-UNUSED", f"{pointer}/step_size", text)


def differ(one: Linted) -> Iterator[Finding]:
    """T-STEP-DIFFERS: of several steps of a dimension the last one counts, so the end of the session decides."""
    for dimension in (ENERGY, TIME, PARKING_TIME):
        offers = one.tariff.offers.get((SESSION, dimension), ())
        steps = sorted({offer.component.step_size for offer in offers})
        if len(steps) > 1:
            text = f"have different steps for {dimension} ({', '.join(map(str, steps))}): the last price decides"
            yield warning("T-STEP-DIFFERS", "/elements", text, dimension=dimension)


def large(one: Linted) -> Iterator[Finding]:
    """T-STEP-LARGE: a step of more than 15 minutes or 1 kWh, or one that is worth a tenth of a typical session."""
    worth = cost_of(one.tariff, kwh=TYPICAL_KWH, minutes=TYPICAL_MINUTES)
    for pointer, component in one.components():
        if component.dimension == FLAT or component.step_size <= 1:
            continue
        energy = component.dimension == ENERGY
        unit = "Wh" if energy else "s"
        if component.step_size > (LARGE_WH if energy else LARGE_S):
            text = f"is {component.step_size} {unit}, of which a driver pays up to the whole for nothing"
            yield warning("T-STEP-LARGE", f"{pointer}/step_size", text)
        elif worth and _worth(component) * 100 > worth * LARGE_PERCENT:
            numerator, denominator = _worth(component).as_integer_ratio()
            cost = fixed_text(rounded(numerator, denominator, 2), 2)
            text = f"is {component.step_size} {unit}, worth {cost}: more than {LARGE_PERCENT} % of a typical session"
            yield warning("T-STEP-LARGE", f"{pointer}/step_size", text)


def _worth(component: Component) -> Fraction:
    """What one step costs, as the price is written."""
    return Fraction(component.price) * component.step_size / (1000 if component.dimension == ENERGY else 3600)
