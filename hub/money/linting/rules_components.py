"""Rules about price components. Source: OCPI 2.2.1, mod_tariffs, PriceComponent and TariffRestrictions; 2.3.0, TaxIncluded."""

from collections.abc import Iterator
from decimal import Decimal

from hub.money.currencies import UNITS_PER_EURO
from hub.money.exact import plain_text
from hub.money.findings import Finding, error, info, warning
from hub.money.linting.linted import Linted, pointer_of
from hub.money.linting.vat_rates import VAT_RATES
from hub.money.tariff import ENERGY, EXPIRED, FLAT, PARKING_TIME, RESERVATION, SESSION, TIME

MOST_PER_KWH_EUR = 5
MOST_PER_HOUR_EUR = 60


def duplicate(one: Linted) -> Iterator[Finding]:
    """T-DUP-DIM: a dimension twice in an element; only the first can count."""
    for inside in one.tariff.elements:
        seen: set[str] = set()
        for component in inside:
            if component.dimension in seen:
                text = f"is {component.dimension} a second time in this element: only the first counts"
                yield warning("T-DUP-DIM", f"{pointer_of(component)}/type", text)
            seen.add(component.dimension)


def empty(one: Linted) -> Iterator[Finding]:
    """T-EMPTY-ELEM: an element without price components."""
    for at, inside in enumerate(one.tariff.elements):
        if not inside:
            yield error("T-EMPTY-ELEM", f"/elements/{at}/price_components", "has no price component")


def reservation(one: Linted) -> Iterator[Finding]:
    """T-RESERV-DIM and T-RESERV-ORDER: reservations have FLAT and TIME only; RESERVATION_EXPIRES wins, wherever it stands."""
    timed: list[int] = []
    for at, inside in enumerate(one.tariff.elements):
        phase = one.tariff.phases[at]
        if phase == SESSION:
            continue
        for component in inside:
            if component.dimension in (ENERGY, PARKING_TIME):
                text = f"is {component.dimension}; a reservation has FLAT and TIME only"
                yield error("T-RESERV-DIM", f"{pointer_of(component)}/type", text)
        if any(component.dimension == TIME for component in inside):
            if phase == RESERVATION:
                timed.append(at)
            elif phase == EXPIRED and timed:
                text = f"prices TIME after element {timed[0]}; for an expired reservation it wins all the same"
                yield warning("T-RESERV-ORDER", f"/elements/{at}", text)


def vat(one: Linted) -> Iterator[Finding]:
    """T-VAT-RANGE and T-VAT-MISSING: no rate outside 0..100, none that the country does not have, none forgotten."""
    country = one.tariff.owner[:2]
    known = {Decimal(rate) for rate in VAT_RATES.get(country, "").split()}
    rates = {component.vat: pointer for pointer, component in reversed([*one.components()])}
    for rate, pointer in reversed(rates.items()):
        if rate is None:
            continue
        if not 0 <= rate <= 100:
            yield error("T-VAT-RANGE", f"{pointer}/vat", f"is {plain_text(rate)} %")
        elif known and rate and rate not in known:
            yield warning(
                "T-VAT-RANGE", f"{pointer}/vat", f"is {plain_text(rate)} %, which is no VAT rate of {country}"
            )
    priced = [(pointer, component) for pointer, component in one.components() if component.price]
    without = [pointer for pointer, component in priced if component.vat is None]
    if without and len(without) < len(priced):
        yield warning(
            "T-VAT-MISSING", f"{without[0]}/vat", f"is missing here and in {len(without)} in all, others have one"
        )


def taxes(one: Linted) -> Iterator[Finding]:
    """T-TAX-NA and T-TAX-YES-NO-RATE: no taxes but a rate; taxes included but no rate to take them out with."""
    included = one.value.get("tax_included")
    rated = [
        f"/elements/{at}/price_components/{place}/vat"
        for at, element in enumerate(one.value["elements"])
        for place, component in enumerate(element["price_components"])
        if component.get("vat") is not None
    ]
    if included == "N/A" and rated:
        yield error("T-TAX-NA", rated[0], "is given, and tax_included says that there are no taxes")
    if included == "YES" and not rated:
        text = "is YES, and no price has a rate: amounts without tax cannot be known"
        yield info("T-TAX-YES-NO-RATE", "/tax_included", text)


def use(one: Linted) -> Iterator[Finding]:
    """T-NOTHING-BY-USE: neither energy nor charging time costs anything."""
    priced = {dimension for phase, dimension in one.tariff.offers if phase == SESSION}
    if priced.isdisjoint((ENERGY, TIME)):
        yield info("T-NOTHING-BY-USE", "/elements", "price neither ENERGY nor TIME")


def prices(one: Linted) -> Iterator[Finding]:
    """T-PRICE-UNIT and T-NEG-PRICE: a price per minute or in cents, or one that pays the driver."""
    per_euro = UNITS_PER_EURO.get(one.tariff.currency or "")
    most = {ENERGY: MOST_PER_KWH_EUR, TIME: MOST_PER_HOUR_EUR, PARKING_TIME: MOST_PER_HOUR_EUR}
    units = {ENERGY: "kWh"}
    for pointer, component in one.components():
        if component.price < 0:
            yield warning("T-NEG-PRICE", f"{pointer}/price", f"is {plain_text(component.price)}")
        limit = most.get(component.dimension)
        if per_euro is not None and limit is not None and component.price > limit * per_euro:
            unit = units.get(component.dimension, "hour")
            text = (
                f"is {plain_text(component.price)} {one.tariff.currency} for a {unit}: was it meant for another unit?"
            )
            yield warning("T-PRICE-UNIT", f"{pointer}/price", text)


def flat_steps(one: Linted) -> Iterator[Finding]:
    """T-STEP-FLAT: FLAT has no unit, so it has no steps."""
    for pointer, component in one.components():
        if component.dimension == FLAT and component.step_size > 1:
            yield info("T-STEP-FLAT", f"{pointer}/step_size", f"is {component.step_size}; FLAT has no unit")
