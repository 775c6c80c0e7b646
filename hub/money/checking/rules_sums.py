"""Rules about the totals of a CDR. Source: OCPI 2.2.1, mod_cdrs, CDR.

A total may differ from the sum of its parts by what writing each with its decimals can lose, never by more.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hub.money.checking.examined import Examined
from hub.money.checking.figures import KIND_OF, Stated
from hub.money.exact import EXACT, SECONDS_PER_HOUR, digits_of, plain_text, seconds_of
from hub.money.facts import whole_seconds
from hub.money.findings import Finding, error, info

_ZERO = Decimal(0)
_LEAST_DIGITS = 3
"""Wh, or 3.6 s: a total of 20 means 20.000, as JSON writers drop zeros."""


def energy(one: Examined) -> Iterator[Finding]:
    """C-SUM-ENERGY: total_energy is the energy of the periods."""
    stated = one.number("total_energy")
    volumes = [period.energy_kwh for period in one.facts.periods if period.energy_kwh is not None]
    if stated is None:
        return
    if not volumes:
        if stated:
            text = "no period states energy, so the total cannot be verified"
            yield info("C-SUM-ENERGY", "/total_energy", text)
        return
    added = _sum(volumes)
    if abs(EXACT.subtract(stated, added)) > _lost([stated, *volumes]):
        yield error(
            "C-SUM-ENERGY", "/total_energy", f"is {plain_text(stated)}; the periods have {plain_text(added)} kWh"
        )


def time(one: Examined) -> Iterator[Finding]:
    """C-SUM-TIME: total_time is the time from start to end; with or without a reservation that came before."""
    stated = one.number("total_time")
    if stated is None:
        return
    length_s = whole_seconds(one.facts.start, one.facts.end)
    reserved_s = sum(period.reservation_s or 0 for period in one.facts.periods)
    allowed_s = _lost_s(stated)
    if all(abs(seconds_of(stated) - seconds) > allowed_s for seconds in {length_s, length_s - reserved_s}):
        text = f"is {seconds_of(stated)} s; the session lasted {length_s} s"
        yield error("C-SUM-TIME", "/total_time", text)


def parking(one: Examined) -> Iterator[Finding]:
    """C-SUM-PARKING: total_parking_time is the parking of the periods, priced or free."""
    stated = one.number("total_parking_time")
    if stated is None:
        return
    volumes = [period.parking_s for period in one.facts.periods if period.parking_s is not None]
    if abs(seconds_of(stated) - sum(volumes)) > _lost_s(stated) + len(volumes):
        text = f"is {seconds_of(stated)} s; the periods have {sum(volumes)} s"
        yield error("C-SUM-PARKING", "/total_parking_time", text)


def parts(one: Examined) -> Iterator[Finding]:
    """C-PARTS: total_cost is the sum of the parts, where all are given and no limit holds the total."""
    whole, *others = one.stated
    given = {KIND_OF[part.name] for part in others}
    if one.priced.held.by or not given.issuperset(one.priced.kinds) or not others:
        return
    for side in ("excl", "incl"):
        yield from _same_sum(whole, others, side, one.priced.digits)


def negative(one: Examined) -> Iterator[Finding]:
    """C-NEG: nobody is paid for charging, unless the tariff says so."""
    if one.is_credit:
        return
    computed = one.priced.total
    owed = any(amount is not None and amount < 0 for amount in computed)
    for part in one.stated:
        for amount, pointer in zip((part.excl, part.incl), part.pointers, strict=True):
            if amount is not None and amount < 0 and not owed:
                yield error("C-NEG", pointer, f"is {plain_text(amount)}, and this is no Credit CDR")


def _same_sum(whole: Stated, others: Sequence[Stated], side: str, digits: int) -> Iterator[Finding]:
    stated: Decimal | None = getattr(whole, side)
    amounts: list[Decimal | None] = [getattr(part, side) for part in others]
    if stated is None or any(amount is None for amount in amounts):
        return
    given = [amount for amount in amounts if amount is not None]
    added = _sum(given)
    if abs(EXACT.subtract(stated, added)) > _lost([stated, *given], digits):
        pointer = whole.pointers[side == "incl"]
        yield error("C-PARTS", pointer, f"is {plain_text(stated)}; its parts are {plain_text(added)}")


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    added = _ZERO
    for number in numbers:
        added = EXACT.add(added, number)
    return added


def _lost(numbers: Sequence[Decimal], least_digits: int = _LEAST_DIGITS) -> Decimal:
    """What rounding each number to its decimals can lose in all."""
    halves = [Decimal(5).scaleb(-max(digits_of(number), least_digits) - 1, EXACT) for number in numbers]
    return _sum(halves)


def _lost_s(hours: Decimal) -> Decimal:
    """The same for hours, in seconds, and a second for the snap."""
    return EXACT.add(EXACT.multiply(_lost([hours]), SECONDS_PER_HOUR), 1)
