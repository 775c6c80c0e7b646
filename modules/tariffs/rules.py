"""What the shape of a Tariff cannot say. Source: OCPI 2.2.1, mod_tariffs."""

from collections.abc import Iterator
from datetime import date

from hub.wire.interface import Call, Json, Problem
from modules.content import numbered, text
from modules.owned import body_fits_path


def check_tariff(call: Call) -> list[Problem]:
    """Rules for a whole Tariff; there is no PATCH."""
    problems = body_fits_path(call, id="tariff_id")
    for pointer, element in numbered(call.body, "elements"):
        problems += [Problem(f"{pointer}{found.pointer}", found.message) for found in _element(element)]
    return problems


def _element(element: Json) -> Iterator[Problem]:
    for name in ("start_date", "end_date"):
        written = text(element, "restrictions", name)
        if written and not _in_the_calendar(written):
            yield Problem(f"/restrictions/{name}", "is not a day of the calendar")
    if text(element, "restrictions", "reservation"):
        for pointer, component in numbered(element, "price_components"):
            if text(component, "type") in ("ENERGY", "PARKING_TIME"):
                yield Problem(f"{pointer}/type", "should be FLAT or TIME, as the element prices reservations")


def _in_the_calendar(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
