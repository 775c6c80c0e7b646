"""Rules about instants and durations of a CDR. Source: OCPI 2.2.1, mod_cdrs, CDR and ChargingPeriod."""

from collections.abc import Iterator
from datetime import timedelta

from hub.money.checking.examined import Examined
from hub.money.explaining import instant_text
from hub.money.facts import whole_seconds
from hub.money.findings import Finding, error, info, warning

_ROUNDING_S = 1


def time_order(one: Examined) -> Iterator[Finding]:
    """C-TIME-ORDER: the end is not before the start, periods ascend from the start and lie inside."""
    facts = one.facts
    end_name = "end_date_time" if "end_date_time" in one.cdr else "stop_date_time"
    if facts.end < facts.start:
        yield error("C-TIME-ORDER", f"/{end_name}", "is before start_date_time")
    previous = facts.start
    for at, period in enumerate(facts.periods):
        pointer = f"/charging_periods/{at}/start_date_time"
        if at == 0 and period.start != facts.start:
            yield error("C-TIME-ORDER", pointer, f"is not start_date_time {instant_text(facts.start)}")
        elif period.start < previous or (at and period.start == previous):
            yield error("C-TIME-ORDER", pointer, "is not after the start of the period before")
        elif period.start > facts.end:
            yield error("C-TIME-ORDER", pointer, f"is after {end_name}")
        previous = period.start


def time_cover(one: Examined) -> Iterator[Finding]:
    """C-TIME-COVER: charging, parking and reservation of a period are not longer than the period, but for a second each."""
    for at, period in enumerate(one.facts.periods):
        stated = [seconds for seconds in (period.time_s, period.parking_s, period.reservation_s) if seconds]
        if stated and sum(stated) > period.length_s + len(stated) * _ROUNDING_S:
            text = f"states {sum(stated)} s, and lasts {period.length_s} s"
            yield error("C-TIME-COVER", f"/charging_periods/{at}", text)


def age(one: Examined) -> Iterator[Finding]:
    """C-FUTURE, C-AGE and C-LATE: ended in the future, older than agreed, sent later than agreed."""
    limits, now, facts = one.known.limits, one.known.now, one.facts
    if now is not None and facts.end > now:
        yield error("C-FUTURE", "/end_date_time", f"{instant_text(facts.end)} has not come yet")
    if now is not None and limits.max_age_days is not None and now - facts.end > timedelta(days=limits.max_age_days):
        days = (now - facts.end).days
        yield warning("C-AGE", "/end_date_time", f"was {days} days ago; {limits.max_age_days} are agreed")
    received = one.known.received_at
    late = None if received is None else received - facts.end
    if late is not None and limits.max_late_hours is not None and late > timedelta(hours=limits.max_late_hours):
        hours = whole_seconds(facts.end, facts.end + late) // 3600
        yield info(
            "C-LATE", "/end_date_time", f"was {hours} hours before the CDR came; {limits.max_late_hours} are agreed"
        )
