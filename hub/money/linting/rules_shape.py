"""Rules about what is written in a tariff: fields, ids, currency, texts. Source: OCPI 2.2.1, mod_tariffs; types."""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from hub.money.countries import ALPHA_2
from hub.money.currencies import DIGITS
from hub.money.exact import fixed, plain_text, rounded
from hub.money.findings import Finding, error, info, warning
from hub.money.linting.linted import Linted
from hub.money.restrictions import FIELDS
from hub.wire.types import validate
from modules.tariffs.objects import Tariff

_OF_TARIFF = frozenset({*Tariff.model_fields, "tax_included", "preauthorize_amount"})
_OF_ELEMENT = frozenset({"price_components", "restrictions"})
_OF_COMPONENT = frozenset({"type", "price", "vat", "step_size"})
_OF_RESTRICTIONS = frozenset(FIELDS)
_AMOUNT = re.compile(
    r"(?:€|£|\$|EUR|USD|GBP|CHF)\s?(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?)\s?(?:€|£|EUR|euro|USD|GBP|CHF)", re.I
)
_MAX_TEXT = 2000
_SHOWN = 36


def schema(one: Linted) -> Iterator[Finding]:
    """T-SCHEMA: what OCPI's tables demand of a 2.2 or 2.2.1 Tariff and pricing can do without."""
    if "tax_included" in one.value or not one.tariff.owner:
        return
    for problem in validate(Tariff, one.value):
        yield error("T-SCHEMA", problem.pointer, problem.message)


def nulls(one: Linted) -> Iterator[Finding]:
    """T-NULL: null where a field should be left out."""
    for pointer, container, _ in _objects(one.value):
        for name, value in container.items():
            if value is None:
                yield warning("T-NULL", f"{pointer}/{name[:_SHOWN]}", "is null; leave it out")


def unknown(one: Linted) -> Iterator[Finding]:
    """T-UNKNOWN-FIELD: a field that OCPI does not know, which is how a misspelt restriction restricts nothing."""
    for pointer, container, known in _objects(one.value):
        for name in container:
            if name not in known:
                close = get_close_matches(name[:_SHOWN], known, n=1)
                meant = f"; was {close[0]} meant?" if close else ""
                yield warning("T-UNKNOWN-FIELD", f"{pointer}/{name[:_SHOWN]}", f"is no field of OCPI{meant}")


def ids(one: Linted) -> Iterator[Finding]:
    """T-IDS: country and party are what they should be, and who sends the tariff owns it."""
    country, party = one.value.get("country_code"), one.value.get("party_id")
    if country is not None and str(country).upper() not in ALPHA_2:
        yield error("T-IDS", "/country_code", f"is {str(country)[:_SHOWN]!r}, no country of ISO 3166-1")
    if party is not None and re.fullmatch("[A-Za-z0-9]{3}", str(party)) is None:
        yield error("T-IDS", "/party_id", f"is {str(party)[:_SHOWN]!r}, not three letters or digits")
    if one.known.owner is not None and one.tariff.owner != one.known.owner.upper():
        yield error("T-IDS", "/party_id", f"{one.tariff.owner or 'nobody'} is not {one.known.owner}, who sends it")


def currency(one: Linted) -> Iterator[Finding]:
    """T-CURRENCY: a code of ISO 4217, the same for all tariffs of a connector."""
    code = one.tariff.currency
    if code is None or code not in DIGITS:
        yield error("T-CURRENCY", "/currency", f"is {(code or 'missing')[:_SHOWN]}, no currency of ISO 4217")
    for other in one.known.beside:
        written = other.get("currency") if isinstance(other, Mapping) else None
        if isinstance(written, str) and written.upper() != code:
            yield warning(
                "T-CURRENCY", "/currency", f"is {code}; another tariff of the connector is in {written[:_SHOWN]}"
            )
            return


def alt_text(one: Linted) -> Iterator[Finding]:
    """T-ALT-TEXT-ONLY: the text names a price that the elements do not have. SHALL only contain additional information."""
    texts = one.value.get("tariff_alt_text")
    known = _prices(one)
    for at, written in enumerate(texts if isinstance(texts, list) else ()):
        text = written.get("text") if isinstance(written, dict) else None
        for amount in _amounts(text) if isinstance(text, str) else ():
            if amount not in known:
                found = f"names {plain_text(amount)}, which no element has as a price"
                yield info("T-ALT-TEXT-ONLY", f"/tariff_alt_text/{at}/text", found)


def changed(one: Linted) -> Iterator[Finding]:
    """T-CHANGED-IN-PLACE: other prices under the same id, while sessions run that began with the old ones."""
    previous = one.known.previous
    if previous is not None and one.known.sessions_running and previous.content != one.tariff.content:
        text = "has other prices than before, and sessions are running: a new id would leave them theirs"
        yield warning("T-CHANGED-IN-PLACE", "", text)


def _objects(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Collection[str]]]:
    """Each object of a tariff that decides about prices, its pointer and its fields."""
    yield "", value, _OF_TARIFF
    for at, element in enumerate(value["elements"]):
        pointer = f"/elements/{at}"
        yield pointer, element, _OF_ELEMENT
        for place, component in enumerate(element["price_components"]):
            yield f"{pointer}/price_components/{place}", component, _OF_COMPONENT
        if isinstance(element.get("restrictions"), dict):
            yield f"{pointer}/restrictions", element["restrictions"], _OF_RESTRICTIONS


def _prices(one: Linted) -> set[Decimal]:
    """Every price, without and with its tax."""
    found: set[Decimal] = set()
    for _, component in one.components():
        found.add(component.price)
        if component.vat is not None:
            numerator, denominator = (
                Fraction(component.price) * (100 + Fraction(component.vat)) / 100
            ).as_integer_ratio()
            found |= {fixed(rounded(numerator, denominator, digits), digits) for digits in (2, 3)}
    return found


def _amounts(text: str) -> Iterator[Decimal]:
    for before, after in _AMOUNT.findall(text[:_MAX_TEXT]):
        yield Decimal((before or after).replace(",", "."))
