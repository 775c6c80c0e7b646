"""The price components of one element. Source: OCPI 2.2.1, mod_tariffs, PriceComponent."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from hub.money.exact import plain_text, read_whole
from hub.money.findings import Finding, warning
from hub.money.refusal import SCHEMA, number_in, refuse
from hub.money.tariff import DIMENSIONS, ENERGY, FLAT, MEASURED_IN, PARKING_TIME, SESSION, TIME, UNITS, Component, Kind
from hub.money.taxes import Taxes, TaxIncluded

_KINDS = {ENERGY: Kind.ENERGY, TIME: Kind.TIME, PARKING_TIME: Kind.PARKING}


class ElementAt(NamedTuple):
    """The element that components belong to."""

    element: int
    phase: str
    told: Mapping[str, Any]
    """What an explanation says of it."""


def read_components(
    element: Mapping[str, Any], at: ElementAt, taxes: Taxes, problems: list[Finding]
) -> Iterator[Component]:
    """Compile them; raises TariffRefused."""
    written = element["price_components"]
    beside = {component.get("type") for component in written if isinstance(component.get("type"), str)}
    for position, component in enumerate(written):
        pointer = f"/elements/{at.element}/price_components/{position}"
        dimension = component.get("type")
        if dimension not in DIMENSIONS:
            refuse(f"{pointer}/type", f"is not one of {', '.join(sorted(DIMENSIONS))}")
        price, vat = number_in(component, "price", pointer), _vat(component, pointer, taxes)
        net, tax = taxes.of_price(price, vat)
        yield Component(
            element=at.element,
            position=position,
            dimension=dimension,
            price=price,
            vat=vat,
            step_size=_step_size(component, pointer, problems),
            net=net,
            tax=tax,
            net_known=taxes.net_known(vat),
            kind=_kind(dimension, beside) if at.phase == SESSION else Kind.RESERVATION,
            told=_told(at.told, position, dimension, (price, vat)),
        )


def _vat(component: Mapping[str, Any], pointer: str, taxes: Taxes) -> Decimal | None:
    """The rate; none where the tariff says that there are no taxes, whatever its components have."""
    if component.get("vat") is None or taxes.included is TaxIncluded.NOT_APPLICABLE:
        return None
    return number_in(component, "vat", pointer)


def _told(
    told: Mapping[str, Any], position: int, dimension: str, money: tuple[Decimal, Decimal | None]
) -> dict[str, Any]:
    price, vat = money
    said = {
        "dimension": dimension,
        "unit": MEASURED_IN[dimension],
        "component": position,
        "price": plain_text(price),
        "per": UNITS[dimension],
    }
    return {**told, **said, "vat": None if vat is None else plain_text(vat)}


def _kind(dimension: str, beside: set[str]) -> Kind:
    """A fixed component belongs to parking where its element prices parking, and neither energy nor charging time.

    Source: OCPI 2.2.1, mod_cdrs, CDR: total_fixed_cost leaves out the fixed components of parking and reservation.
    """
    if dimension == FLAT:
        return Kind.PARKING if PARKING_TIME in beside and beside.isdisjoint((ENERGY, TIME)) else Kind.FIXED
    return _KINDS[dimension]


def _step_size(component: Mapping[str, Any], pointer: str, problems: list[Finding]) -> int:
    if component.get("step_size") is None:
        problems.append(warning(SCHEMA, f"{pointer}/step_size", "is required; read as 1"))
        return 1
    try:
        step_size = read_whole(component["step_size"])
    except ValueError as wrong:
        refuse(f"{pointer}/step_size", str(wrong))
    if step_size < 0:
        refuse(f"{pointer}/step_size", "is negative")
    return step_size
