"""Answers as the OpenAPI document shows them."""

from typing import Any

Json = dict[str, Any]

_COUNTS: Json = {"available": 1, "occupied": 1, "reserved": 0, "blocked": 0, "out_of_order": 0, "unknown": 0}
_PRICE: Json = {"tariff_id": "T1", "currency": "EUR", "excl": "10.00", "incl": "12.00", "notes": []}
_EVSE: Json = {
    "uid": "3256",
    "evse_id": "FR*PDR*E3256",
    "status": "AVAILABLE",
    "received_at": "2026-11-24T17:58:03Z",
    "changed_at": "2026-11-24T16:12:40Z",
    "confirmed_at": "2026-11-24T17:58:03Z",
    "age_s": 117,
    "confidence": "live",
    "evidence": ["status received 1 min ago"],
    "matches": True,
    "connectors": [
        {
            "id": "1",
            "standard": "IEC_62196_T2_COMBO",
            "format": "CABLE",
            "power_type": "DC",
            "max_voltage": 400,
            "max_amperage": 125,
            "max_kw": 50.0,
            "tariff_ids": ["T1"],
            "price": _PRICE,
        }
    ],
}
LOCATION: Json = {
    "country_code": "FR",
    "party_id": "PDR",
    "id": "FRPDRP1",
    "publish": True,
    "name": "Marché",
    "address": "1 rue du Marché",
    "city": "Paris",
    "country": "FRA",
    "coordinates": {"latitude": "48.8531", "longitude": "2.3495"},
    "time_zone": "Europe/Paris",
    "evses": [_EVSE],
    "counts": _COUNTS,
    "seq": "7599800000000000001",
}
PAGE: Json = {
    "locations": [{name: value for name, value in LOCATION.items() if name != "seq"} | {"distance_m": 340.2}],
    "next": None,
    "seq": "7599800000000000001",
}
CLUSTERS: Json = {
    "clusters": [
        {
            "latitude": 48.8531,
            "longitude": 2.3495,
            "locations": 12,
            "counts": _COUNTS | {"available": 30},
            "location": None,
        }
    ],
    "seq": "7599800000000000001",
}
QUOTE: Json = {
    "location": "FR/PDR/FRPDRP1",
    "kwh": "20",
    "minutes": 30,
    "start": "2026-11-24T18:00:00Z",
    "prices": [{"evse_uid": "3256", "connector_id": "1", "standard": "IEC_62196_T2_COMBO", "price": _PRICE}],
}
CHANGES: Json = {
    "changes": [
        {
            "seq": "7599800000000000002",
            "kind": "status",
            "location": {"country_code": "FR", "party_id": "PDR", "id": "FRPDRP1"},
            "evses": [
                {
                    "uid": "3256",
                    "before": "AVAILABLE",
                    "current": True,
                    "status": "CHARGING",
                    "received_at": "2026-11-24T18:01:00Z",
                    "changed_at": "2026-11-24T18:01:00Z",
                    "confirmed_at": "2026-11-24T18:01:00Z",
                    "age_s": 0,
                    "confidence": "live",
                    "evidence": ["status received 0 s ago"],
                }
            ],
        }
    ],
    "seq": "7599800000000000002",
    "more": False,
}
