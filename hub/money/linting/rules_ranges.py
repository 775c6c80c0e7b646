"""Rules about restrictions, validity and limits. Source: OCPI 2.2.1, mod_tariffs, Tariff and TariffRestrictions."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hub.money.exact import read_number
from hub.money.findings import Finding, error, info, warning
from hub.money.linting.linted import Linted
from hub.money.restrictions import FIELDS, WEEKDAYS
from hub.money.tariff import FLAT, SESSION, Bounds

_PAIRS = (
    ("min_kwh", "max_kwh"),
    ("min_current", "max_current"),
    ("min_power", "max_power"),
    ("min_duration", "max_duration"),
)


def ranges(one: Linted) -> Iterator[Finding]:
    """T-RANGE: a range that nothing can be in, so that its element never applies."""
    for pointer, written in one.restrictions():
        for least, most in _PAIRS:
            low, high = _number(written.get(least)), _number(written.get(most))
            if high is not None and high <= 0:
                yield error("T-RANGE", f"{pointer}/{most}", f"is {written[most]}: nothing is below it")
            elif low is not None and high is not None and low >= high:
                yield error("T-RANGE", f"{pointer}/{most}", f"is {written[most]}, not above {least} {written[least]}")
        start, end = written.get("start_date"), written.get("end_date")
        if start and end and end <= start:
            yield error("T-RANGE", f"{pointer}/end_date", f"is {end}, not after start_date {start}")


def same_time(one: Linted) -> Iterator[Finding]:
    """T-SAME-TIME: start_time = end_time, of which OCPI does not say whether it is the whole day or nothing."""
    for pointer, written in one.restrictions():
        start, end = written.get("start_time"), written.get("end_time")
        if start is not None and start == end and start != "00:00":
            text = f"is {end}, as start_time: read as the whole day here, as nothing elsewhere"
            yield warning("T-SAME-TIME", f"{pointer}/end_time", text)


def empty(one: Linted) -> Iterator[Finding]:
    """T-EMPTY-RESTR: restrictions that restrict nothing."""
    for pointer, written in one.restrictions():
        if not any(written.get(name) not in (None, []) for name in FIELDS):
            yield info("T-EMPTY-RESTR", pointer, "restricts nothing; leave it out")


def all_week(one: Linted) -> Iterator[Finding]:
    """T-ALL-WEEK: all seven days, or a day twice."""
    for pointer, written in one.restrictions():
        days = written.get("day_of_week") or []
        if len(set(days)) == len(WEEKDAYS):
            yield info("T-ALL-WEEK", f"{pointer}/day_of_week", "has all seven days; leave it out")
        elif len(days) != len(set(days)):
            yield info("T-ALL-WEEK", f"{pointer}/day_of_week", "has a day twice")


def dates(one: Linted) -> Iterator[Finding]:
    """T-DATES-INSTEAD-OF-VALIDITY: all elements have the same dates, which the tariff's own validity could say."""
    written = dict(one.restrictions())
    found = {(limits.get("start_date"), limits.get("end_date")) for limits in written.values()}
    if len(written) == len(one.tariff.elements) and len(found) == 1 and found != {(None, None)}:
        text = "all have the same dates: start_date_time and end_date_time of the tariff say that"
        yield info("T-DATES-INSTEAD-OF-VALIDITY", "/elements", text)


def validity(one: Linted) -> Iterator[Finding]:
    """T-VALIDITY: it ends before it begins, or it is over and a connector still names it."""
    start, end = one.tariff.valid_from, one.tariff.valid_until
    if start is not None and end is not None and end <= start:
        yield error("T-VALIDITY", "/end_date_time", "is not after start_date_time")
    elif end is not None and one.known.now is not None and one.known.referenced and end <= one.known.now:
        yield warning("T-VALIDITY", "/end_date_time", "is over, and a connector still names the tariff")


def limits(one: Linted) -> Iterator[Finding]:
    """T-LIMITS: min_price above max_price, with tax below without, or a maximum below what starting costs."""
    least, most = one.tariff.min_price or Bounds(None, None), one.tariff.max_price or Bounds(None, None)
    for side, name in (("net", "excl_vat"), ("gross", "incl_vat")):
        low, high = getattr(least, side), getattr(most, side)
        if low is not None and high is not None and low > high:
            yield error("T-LIMITS", f"/min_price/{_spelt(one, name)}", "is above that of max_price, which wins")
    for pointer, bounds in (("/min_price", least), ("/max_price", most)):
        if bounds.net is not None and bounds.gross is not None and bounds.gross < bounds.net:
            yield error("T-LIMITS", pointer, "is less with tax than without")
    fees = [offer.component for offer in one.tariff.offers.get((SESSION, FLAT), ())]
    always = next((fee for fee in fees if not one.tariff.restrictions[fee.element]), None)
    if always is not None and most.net is not None and always is fees[0] and always.net > most.net:
        yield error("T-LIMITS", "/max_price", f"is below the FLAT fee of {always.price}")


def _spelt(one: Linted, name: str) -> str:
    """What the amounts are called in the version of this tariff."""
    old = "before_taxes" not in (one.value.get("min_price") or {})
    return name if old else {"excl_vat": "before_taxes", "incl_vat": "after_taxes"}[name]


def _number(written: Any) -> Decimal | None:
    return None if written is None else read_number(written)
