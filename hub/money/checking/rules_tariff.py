"""Rules about the tariffs of a CDR. Source: OCPI 2.2.1, mod_cdrs, CDR and ChargingPeriod; mod_tariffs, Tariff."""

from collections.abc import Iterator

from hub.money.checking.examined import Examined
from hub.money.checking.spans import Span
from hub.money.explaining import instant_text
from hub.money.findings import Finding, error, info, warning
from hub.money.notes import Doubt
from hub.money.tariff import CompiledTariff


def time_zone(one: Examined) -> Iterator[Finding]:
    """C-TZ: the tariff looks at the clock, and nobody knows the place's time zone; or it was guessed."""
    if Doubt.TIME_ZONE in one.priced.doubts:
        yield warning("C-TZ", "/cdr_location", "has no time zone, and the tariff looks at the clock")


def reference(one: Examined) -> Iterator[Finding]:
    """C-TARIFF-REF: each tariff_id is among the tariffs, which are valid at the start and in the CDR's currency."""
    for note in one.priced.notes:
        if note.code == "tariff_missing":
            yield error("C-TARIFF-REF", f"/charging_periods/{note.period}/tariff_id", note.text)
        elif note.code == "no_tariff":
            tell = error if one.tariffs or one.published else warning
            yield tell("C-TARIFF-REF", "/tariffs", note.text)
    for tariff in _used(one):
        if not tariff.valid_at(one.facts.start):
            text = f"{tariff.id} is not valid at {instant_text(one.facts.start)}"
            yield error("C-TARIFF-REF", "/tariffs", text)
        if tariff.currency and one.facts.currency and tariff.currency != one.facts.currency:
            text = f"{tariff.id} is in {tariff.currency}, the CDR in {one.facts.currency}"
            yield error("C-TARIFF-REF", "/currency", text)


def drift(one: Examined) -> Iterator[Finding]:
    """C-TARIFF-DRIFT: the tariff in the CDR prices otherwise than the one that was published when the session began."""
    for tariff in one.tariffs:
        published = one.published.get(tariff.id.lower())
        if published is not None and published.content != tariff.content:
            text = f"{tariff.id} is not the tariff that was published: {difference(tariff, published)}"
            yield warning("C-TARIFF-DRIFT", "/tariffs", text)


def spans(one: Examined) -> Iterator[Finding]:
    """C-SPAN: the CPO SHALL start a new period when another price component becomes active."""
    for span in one.spans:
        changed = [segment for segment in span.segments[1:] if segment.component != span.segments[0].component]
        text = f"the price of {span.dimension} changes at {instant_text(changed[0].at, one.priced.zone)}, within the period"
        yield warning("C-SPAN", f"/charging_periods/{span.period}", text, prices=_prices(span))


def unpriced(one: Examined) -> Iterator[Finding]:
    """C-UNPRICED: a quantity that no component prices is free."""
    for at, dimensions in _free(one).items():
        yield info("C-UNPRICED", f"/charging_periods/{at}", f"{' and '.join(dimensions)} has no price")


def difference(tariff: CompiledTariff, published: CompiledTariff) -> str:
    """The first thing that differs, in words."""
    if tariff.currency != published.currency:
        return f"{tariff.currency} instead of {published.currency}"
    if len(tariff.elements) != len(published.elements):
        return f"{len(tariff.elements)} elements instead of {len(published.elements)}"
    for index, (ours, theirs) in enumerate(zip(tariff.elements, published.elements, strict=True)):
        if (
            tariff.restrictions[index] != published.restrictions[index]
            or tariff.phases[index] != published.phases[index]
        ):
            return f"element {index} has other restrictions"
        if [one.dimension for one in ours] != [one.dimension for one in theirs]:
            return f"element {index} has other price components"
        for mine, other in zip(ours, theirs, strict=True):
            for name in ("price", "vat", "step_size"):
                if getattr(mine, name) != getattr(other, name):
                    return (
                        f"{name} of {mine.dimension} in element {index} is {getattr(mine, name)} "
                        f"instead of {getattr(other, name)}"
                    )
    return "min_price, max_price or taxes differ"


def _used(one: Examined) -> list[CompiledTariff]:
    return [*{id(tariff): tariff for tariff in one.priced.tariffs if tariff is not None}.values()]


def _prices(span: Span) -> list[str | None]:
    """The prices that were active, in order; None where the dimension was free."""
    return [None if one.component is None else str(one.component.price) for one in span.segments]


def _free(one: Examined) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for quantity in one.priced.bill.unpriced:
        found.setdefault(quantity.period, []).append(quantity.dimension)
    return found
