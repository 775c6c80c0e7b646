"""OpenAPI 3.1 documents of what this hub serves, made from tables: the modules' rows and the admin API's rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from hub.admin.errors import AdminError
from hub.admin.table import AdminRoute
from hub.wire import headers
from hub.wire.interface import Endpoint, Interface, Module, ResponseUrl, Routing, Version
from hub.wire.paging import LIMIT, LINK, TOTAL
from modules.versions.objects import VersionDetails, VersionInfo

Json = dict[str, Any]

_OCPI_REFUSALS = {
    "400": "The request is broken.",
    "401": "No credentials token that this hub issued.",
    "404": "There is no such resource for the caller.",
    "405": "The resource has other methods.",
    "408": "The body did not arrive in time.",
    "409": "The X-Request-ID is that of another request, with another body, within the last minutes.",
    "413": "The body is too large.",
    "429": "More than this hub takes from one platform or, without a good token, from one address; Retry-After says when again.",
    "500": "A fault of this hub's own.",
}
_ADMIN_REFUSALS = {
    str(kind.http_status): (kind.__doc__ or "").partition(": ")[2]
    for kind in sorted(AdminError.__subclasses__(), key=lambda kind: kind.http_status)
}
"""What their docstrings say after the number."""
_RECEIVERS_REFUSAL = {"4XX": "The receiver's own refusal, passed on."}

_SCHEMAS = "#/components/schemas/"
_IDS = (headers.REQUEST_ID, headers.CORRELATION_ID)
_ROUTING = (headers.TO_COUNTRY, headers.TO_PARTY, headers.FROM_COUNTRY, headers.FROM_PARTY)
_PAGING = (LINK, TOTAL, LIMIT)
_QUERY: Mapping[str, Json] = {
    "date_from": {"type": "string", "format": "date-time", "description": "Updated at this time or later."},
    "date_to": {"type": "string", "format": "date-time", "description": "Updated before this time."},
    "offset": {"type": "integer", "minimum": 0, "default": 0},
    "limit": {"type": "integer", "minimum": 1},
    "duration": {"type": "integer", "minimum": 0, "description": "Seconds."},
    "response_url": {"type": "string", "format": "uri", "maxLength": 255, "description": "Where the result goes."},
}
_WAYS = {
    Routing.LIST: "TO = this hub: everyone's (GET All). TO = a party: that party's list.",
    Routing.PUSH: "TO = this hub, or no TO: Broadcast Push. TO = a party: to that party.",
    Routing.PRIVATE: "TO = a party. Without TO the hub finds the party by the content, where it can.",
    Routing.CALLBACK: "An address that this hub gave out: it alone says where to.",
}


def ocpi_document(modules: Sequence[Module], software_version: str) -> Json:
    """What partners call. The rows hold for every OCPI version; where 2.2 differs, the hub translates."""
    versions = _operation("get_versions", "versions", _IDS, reply=VersionInfo, many=True)
    details = _operation("get_version_details", "versions", _IDS, reply=VersionDetails)
    paths = {
        "/versions": {"parameters": parameters("/versions", _IDS), "get": versions},
        "/{version}": {"parameters": parameters("/{version}", _IDS), "get": details},
    }
    for module in modules:
        for path, rows in _by_path(module).items():
            operations = {row.method.lower(): _row(module, row) for row in rows}
            paths[path] = {"parameters": parameters(path, _headers(module)), **operations}
    rows = [row for module in modules for row in module.endpoints]
    kinds = [kind for row in rows for kind in (row.body, row.reply)]
    parts = [row.body for row in rows if row.method == "PATCH" and row.body]
    components = {
        "schemas": schemas_of([VersionInfo, VersionDetails, *kinds], parts) | {"Envelope": _ENVELOPE},
        "headers": {name: {"schema": {"type": "string"}} for name in (*_IDS, *_ROUTING, *_PAGING)},
        "parameters": {name: parameter(name, "header", {"type": "string"}) for name in (*_IDS, *_ROUTING)},
        "responses": {"Refusal": answer("Refused, in an envelope.", named("Envelope"))},
        "securitySchemes": {"CredentialsToken": _CREDENTIALS_TOKEN},
    }
    return document("ocpi-hub: OCPI", software_version, "/ocpi", paths, components)


def admin_document(routes: Iterable[AdminRoute[Any]], software_version: str) -> Json:
    """What operators call."""
    rows = list(routes)
    schemas = schemas_of([row.asks for row in rows], [])
    in_body = {row.asks.__name__ for row in rows if _has_body(row)}
    in_query = {row.asks.__name__ for row in rows} - in_body
    paths: dict[str, Json] = {}
    for row in rows:
        operation = _admin_row(row)
        asked = schemas[row.asks.__name__]
        required = asked.get("required", [])
        if _has_body(row):
            operation["requestBody"] = content(named(row.asks.__name__)) | {"required": bool(required)}
        else:
            operation["parameters"] = [
                parameter(name, "query", schema, name in required) for name, schema in asked["properties"].items()
            ]
        paths.setdefault(row.path, {"parameters": parameters(row.path, ())})[row.method.lower()] = operation
    components = {
        "schemas": {name: one for name, one in schemas.items() if name not in in_query} | {"Refusal": _REFUSAL},
        "responses": {"Refusal": answer("Refused: `error` says why.", named("Refusal"))},
        "securitySchemes": {"AdminToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    }
    return document("ocpi-hub: administration", software_version, "/admin/v1", paths, components)


def at(made: Json, public_url: str) -> Json:
    """The document of a hub that is at this address."""
    (server,) = made["servers"]
    return made | {"servers": [{"url": server["url"].replace("{public_url}", public_url.rstrip("/"))}]}


def document(title: str, software_version: str, prefix: str, paths: Json, components: Json) -> Json:
    """A whole document; every operation needs one of its security schemes."""
    licence = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    server = {"url": "{public_url}" + prefix, "variables": {"public_url": {"default": "http://127.0.0.1:8000"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": software_version, "license": licence},
        "servers": [server],
        "security": [{scheme: []} for scheme in components["securitySchemes"]],
        "paths": paths,
        "components": components,
    }


def _by_path(module: Module) -> dict[str, list[Endpoint]]:
    """The rows of each path; two that differ in a segment's name alone are one path, whose segment has both names."""
    shapes: dict[tuple[object, ...], list[Endpoint]] = {}
    for row in module.endpoints:
        if module.functional or row.interface is Interface.SENDER:
            shape = tuple(part if part.startswith("=") else None for part in row.path)
            shapes.setdefault((row.interface, *shape), []).append(row)
    return {_path(module, rows): rows for rows in shapes.values()}


def _path(module: Module, rows: Sequence[Endpoint]) -> str:
    side = f"/{rows[0].interface.lower()}" if module.functional else ""
    segments = [_segment(list(dict.fromkeys(names))) for names in zip(*(row.path for row in rows), strict=True)]
    return "/".join([f"/{{version}}{side}/{module.identifier}", *segments])


def _segment(names: list[str]) -> str:
    return names[0].removeprefix("=") if names[0].startswith("=") else "{" + "_or_".join(names) + "}"


def _headers(module: Module) -> tuple[str, ...]:
    return (*_IDS, *_ROUTING) if module.functional else _IDS


def _row(module: Module, row: Endpoint) -> Json:
    name = "_".join([row.method.lower(), row.interface.lower(), module.identifier, *plain(row.path)])
    operation = _operation(
        name, str(module.identifier), _headers(module), reply=row.reply, many=row.routing is Routing.LIST
    )
    asked = [(name, True) for name in row.required_query] + [(name, False) for name in row.optional_query]
    if asked:
        operation["parameters"] = [
            parameter(name, "query", _QUERY.get(name, {"type": "string"}), required) for name, required in asked
        ]
    if module.functional:
        operation["description"] = _WAYS[row.routing]
        operation["responses"] |= refusals(_RECEIVERS_REFUSAL)
    if row.response_url is ResponseUrl.BODY:
        operation["description"] += " The receiver sees a `response_url` of this hub."
    if row.body:
        schema = named(f"{row.body.__name__}Part" if row.method == "PATCH" else row.body.__name__)
        operation["requestBody"] = content(schema) | {"required": row.body_required}
    if row.routing is Routing.LIST:
        operation["responses"]["200"]["headers"] |= {one: _header(one) for one in _PAGING}
    if row.location_header:
        operation["responses"]["200"]["headers"]["Location"] = {"schema": {"type": "string", "format": "uri"}}
    return operation


def _operation(
    name: str, tag: str, sent: Iterable[str], *, reply: type[BaseModel] | type[str] | None, many: bool = False
) -> Json:
    schema = named("Envelope")
    if reply:
        one = named(reply.__name__) if issubclass(reply, BaseModel) else TypeAdapter(reply).json_schema()
        data = {"type": "array", "items": one} if many else one
        schema = {"allOf": [schema, {"type": "object", "properties": {"data": data}}]}
    done = answer("Done or refused: `status_code` says which.", schema)
    done["headers"] = {header: _header(header) for header in sent}
    return {"operationId": name, "tags": [tag], "responses": {"200": done, **refusals(_OCPI_REFUSALS)}}


def _has_body(row: AdminRoute[Any]) -> bool:
    return row.method not in {"GET", "DELETE"} and bool(row.asks.model_fields)


def _admin_row(row: AdminRoute[Any]) -> Json:
    segments = row.path.strip("/").split("/")
    return {
        "operationId": "_".join([row.method.lower(), *plain(segments)]),
        "tags": [segments[0]],
        "summary": row.summary,
        "responses": {str(row.http_status): _done(row), **refusals(_ADMIN_REFUSALS)},
    }


def _done(row: AdminRoute[Any]) -> Json:
    kind = row.text or ("application/x-ndjson" if row.streams else "application/json")
    return {"description": "Done.", "content": {kind: {"schema": {}}}}


def refusals(words: Mapping[str, str]) -> Json:
    """The responses for these statuses: `Refusal` with words of its own."""
    return {status: {**_REFUSED, "description": said} for status, said in words.items()}


def parameters(path: str, names: Iterable[str]) -> list[Json]:
    """Of the segments in braces, and of headers by name."""
    in_path = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    written = [parameter(name, "path", _VERSION if name == "version" else {"type": "string"}, True) for name in in_path]
    return [*written, *({"$ref": f"#/components/parameters/{name}"} for name in names)]


def parameter(name: str, place: str, schema: Json, required: bool = False) -> Json:
    """One in the query, a path or a header."""
    return {"name": name, "in": place, "required": required, "schema": schema}


def plain(segments: Iterable[str]) -> list[str]:
    """Segments without their braces."""
    return [segment.strip("={}") for segment in segments]


def named(schema: str) -> Json:
    """A reference to a schema."""
    return {"$ref": f"{_SCHEMAS}{schema}"}


def _header(name: str) -> Json:
    return {"$ref": f"#/components/headers/{name}"}


def content(schema: Json) -> Json:
    """JSON of a schema."""
    return {"content": {"application/json": {"schema": schema}}}


def answer(description: str, schema: Json) -> Json:
    """A response with JSON of a schema."""
    return {"description": description, **content(schema)}


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (the signature that pydantic calls)
        return False


def schemas_of(kinds: Iterable[object], parts: Iterable[type[BaseModel]]) -> Json:
    """Schemas by class name; of a part of an object only `last_updated` is required."""
    models = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)}
    _, defined = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template=_SCHEMAS + "{model}",
        schema_generator=_Untitled,
    )
    schemas: Json = defined.get("$defs", {})
    changes = {f"{part.__name__}Part": {**schemas[part.__name__], "required": ["last_updated"]} for part in parts}
    return dict(sorted((schemas | changes).items()))


_REFUSED: Json = {"$ref": "#/components/responses/Refusal"}
_VERSION: Json = {"type": "string", "enum": [version.value for version in Version]}
_CREDENTIALS_TOKEN: Json = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "`Token`, a space and the credentials token in Base64.",
}
_ENVELOPE: Json = {
    "type": "object",
    "required": ["status_code", "timestamp"],
    "properties": {
        "data": {},
        "status_code": {"type": "integer", "minimum": 1000, "maximum": 4999},
        "status_message": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    },
}
_WORD: Json = {"type": "string"}
_REFUSAL: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {"code": _WORD, "message": _WORD, "hint": _WORD},
        }
    },
}
