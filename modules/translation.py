"""Steps between OCPI 2.2 and 2.2.1 that several chapters take; each returns its argument itself when nothing changes.

Source: OCPI 2.2.1, changelog, changes between 2.2 and 2.2.1.
"""

from collections.abc import Callable

from hub.wire.interface import Json
from hub.wire.party import Party
from modules.content import text

POWER_TYPES_2_2 = {"AC_2_PHASE": "AC_1_PHASE", "AC_2_PHASE_SPLIT": "AC_1_PHASE"}
"""2.2 knows no two phases: the lesser it knows promises the driver no power that is not there."""


def unchanged_for(value: Json, emsp: Party | None) -> Json:  # noqa: ARG001 (the signature of to_2_2_1)
    """The way up for a body that needs nothing filled in."""
    return value


def without(value: Json, *names: str) -> Json:
    """An object without the members `names`."""
    if not isinstance(value, dict) or not any(name in value for name in names):
        return value
    return {name: member for name, member in value.items() if name not in names}


def changing(value: Json, name: str, step: Callable[[Json], Json]) -> Json:
    """An object whose member `name`, if it has one, went through `step`."""
    if not isinstance(value, dict) or name not in value:
        return value
    changed = step(value[name])
    return value if changed is value[name] else {**value, name: changed}


def each(values: Json, step: Callable[[Json], Json]) -> Json:
    """A list whose elements went through `step`; an element that became None is left out."""
    if not isinstance(values, list):
        return values
    changed = [step(value) for value in values]
    if all(new is old for new, old in zip(changed, values, strict=True)):
        return values
    return [value for value in changed if value is not None]


def power_type_to_2_2(power_type: Json) -> Json:
    """A PowerType that 2.2 has."""
    return POWER_TYPES_2_2.get(power_type, power_type) if isinstance(power_type, str) else power_type


def cdr_token_to_2_2(holder: Json) -> Json:
    """A Session or CDR whose `cdr_token` names no owner: 2.2 has no such fields."""
    return changing(holder, "cdr_token", lambda token: without(token, "country_code", "party_id"))


def cdr_token_to_2_2_1(holder: Json, emsp: Party | None) -> Json:
    """A Session or CDR whose `cdr_token` names its owner: `emsp`, unless it names one already."""
    return holder if emsp is None else changing(holder, "cdr_token", lambda token: _owned(token, emsp))


def _owned(token: Json, emsp: Party) -> Json:
    if not isinstance(token, dict) or (text(token, "country_code") and text(token, "party_id")):
        return token
    return {**token, "country_code": emsp.country_code, "party_id": emsp.party_id}
