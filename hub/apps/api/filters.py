"""Conditions as apps write them, as the index asks them."""

from datetime import datetime

from hub.apps import codes
from hub.apps.api.asked import Filters
from hub.apps.api.errors import BadParameter
from hub.apps.wanted import Wanted
from hub.clock import epoch_ms
from hub.wire.party import Party

_MOST_W = 2**31 - 1


def wanted(asked: Filters, now: datetime) -> Wanted:
    """Raises BadParameter for what cannot be at once."""
    if asked.max_kw is not None and asked.max_kw < asked.min_kw:
        raise BadParameter(f"max_kw {asked.max_kw:g} is less than min_kw {asked.min_kw:g}", "max_kw")
    fresh = asked.fresh_within_min
    return Wanted(
        standards=frozenset(map(codes.standard_code, asked.standard)),
        forms=frozenset(map(codes.format_code, asked.connector_format)),
        power_types=frozenset(map(codes.power_type_code, asked.power_type)),
        min_watts=round(asked.min_kw * 1000),
        max_watts=_MOST_W if asked.max_kw is None else round(asked.max_kw * 1000),
        free=asked.free,
        capabilities=codes.capability_bits(asked.capability),
        facilities=codes.facility_bits(asked.facility),
        without_restrictions=codes.restriction_bits(asked.without_parking_restriction),
        operators=frozenset(map(_operator, asked.operator)),
        green=asked.green,
        confirmed_since_ms=0 if fresh is None else epoch_ms(now) - fresh * 60_000,
    )


def _operator(written: str) -> str:
    try:
        return str(Party.parse(written))
    except ValueError as error:
        raise BadParameter(f"operator: {error}", "operator") from None
