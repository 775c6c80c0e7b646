"""C-SCHEMA: what is missing or misshapen, in the shape of the CDR's own version."""

from pathlib import Path
from typing import Any

import pytest

from hub.money.cdr_reading import version_of
from hub.money.checking.schema import check_schema
from hub.wire import json_text
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import Json, number

EXAMPLES = Path(__file__).parents[3] / "data" / "ocpi-examples"


def told(written: Json) -> list[tuple[str, str]]:
    """Severity and pointer of each finding."""
    return [(str(one.severity), one.pointer) for one in check_schema(written, version_of(written))]


def old(**changes: Any) -> Json:
    """A CDR of 2.1.1."""
    written: Json = {
        "id": "1",
        "start_date_time": "2015-06-29T21:39:09Z",
        "stop_date_time": "2015-06-29T23:37:32Z",
        "auth_id": "DE8ACC12E46L89",
        "auth_method": "WHITELIST",
        "location": {"id": "LOC1"},
        "currency": "EUR",
        "charging_periods": [],
        "total_cost": number(4),
        "total_energy": number("15.342"),
        "total_time": number("1.973"),
        "last_updated": "2015-06-29T22:01:13Z",
    }
    return {name: value for name, value in (written | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"id": "C" * 37}, [("E", "/id")]),
        ({"id": "C" * 39, "credit": True, "credit_reference_id": "C" * 36}, []),
        ({"auth_method": None}, [("E", "/auth_method")]),
        ({"auth_method": "MAGIC"}, [("E", "/auth_method")]),
        ({"currency": "EURO"}, [("E", "/currency")]),
        ({"tariffs": [{"id": "T1"}]}, [("E", "/tariffs/0/country_code")]),
    ],
)
def test_a_cdr_of_2_2_1(changes: Any, expected: Any) -> None:
    """Required fields, types and lengths, down to the embedded tariffs."""
    found = told({name: value for name, value in cdr(**changes).items() if value is not None})

    assert found[: len(expected)] == expected
    assert bool(found) is bool(expected)


def test_a_cdr_of_2_2() -> None:
    """Its token names no owner, and need not."""
    token = {name: value for name, value in cdr()["cdr_token"].items() if name not in ("country_code", "party_id")}

    assert told(cdr(cdr_token=token)) == []
    assert told(cdr(cdr_token={"country_code": "DE"} | token)) == [("E", "/cdr_token/party_id")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"auth_method": None}, [("E", "/auth_method")]),
        ({"location": "LOC1"}, [("E", "/location")]),
        ({"total_cost": None}, [("E", "/total_cost")]),
    ],
)
def test_a_cdr_of_2_1_1(changes: Any, expected: Any) -> None:
    """Another object: stop_date_time, auth_id, location, a number for the cost."""
    assert told(old(**changes)) == expected


def test_a_cdr_of_2_3_0() -> None:
    """before_taxes and taxes; a tariff without tax_included is a warning, as the specification's own example has it."""
    cost = {"before_taxes": number(6), "taxes": [{"name": "VAT", "amount": number("1.26")}]}
    names = ("total_fixed_cost", "total_energy_cost", "total_parking_cost")
    written = cdr(total_cost=cost, **dict.fromkeys(names, cost))

    assert told(written) == [("W", "/tariffs/0/tax_included")]
    assert told(written | {"tariffs": [written["tariffs"][0] | {"tax_included": "NO"}]}) == []


def test_no_more_is_told_than_people_read() -> None:
    """A CDR with very many problems has twenty findings."""
    assert len(told(cdr(tariffs=[{"id": f"T{at}"} for at in range(90)]))) == 20


def test_the_example_of_the_specification_is_in_order() -> None:
    """The example CDR of 2.2.1 has no finding."""
    example = EXAMPLES / "2.2.1" / "cdr_example.json"

    assert told(json_text.loads(example.read_bytes())) == []
