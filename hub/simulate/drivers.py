"""The drivers of a simulated eMSP: their Tokens, the same in each run.

Source: OCPI 2.2.1, mod_tokens, Token object.
"""

import hashlib
from typing import Any

from hub.wire.party import Party

_LAST_UPDATED = "2026-01-01T00:00:00Z"


def tokens_of(party: Party, issuer: str, count: int, *, seed: int = 1) -> list[dict[str, Any]]:
    """Make `count` valid RFID Tokens: uid is 14 hexadecimal digits, as on a card, contract_id an eMA id of `party`."""
    return [_token(party, issuer, number, seed) for number in range(1, count + 1)]


def _token(party: Party, issuer: str, number: int, seed: int) -> dict[str, Any]:
    digest = hashlib.sha256(f"{party}/{seed}/{number}".encode()).hexdigest()
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "uid": digest[:14].upper(),
        "type": "RFID",
        "contract_id": f"{party.country_code}{party.party_id}C{number:08}",
        "visual_number": f"{party.country_code}-{party.party_id}-C{number:08}",
        "issuer": issuer,
        "valid": True,
        "whitelist": "NEVER",
        "language": "en",
        "last_updated": _LAST_UPDATED,
    }
