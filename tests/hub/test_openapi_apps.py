"""The document of the apps' API: valid, whole, true to its rows, with examples that fit their schemas."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

import modules
from hub.admin.app import ROUTES as ADMIN_ROUTES
from hub.apps.api.app import ROUTES
from hub.openapi import Json, admin_document, ocpi_document
from hub.openapi_apps import apps_document

APPS = apps_document(ROUTES, "1.2.3")
DOCUMENTS = {
    "apps": APPS,
    "admin": admin_document(ADMIN_ROUTES, "1.2.3"),
    "ocpi": ocpi_document(modules.ALL, "1.2.3"),
}
_GET = [row for row in ROUTES if row.method == "GET"]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents_are_openapi(document: Json) -> None:
    """All three pass the specification's own validator."""
    validate(document)


def test_every_row_is_described_with_its_parameters() -> None:
    """One operation for each; what a GET asks is in its query, what a POST asks in its body."""
    for row in ROUTES:
        operation = APPS["paths"][row.path][row.method.lower()]
        asked = list(row.asks.model_fields)
        if row.method == "GET":
            assert [one["name"] for one in operation["parameters"] if one["in"] == "query"] == asked
        else:
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            assert [*body["properties"]] == [*asked, "driver_token"]
        declared = [one["name"] for one in APPS["paths"][row.path]["parameters"] if one.get("in") == "path"]
        assert declared == re.findall(r"{(\w+)}", row.path)


def test_examples_of_answers_fit_their_schemas() -> None:
    """What the document shows is what it promises."""
    shown = 0
    for row in ROUTES:
        content = APPS["paths"][row.path][row.method.lower()]["responses"]["200"]["content"]
        answer: Any = content.get("application/json")
        if answer is None:
            continue
        schema = answer["schema"] | {"components": APPS["components"]}
        assert list(Draft202012Validator(schema).iter_errors(answer["example"])) == []
        shown += 1

    assert shown == len(ROUTES) - 1


@pytest.mark.parametrize("row", _GET, ids=[row.path for row in _GET])
def test_examples_of_parameters_are_taken(row: Any) -> None:
    """The shown question is one that the row reads."""
    assert row.asks.model_validate({name: str(value) for name, value in row.examples.items()}) is not None
