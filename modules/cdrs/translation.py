"""CDRs between OCPI 2.2 and 2.2.1: the token's owner, the location's address, signed data."""

from hub.wire.interface import Json, Translation
from modules.content import elements, text
from modules.translation import cdr_token_to_2_2, cdr_token_to_2_2_1, changing, power_type_to_2_2, without

MAX_SIGNED_LENGTH_2_2 = 512
NOT_AVAILABLE = "#NA"
"""What OCPI writes in a required string field whose value cannot be known."""


def to_2_2(cdr: Json) -> Json:
    """A CDR as 2.2 has it; no price and no volume is touched."""
    cdr = cdr_token_to_2_2(without(cdr, "home_charging_compensation"))
    cdr = changing(cdr, "cdr_location", _location)
    return without(cdr, "signed_data") if _too_long(cdr) else cdr


def _location(location: Json) -> Json:
    location = changing(without(location, "state"), "connector_power_type", power_type_to_2_2)
    if not isinstance(location, dict) or text(location, "postal_code"):
        return location
    return {**location, "postal_code": NOT_AVAILABLE}


def _too_long(cdr: Json) -> bool:
    """2.2 has 512 characters for a signed value; a cut one cannot be verified, so it goes whole."""
    values = elements(cdr, "signed_data", "signed_values")
    written = [text(value, name) or "" for value in values for name in ("plain_data", "signed_data")]
    return any(len(one) > MAX_SIGNED_LENGTH_2_2 for one in written)


TRANSLATION = Translation(to_2_2=to_2_2, to_2_2_1=cdr_token_to_2_2_1)
