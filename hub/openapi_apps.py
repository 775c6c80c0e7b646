"""The OpenAPI 3.1 document of the apps' API, made from its rows; what answers look like is written here, with examples."""

from collections.abc import Iterable
from typing import Any

from hub.apps import codes
from hub.apps.api.app import PREFIX
from hub.apps.api.errors import AppError
from hub.apps.api.reading import DRIVER_TOKEN
from hub.apps.api.stream import LAST_EVENT_ID
from hub.apps.api.table import AppRoute
from hub.apps.truth import Confidence
from hub.openapi import Json, answer, content, document, named, parameter, parameters, plain, refusals, schemas_of

_REFUSALS = {
    str(kind.http_status): (kind.__doc__ or "").partition(": ")[2]
    for kind in sorted(AppError.__subclasses__(), key=lambda kind: kind.http_status)
}
_WORD: Json = {"type": "string"}
_TIME: Json = {"type": "string", "format": "date-time"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_SEQ: Json = {
    "type": "string",
    "pattern": "^[0-9]+$",
    "description": "Grows with every change; text, for it has 63 bits.",
}
_TOKEN: Json = {
    "type": "string",
    "pattern": "^[A-Z_]+/.+$",
    "description": "TYPE/UID of a driver's Token that the eMSP published: shows locations that are for it alone.",
}


def _object(required: Iterable[str], **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _maybe(of: Json) -> Json:
    return {"anyOf": [of, {"type": "null"}]}


_TRUTH: Json = {
    "status": {"type": "string", "enum": [str(one) for one in codes.STATUSES]},
    "received_at": _TIME | {"description": "When its operator last said something of this EVSE, by the hub's clock."},
    "changed_at": _TIME | {"description": "When the status became this one."},
    "confirmed_at": _TIME | {"description": "When anything last agreed with it."},
    "age_s": _COUNT | {"description": "Seconds since confirmed_at."},
    "confidence": {"type": "string", "enum": [str(one) for one in Confidence]},
    "evidence": _list(_WORD),
}
_PRICE: Json = _object(
    ("tariff_id", "currency", "excl", "incl", "notes"),
    tariff_id=_maybe(_WORD),
    currency=_maybe(_WORD),
    excl=_maybe(_WORD),
    incl=_maybe(_WORD),
    notes=_list(_WORD),
)
_SCHEMAS: Json = {
    "Counts": _object(codes.GROUP_NAMES, **dict.fromkeys(codes.GROUP_NAMES, _COUNT)),
    "Price": _PRICE,
    "ShownConnector": _object(("id", "max_kw"), id=_WORD, max_kw={"type": "number"}, price=named("Price")),
    "ShownEVSE": _object(
        ("uid", *_TRUTH, "matches", "connectors"),
        uid=_WORD,
        **_TRUTH,
        matches={"type": "boolean", "description": "It is one that the search found."},
        connectors=_list(named("ShownConnector")),
    ),
    "ShownLocation": _object(
        ("country_code", "party_id", "id", "coordinates", "evses", "counts"),
        country_code=_WORD,
        party_id=_WORD,
        id=_WORD,
        coordinates=_object(("latitude", "longitude"), latitude=_WORD, longitude=_WORD),
        evses=_list(named("ShownEVSE")),
        counts=named("Counts"),
        distance_m={"type": "number"},
        seq=_SEQ,
    )
    | {
        "description": "A Location of OCPI 2.2.1 without last_updated and publish_allowed_to, and with what the hub knows."
    },
    "LocationPage": _object(
        ("locations", "next", "seq"), locations=_list(named("ShownLocation")), next=_maybe(_WORD), seq=_SEQ
    ),
    "Clusters": _object(
        ("clusters", "seq"),
        clusters=_list(
            _object(
                ("latitude", "longitude", "locations", "counts", "location"),
                latitude={"type": "number"},
                longitude={"type": "number"},
                locations=_COUNT,
                counts=named("Counts"),
                location=_maybe(_WORD),
            )
        ),
        seq=_SEQ,
    ),
    "Quotes": _object(
        ("location", "kwh", "minutes", "start", "prices"),
        location=_WORD,
        kwh=_WORD,
        minutes=_COUNT,
        start=_TIME,
        prices=_list(
            _object(("evse_uid", "connector_id", "price"), evse_uid=_WORD, connector_id=_WORD, price=named("Price"))
        ),
    ),
    "Changed": _object(
        ("seq", "kind", "location", "evses"),
        seq=_SEQ,
        kind={"type": "string", "enum": ["status", "location", "gone"]},
        location=_object(("country_code", "party_id", "id"), country_code=_WORD, party_id=_WORD, id=_WORD),
        evses=_list(
            _object(
                ("uid", "before", "current", "status", "received_at", "changed_at"),
                uid=_WORD,
                before=_maybe(_WORD),
                current={
                    "type": "boolean",
                    "description": "It still has this status; else only its instants are told.",
                },
                **_TRUTH,
            )
        ),
    ),
    "Changes": _object(("changes", "seq", "more"), changes=_list(named("Changed")), seq=_SEQ, more={"type": "boolean"}),
    "FeatureCollection": _object(
        ("type", "features"), type={"const": "FeatureCollection"}, features=_list({"type": "object"}), seq=_SEQ
    ),
    "Feature": _object(("type", "geometry", "properties"), type={"const": "Feature"}),
    "Refusal": _object(
        ("error",),
        error=_object(("code", "message", "parameter", "hint"), code=_WORD, message=_WORD, parameter=_WORD, hint=_WORD),
    ),
}
_ANSWERS = {
    "/locations": ("LocationPage", "FeatureCollection"),
    "/locations/{country_code}/{party_id}/{location_id}": ("ShownLocation", "Feature"),
    "/clusters": ("Clusters", "FeatureCollection"),
    "/changes": ("Changes", ""),
    "/prices": ("Quotes", ""),
}
"""Path -> what is answered, and as GeoJSON."""
_HEADERS: Json = {
    "ETag": {"schema": _WORD},
    "RateLimit": {"schema": _WORD, "description": "What this app has left: `r` requests, full again in `t` seconds."},
    "RateLimit-Policy": {"schema": _WORD},
}


def apps_document(routes: Iterable[AppRoute[Any]], software_version: str) -> Json:
    """What eMSPs' apps call."""
    rows = list(routes)
    asked = schemas_of([row.asks for row in rows], [])
    in_query = {row.asks.__name__ for row in rows}
    paths: dict[str, Json] = {}
    for row in rows:
        header = {"$ref": f"#/components/parameters/{DRIVER_TOKEN}"}
        item = paths.setdefault(row.path, {"parameters": [*parameters(row.path, ()), header]})
        item[row.method.lower()] = _row(row, asked[row.asks.__name__])
    components = {
        "schemas": {name: one for name, one in asked.items() if name not in in_query} | _SCHEMAS,
        "parameters": {DRIVER_TOKEN: parameter(DRIVER_TOKEN, "header", _TOKEN)},
        "headers": _HEADERS,
        "responses": {"Refusal": answer("Refused: `error` says why, and which parameter.", named("Refusal"))},
        "securitySchemes": {"AppToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    }
    return document("ocpi-hub: apps", software_version, PREFIX, paths, components)


def _row(row: AppRoute[Any], asked: Json) -> Json:
    operation: Json = {
        "operationId": "_".join([row.method.lower(), *plain(row.path.strip("/").split("/"))]),
        "tags": [row.path.split("/")[1]],
        "summary": row.summary,
        "responses": {"200": _done(row), **refusals(_REFUSALS)},
    }
    if row.description:
        operation["description"] = row.description
    required = asked.get("required", [])
    if row.method == "POST":
        body = content(asked | {"properties": asked["properties"] | {"driver_token": _TOKEN}})
        body["content"]["application/json"]["example"] = dict(row.examples)
        operation["requestBody"] = body | {"required": True}
        return operation
    operation["parameters"] = [
        parameter(name, "query", schema, name in required) | _example(row, name)
        for name, schema in asked["properties"].items()
    ]
    if row.stream is None:
        operation["responses"]["304"] = {"description": "Nothing but time has passed since the answer with this ETag."}
    else:
        operation["parameters"].append(parameter(LAST_EVENT_ID, "header", _SEQ))
    return operation


def _example(row: AppRoute[Any], name: str) -> Json:
    return {"example": row.examples[name]} if name in row.examples else {}


def _done(row: AppRoute[Any]) -> Json:
    if row.stream is not None:
        return {
            "description": "Events, until either side ends it.",
            "content": {"text/event-stream": {"schema": _WORD}},
        }
    plain_json, geojson = _ANSWERS[row.path]
    done = answer("Done.", named(plain_json))
    done["content"]["application/json"]["example"] = row.example
    if row.geojson:
        done["content"]["application/geo+json"] = {"schema": named(geojson)}
    done["headers"] = {
        name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS if row.method == "GET" or name != "ETag"
    }
    return done
