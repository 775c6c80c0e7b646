"""From a Tariff of OCPI 2.1.1, 2.2, 2.2.1 or 2.3.0 to its compiled form, or to the findings that forbid to price it.

What cannot be read is refused, never guessed. So is what would be slow to price: the bounds here keep it within milliseconds.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hub.money.content_cache import ContentCache
from hub.money.exact import read_number, read_whole, scaled
from hub.money.findings import Finding, error, warning
from hub.money.restrictions import WrongField, read_phase, read_restrictions
from hub.money.tariff import (
    DIMENSIONS,
    EXPIRED,
    RESERVATION,
    SESSION,
    Bounds,
    CompiledTariff,
    Component,
    Figure,
    Offer,
    Restriction,
)
from hub.money.taxes import Taxes, TaxIncluded
from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.types import parse_datetime

MAX_ELEMENTS = 1000
MAX_COMPONENTS = 2000
MAX_VAT_RATES = 32
CACHED_TARIFFS = 4096
SCHEMA = "T-SCHEMA"
TOO_LARGE = "T-TOO-LARGE"


class TariffRefused(ValueError):
    """A tariff that cannot be priced; `findings` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f"{one.pointer or 'the tariff'} {one.message}" for one in findings))
        self.findings = findings


def compile_tariff(value: Any) -> CompiledTariff:
    """Compile a parsed Tariff (numbers as hub.wire.json_text reads them), or one in bytes; raises TariffRefused.

    The same content is compiled once: the last CACHED_TARIFFS are kept, refusals too.
    """
    if isinstance(value, bytes):
        try:
            value = json_text.loads(value)
        except BrokenJson as broken:
            raise TariffRefused(error(SCHEMA, "", str(broken))) from None
    found = _CACHE.get(value, _compile_or_refuse)
    if isinstance(found, TariffRefused):
        raise TariffRefused(*found.findings)
    return found


def _compile_or_refuse(value: Any) -> CompiledTariff | TariffRefused:
    try:
        return _compile(value)
    except TariffRefused as refused:
        return refused


_CACHE: ContentCache[CompiledTariff | TariffRefused] = ContentCache(CACHED_TARIFFS)


def _compile(value: Any) -> CompiledTariff:
    if not isinstance(value, dict):
        raise TariffRefused(error(SCHEMA, "", "should be an object"))
    elements = _elements(value)
    taxes = _taxes(value, elements)
    problems: list[Finding] = []
    restrictions, phases, components = [], [], []
    for index, element in enumerate(elements):
        limits = element.get("restrictions") or {}
        pointer = f"/elements/{index}"
        with_tests, phase = _restrictions(limits, f"{pointer}/restrictions")
        restrictions.append(with_tests)
        phases.append(phase)
        components.append(tuple(_components(index, element, taxes, problems)))
    offers = _offers(components, restrictions, phases)
    bounds = {name: _bounds(value, name, taxes) for name in ("min_price", "max_price")}
    return CompiledTariff(
        id=_text(value, "id"),
        owner="*".join(filter(None, (_text(value, "country_code").upper(), _text(value, "party_id").upper()))),
        currency=_text(value, "currency").upper() or None,
        type=_text(value, "type") or None,
        valid_from=_instant(value, "start_date_time"),
        valid_until=_instant(value, "end_date_time"),
        unit=taxes.unit,
        elements=tuple(components),
        restrictions=tuple(restrictions),
        phases=tuple(phases),
        offers=offers,
        figures=frozenset(one.figure for tests in restrictions for one in tests),
        thresholds=_thresholds(restrictions),
        min_price=bounds["min_price"],
        max_price=bounds["max_price"],
        gross_known=taxes.gross_known,
        problems=tuple(problems),
        content=_content(value, components, restrictions, phases, taxes),
        size=sum(map(len, offers.values())),
    )


def _elements(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    elements = value.get("elements")
    if not isinstance(elements, list) or not elements:
        raise TariffRefused(error(SCHEMA, "/elements", "should be a list with at least one element"))
    if len(elements) > MAX_ELEMENTS:
        raise TariffRefused(
            error(TOO_LARGE, "/elements", f"has {len(elements)} elements; more than {MAX_ELEMENTS} are not priced")
        )
    written = 0
    for index, element in enumerate(elements):
        pointer = f"/elements/{index}"
        components = element.get("price_components") if isinstance(element, dict) else None
        if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
            raise TariffRefused(error(SCHEMA, f"{pointer}/price_components", "should be a list of objects"))
        if not isinstance(element.get("restrictions") or {}, dict):
            raise TariffRefused(error(SCHEMA, f"{pointer}/restrictions", "should be an object"))
        written += len(components)
    if written > MAX_COMPONENTS:
        words = f"has {written} price components; more than {MAX_COMPONENTS} are not priced"
        raise TariffRefused(error(TOO_LARGE, "/elements", words))
    return elements


def _taxes(value: Mapping[str, Any], elements: list[dict[str, Any]]) -> Taxes:
    """The unit of money in which every price of this tariff, before and after tax, is a whole number."""
    prices: list[Decimal] = []
    rates: set[Decimal] = set()
    for index, element in enumerate(elements):
        for place, component in enumerate(element["price_components"]):
            pointer = f"/elements/{index}/price_components/{place}"
            prices.append(_number(component, "price", pointer))
            if component.get("vat") is not None:
                rates.add(_number(component, "vat", pointer))
    for name in ("min_price", "max_price"):
        prices += [bound for bound in _price(value, name) if bound is not None]
    if len(rates) > MAX_VAT_RATES:
        words = f"has {len(rates)} different VAT rates; more than {MAX_VAT_RATES} are not priced"
        raise TariffRefused(error(TOO_LARGE, "/elements", words))
    if any(rate <= -100 for rate in rates):
        raise TariffRefused(error("T-VAT-RANGE", "/elements", "has a VAT rate of -100 % or less"))
    included = value.get("tax_included")
    if included is not None and included not in tuple(TaxIncluded):
        raise TariffRefused(error(SCHEMA, "/tax_included", "is not YES, NO or N/A"))
    owned = bool(_text(value, "country_code") or _text(value, "party_id"))
    return Taxes.of(prices, rates, TaxIncluded(included) if included else None, names_owner=owned)


def _components(index: int, element: Mapping[str, Any], taxes: Taxes, problems: list[Finding]) -> Iterator[Component]:
    for place, component in enumerate(element["price_components"]):
        pointer = f"/elements/{index}/price_components/{place}"
        dimension = component.get("type")
        if dimension not in DIMENSIONS:
            raise TariffRefused(error(SCHEMA, f"{pointer}/type", f"is not one of {', '.join(sorted(DIMENSIONS))}"))
        price = _number(component, "price", pointer)
        vat = _number(component, "vat", pointer) if component.get("vat") is not None else None
        net, tax = taxes.of_price(price, vat)
        yield Component(
            element=index,
            position=place,
            dimension=dimension,
            price=price,
            vat=None if taxes.included is TaxIncluded.NOT_APPLICABLE else vat,
            step_size=_step_size(component, pointer, problems),
            net=net,
            tax=tax,
            net_known=taxes.net_known(vat),
        )


def _step_size(component: Mapping[str, Any], pointer: str, problems: list[Finding]) -> int:
    if component.get("step_size") is None:
        problems.append(warning(SCHEMA, f"{pointer}/step_size", "is required; read as 1"))
        return 1
    try:
        step_size = read_whole(component["step_size"])
    except ValueError as wrong:
        raise TariffRefused(error(SCHEMA, f"{pointer}/step_size", str(wrong))) from None
    if step_size < 0:
        raise TariffRefused(error(SCHEMA, f"{pointer}/step_size", "is negative"))
    return step_size


def _restrictions(limits: Mapping[str, Any], pointer: str) -> tuple[tuple[Restriction, ...], str]:
    try:
        return read_restrictions(limits), read_phase(limits)
    except WrongField as wrong:
        raise TariffRefused(error(SCHEMA, f"{pointer}/{wrong.field}", str(wrong))) from None


def _offers(
    components: list[tuple[Component, ...]], restrictions: list[tuple[Restriction, ...]], phases: list[str]
) -> dict[tuple[str, str], tuple[Offer, ...]]:
    """An expired reservation is priced by RESERVATION_EXPIRES elements, and where they have no price by RESERVATION ones."""
    offers: dict[tuple[str, str], list[Offer]] = {}
    for phase, sources in ((SESSION, (SESSION,)), (RESERVATION, (RESERVATION,)), (EXPIRED, (EXPIRED, RESERVATION))):
        for source in sources:
            for index, inside in enumerate(components):
                if phases[index] != source:
                    continue
                for component in {one.dimension: one for one in reversed(inside)}.values():
                    offers.setdefault((phase, component.dimension), []).append(Offer(component, restrictions[index]))
    return {key: tuple(found) for key, found in offers.items()}


def _thresholds(restrictions: list[tuple[Restriction, ...]]) -> dict[Figure, frozenset[Decimal | int]]:
    found: dict[Figure, set[Decimal | int]] = {}
    for one in (one for tests in restrictions for one in tests):
        found.setdefault(one.figure, set()).update(bound for bound in (one.low, one.high) if bound is not None)
    return {figure: frozenset(values) for figure, values in found.items()}


def _bounds(value: Mapping[str, Any], name: str, taxes: Taxes) -> Bounds | None:
    net, gross = _price(value, name)
    if net is None and gross is None:
        return None
    return Bounds(*(None if one is None else scaled(one, taxes.unit) for one in (net, gross)))


def _price(value: Mapping[str, Any], name: str) -> tuple[Decimal | None, Decimal | None]:
    """A Price (excl_vat, incl_vat), or the PriceLimit of 2.3.0 (before_taxes, after_taxes)."""
    written = value.get(name)
    if written is None:
        return None, None
    if not isinstance(written, dict):
        raise TariffRefused(error(SCHEMA, f"/{name}", "should be an object"))
    pairs = ("excl_vat", "incl_vat") if "excl_vat" in written else ("before_taxes", "after_taxes")
    net, gross = (_number(written, one, f"/{name}") if written.get(one) is not None else None for one in pairs)
    return net, gross


def _content(
    value: Mapping[str, Any],
    components: list[tuple[Component, ...]],
    restrictions: list[tuple[Restriction, ...]],
    phases: list[str],
    taxes: Taxes,
) -> Any:
    """What decides about prices; equal for two tariffs that charge the same for everything by the same rules."""
    elements = tuple(
        (phase, tuple(map(unspelt, tests)), tuple((one.dimension, one.price, one.vat, one.step_size) for one in inside))
        for phase, tests, inside in zip(phases, restrictions, components, strict=True)
    )
    limits = tuple(_price(value, name) for name in ("min_price", "max_price"))
    return (_text(value, "currency").upper(), taxes.included or TaxIncluded.NO, limits, elements)


def unspelt(restriction: Restriction) -> Restriction:
    """A restriction without its text: `max_kwh 20` and `max_kwh 20.0` are the same."""
    return restriction._replace(text="")


def _number(container: Mapping[str, Any], name: str, pointer: str) -> Decimal:
    try:
        return read_number(container.get(name))
    except ValueError as wrong:
        raise TariffRefused(error(SCHEMA, f"{pointer}/{name}", str(wrong))) from None


def _text(value: Mapping[str, Any], name: str) -> str:
    written = value.get(name)
    return written if isinstance(written, str) else ""


def _instant(value: Mapping[str, Any], name: str) -> Any:
    written = value.get(name)
    if written is None:
        return None
    try:
        return parse_datetime(written if isinstance(written, str) else "")
    except ValueError as wrong:
        raise TariffRefused(error(SCHEMA, f"/{name}", str(wrong))) from None
