"""The classes of OCPI for the contract suite, as JSON Schema: the same as in the OpenAPI document, in a file of their own."""

import json
from typing import Any

from hub.openapi import ocpi_document
from modules import ALL

_THERE, _HERE = "#/components/schemas/", "#/$defs/"


def classes() -> dict[str, Any]:
    """The document: every class under `$defs`."""
    schemas = ocpi_document(ALL, "")["components"]["schemas"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "objects.schema.json",
        "title": "The classes of OCPI 2.2.1; date-time and uri as OCPI has them (see contracts/README.md)",
        "$defs": json.loads(json.dumps(schemas).replace(_THERE, _HERE)),
    }
