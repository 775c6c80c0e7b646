"""From a Tariff of OCPI 2.1.1, 2.2, 2.2.1 or 2.3.0 to its compiled form, or to the findings that forbid to price it.

What cannot be read is refused, never guessed. So is what would be slow to price: the bounds here keep it within milliseconds.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hub.money.components import ElementAt, read_components
from hub.money.content_cache import ContentCache
from hub.money.exact import scaled
from hub.money.findings import Finding
from hub.money.refusal import TOO_LARGE, TariffRefused, instant_in, number_in, refuse, text_in
from hub.money.restrictions import WrongField, read_phase, read_restrictions
from hub.money.tariff import (
    CALENDAR,
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

MAX_BYTES = 512 * 1024
MAX_ELEMENTS = 1000
MAX_COMPONENTS = 2000
MAX_VAT_RATES = 32
CACHED_TARIFFS = 4096


def compile_tariff(value: Any) -> CompiledTariff:
    """Compile a parsed Tariff (numbers as hub.wire.json_text reads them), or one in bytes; raises TariffRefused.

    The same content is compiled once: the last CACHED_TARIFFS are kept, refusals too.
    """
    if isinstance(value, bytes):
        if len(value) > MAX_BYTES:
            refuse("", f"has {len(value)} bytes; more than {MAX_BYTES} are not priced", TOO_LARGE)
        try:
            value = json_text.loads(value)
        except BrokenJson as broken:
            refuse("", str(broken))
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
        refuse("", "should be an object")
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
        told = {"tariff": text_in(value, "id"), "element": index, "restrictions": [one.text for one in with_tests]}
        place = ElementAt(index, phase, told)
        components.append(tuple(read_components(element, place, taxes, problems)))
    figures = frozenset(one.figure for tests in restrictions for one in tests)
    offers = _offers(components, restrictions, phases)
    bounds = {name: _bounds(value, name, taxes) for name in ("min_price", "max_price")}
    return CompiledTariff(
        id=text_in(value, "id"),
        owner="*".join(filter(None, (text_in(value, "country_code").upper(), text_in(value, "party_id").upper()))),
        currency=text_in(value, "currency").upper() or None,
        type=text_in(value, "type") or None,
        valid_from=instant_in(value, "start_date_time"),
        valid_until=instant_in(value, "end_date_time"),
        unit=taxes.unit,
        elements=tuple(components),
        restrictions=tuple(restrictions),
        phases=tuple(phases),
        offers=offers,
        figures=figures,
        needs_zone=not CALENDAR.isdisjoint(figures),
        thresholds=_thresholds(restrictions),
        min_price=bounds["min_price"],
        max_price=bounds["max_price"],
        net_known=all(component.net_known for inside in components for component in inside),
        gross_known=taxes.gross_known,
        problems=tuple(problems),
        content=_content(value, components, restrictions, phases, taxes),
        size=sum(map(len, offers.values())),
    )


def _elements(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    elements = value.get("elements")
    if not isinstance(elements, list) or not elements:
        refuse("/elements", "should be a list with at least one element")
    if len(elements) > MAX_ELEMENTS:
        words = f"has {len(elements)} elements; more than {MAX_ELEMENTS} are not priced"
        refuse("/elements", words, TOO_LARGE)
    written = 0
    for index, element in enumerate(elements):
        pointer = f"/elements/{index}"
        components = element.get("price_components") if isinstance(element, dict) else None
        if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
            refuse(f"{pointer}/price_components", "should be a list of objects")
        if not isinstance(element.get("restrictions") or {}, dict):
            refuse(f"{pointer}/restrictions", "should be an object")
        written += len(components)
    if written > MAX_COMPONENTS:
        words = f"has {written} price components; more than {MAX_COMPONENTS} are not priced"
        refuse("/elements", words, TOO_LARGE)
    return elements


def _taxes(value: Mapping[str, Any], elements: list[dict[str, Any]]) -> Taxes:
    """The unit of money in which every price of this tariff, before and after tax, is a whole number."""
    prices: list[Decimal] = []
    rates: set[Decimal] = set()
    for index, element in enumerate(elements):
        for place, component in enumerate(element["price_components"]):
            pointer = f"/elements/{index}/price_components/{place}"
            prices.append(number_in(component, "price", pointer))
            if component.get("vat") is not None:
                rates.add(number_in(component, "vat", pointer))
    for name in ("min_price", "max_price"):
        prices += [bound for bound in _price(value, name) if bound is not None]
    if len(rates) > MAX_VAT_RATES:
        words = f"has {len(rates)} different VAT rates; more than {MAX_VAT_RATES} are not priced"
        refuse("/elements", words, TOO_LARGE)
    if any(rate <= -100 for rate in rates):
        refuse("/elements", "has a VAT rate of -100 % or less", "T-VAT-RANGE")
    included = value.get("tax_included")
    if included is not None and included not in tuple(TaxIncluded):
        refuse("/tax_included", "is not YES, NO or N/A")
    owned = bool(text_in(value, "country_code") or text_in(value, "party_id"))
    return Taxes.of(prices, rates, TaxIncluded(included) if included else None, names_owner=owned)


def _restrictions(limits: Mapping[str, Any], pointer: str) -> tuple[tuple[Restriction, ...], str]:
    try:
        return read_restrictions(limits), read_phase(limits)
    except WrongField as wrong:
        refuse(f"{pointer}/{wrong.field}", str(wrong))


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
        refuse(f"/{name}", "should be an object")
    pairs = ("excl_vat", "incl_vat") if "excl_vat" in written else ("before_taxes", "after_taxes")
    net, gross = (number_in(written, one, f"/{name}") if written.get(one) is not None else None for one in pairs)
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
    return (text_in(value, "currency").upper(), taxes.included or TaxIncluded.NO, limits, elements)


def unspelt(restriction: Restriction) -> Restriction:
    """A restriction without its text: `max_kwh 20` and `max_kwh 20.0` are the same."""
    return restriction._replace(text="")
