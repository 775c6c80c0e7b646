"""The OpenAPI documents: complete, consistent with themselves, and true to the tables they are made from."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

import modules
from hub.admin.app import ROUTES
from hub.openapi import Json, admin_document, ocpi_document
from hub.wire.interface import Interface, Version

OCPI = ocpi_document(modules.ALL, "1.2.3")
ADMIN = admin_document(ROUTES, "1.2.3")
METHODS = {"get", "post", "put", "patch", "delete"}


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item[method]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _leads_somewhere(document: Json, reference: str) -> bool:
    place: Any = document
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return True


@pytest.mark.parametrize("document", [OCPI, ADMIN], ids=["ocpi", "admin"])
def test_an_independent_validator_finds_nothing(document: Json) -> None:
    """Each document is valid OpenAPI 3.1."""
    assert document["openapi"].startswith("3.1.")
    validate(document)


def test_the_independent_validator_does_look() -> None:
    """A document with a response that has no description is refused."""
    broken = deepcopy(ADMIN)
    del broken["paths"]["/status"]["get"]["responses"]["200"]["description"]

    with pytest.raises(OpenAPIValidationError):
        validate(broken)


@pytest.mark.parametrize("document", [OCPI, ADMIN], ids=["ocpi", "admin"])
def test_every_reference_leads_somewhere(document: Json) -> None:
    """No `$ref` points at what the document does not have."""
    broken = {one for one in _references(document) if not _leads_somewhere(document, one)}

    assert broken == set()


@pytest.mark.parametrize("document", [OCPI, ADMIN], ids=["ocpi", "admin"])
def test_operations_have_names_of_their_own(document: Json) -> None:
    """Every operationId is there once."""
    names = [operation["operationId"] for _, _, operation in _operations(document)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("document", [OCPI, ADMIN], ids=["ocpi", "admin"])
def test_parameters_of_a_path_are_those_in_its_braces(document: Json) -> None:
    """Each `{segment}` is declared, required, and nothing else claims to be in the path."""
    for path, item in document["paths"].items():
        declared = [one["name"] for one in item["parameters"] if one.get("in") == "path" and one["required"]]

        assert declared == re.findall(r"{(\w+)}", path)


@pytest.mark.parametrize("document", [OCPI, ADMIN], ids=["ocpi", "admin"])
def test_no_two_paths_differ_in_names_alone(document: Json) -> None:
    """OpenAPI calls templates that differ only in a segment's name identical, and forbids them."""
    shapes = [re.sub(r"{\w+}", "{}", path) for path in document["paths"]]

    assert len(set(shapes)) == len(shapes)


def test_every_row_of_every_module_is_described() -> None:
    """One operation for each row that the hub serves, and the two version endpoints."""
    served = [
        row for one in modules.ALL for row in one.endpoints if one.functional or row.interface is Interface.SENDER
    ]

    assert len(list(_operations(OCPI))) == len(served) + 2


def test_functional_modules_show_routing_headers_and_the_others_do_not() -> None:
    """Routing headers are parameters of functional modules, never of configuration modules."""
    functional = {str(one.identifier) for one in modules.ALL if one.functional}
    for path, _, operation in _operations(OCPI):
        named = any("OCPI-to-party-id" in one for one in _references(OCPI["paths"][path]["parameters"]))

        assert named == (operation["tags"][0] in functional), path


def test_lists_take_paging_parameters_and_answer_with_paging_headers() -> None:
    """GET of locations declares all four paging parameters, and its answer the headers of a page."""
    listed = OCPI["paths"]["/{version}/sender/locations"]["get"]

    assert [one["name"] for one in listed["parameters"]] == ["date_from", "date_to", "offset", "limit"]
    assert {"Link", "X-Total-Count", "X-Limit"} <= set(listed["responses"]["200"]["headers"])


def test_a_required_query_parameter_is_required() -> None:
    """The list of sessions needs a date_from."""
    listed = OCPI["paths"]["/{version}/sender/sessions"]["get"]
    required = {one["name"]: one["required"] for one in listed["parameters"]}

    assert required == {"date_from": True, "date_to": False, "offset": False, "limit": False}


def test_a_patch_needs_last_updated_alone() -> None:
    """The body of a PATCH has all fields of its class, of which only last_updated must be there."""
    path = "/{version}/receiver/tokens/{country_code}/{party_id}/{token_uid}"
    body = OCPI["paths"][path]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    schemas = OCPI["components"]["schemas"]

    assert body == {"$ref": "#/components/schemas/TokenPart"}
    assert schemas["TokenPart"]["required"] == ["last_updated"]
    assert schemas["TokenPart"]["properties"] == schemas["Token"]["properties"]


def test_the_offered_versions_are_in_the_path() -> None:
    """The version segment takes the versions that the hub speaks and no other."""
    version = OCPI["paths"]["/{version}"]["parameters"][0]

    assert version["schema"]["enum"] == [one.value for one in Version]


def test_classes_keep_their_names_in_the_specification() -> None:
    """No schema is named after a Python module because two classes share a name."""
    assert [name for name in OCPI["components"]["schemas"] if "_" in name] == []


def test_every_route_of_the_admin_api_is_described() -> None:
    """One operation for each row, with its summary."""
    described = {(path, method): operation["summary"] for path, method, operation in _operations(ADMIN)}

    assert described == {(row.path, row.method.lower()): row.summary for row in ROUTES}


def test_what_an_admin_route_asks_is_in_the_query_or_the_body() -> None:
    """Fields of the asked class are query parameters of GET and DELETE, and the body of the others."""
    for row in ROUTES:
        operation = ADMIN["paths"][row.path][row.method.lower()]
        if row.method in {"GET", "DELETE"}:
            names = [field.alias or name for name, field in row.asks.model_fields.items()]
            assert [one["name"] for one in operation["parameters"]] == names
        else:
            assert ("requestBody" in operation) == bool(row.asks.model_fields)
