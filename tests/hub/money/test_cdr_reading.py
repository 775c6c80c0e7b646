"""Reading CDRs of four versions into the same facts."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.money.cdr_reading import MAX_PERIODS, CdrUnreadable, CdrVersion, read_facts, version_of
from hub.wire import json_text
from tests import words
from tests.hub.money.sessions import cdr_with, number

EXAMPLES = Path(__file__).parents[2] / "data" / "ocpi-examples"


def example(name: str) -> Any:
    """An example of the specification."""
    return json_text.loads((EXAMPLES / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("2.1.1/cdr.json", CdrVersion.V2_1_1),
        ("2.2.1/cdr_example.json", CdrVersion.V2_2_1),
        ("2.3.0/cdr_example.json", CdrVersion.V2_3_0),
    ],
)
def test_the_examples_of_all_versions_tell_the_same(name: str, version: CdrVersion) -> None:
    """7,103 seconds of charging, whatever the fields are called."""
    cdr = example(name)
    facts = read_facts(cdr)

    assert version_of(cdr) is version
    assert [(period.time_s, period.length_s) for period in facts.periods] == [(7103, 7103)]
    assert (facts.currency, facts.expired) == ("EUR", False)


def test_2_2_is_told_by_its_token() -> None:
    """A CdrToken without an owner."""
    token = words.cdr_token()
    del token["country_code"], token["party_id"]

    assert version_of(words.cdr(cdr_token=token)) is CdrVersion.V2_2
    assert version_of(words.cdr()) is CdrVersion.V2_2_1


def test_a_dimension_that_is_given_twice() -> None:
    """Quantities are added; of two measures the wider one counts; unknown dimensions do not matter."""
    cdr = cdr_with(("2024-01-15T10:00:00Z", {"ENERGY": "1.5"}), end="2024-01-15T11:00:00Z")
    more = {"ENERGY": "2.25", "TIME": "0.5", "MIN_CURRENT": 6, "MAX_CURRENT": 16, "STATE_OF_CHARGE": 80, "FLAT": 1}
    twice = [{"type": kind, "volume": number(volume)} for kind, volume in more.items()]
    cdr["charging_periods"][0]["dimensions"] += [*twice, *twice[1:2], {"type": "MIN_CURRENT", "volume": number(4)}]

    period = read_facts(cdr).periods[0]

    assert (period.energy_kwh, period.time_s) == (Decimal("3.75"), 3600)
    assert [period.min_current_a, period.max_current_a, period.min_power_kw] == [Decimal(4), Decimal(16), None]


@pytest.mark.parametrize(
    ("more", "expired"),
    [
        ({}, True),
        ({"session_id": "S1"}, False),
        ({"session_id": "S1", "cdr_location": {"evse_uid": "#NA"}}, True),
        ({"session_id": "S1", "cdr_location": {"evse_uid": "1", "connector_id": "#NA"}}, True),
    ],
)
def test_the_evidence_of_an_expired_reservation(more: dict[str, Any], expired: bool) -> None:
    """Time reserved and nothing used, and either no session or no EVSE is named."""
    reserved = ("2024-01-15T10:00:00Z", {"RESERVATION_TIME": 1, "ENERGY": 0})
    used = ("2024-01-15T11:00:00Z", {"ENERGY": 1})

    assert read_facts(cdr_with(reserved, end="2024-01-15T11:00:00Z", **more)).expired is expired
    assert not read_facts(cdr_with(reserved, used, end="2024-01-15T12:00:00Z", **more)).expired


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"start_date_time": None}, "/start_date_time"),
        ({"end_date_time": 5}, "/end_date_time"),
        ({"start_date_time": "9999-12-31T23:59:59Z"}, "/start_date_time"),
        ({"start_date_time": "2024-13-01T00:00:00Z"}, "/start_date_time"),
        ({"charging_periods": []}, "/charging_periods"),
        ({"charging_periods": [1]}, "/charging_periods/0/start_date_time"),
        ({"charging_periods": [{}] * (MAX_PERIODS + 1)}, "/charging_periods"),
        ({"charging_periods": [{"start_date_time": "2024-01-01T00:00:00Z"}]}, "/charging_periods/0/dimensions"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(changes: dict[str, Any], pointer: str) -> None:
    """One finding with a JSON pointer."""
    with pytest.raises(CdrUnreadable) as unreadable:
        read_facts(words.cdr(**changes))

    assert (unreadable.value.finding.rule, unreadable.value.finding.pointer) == ("C-SCHEMA", pointer)


@pytest.mark.parametrize(
    ("dimension", "place"),
    [({"type": "ENERGY", "volume": "?"}, "volume"), ({"type": 5, "volume": 1}, "type"), (7, "type")],
)
def test_a_broken_dimension_is_named(dimension: Any, place: str) -> None:
    """Its index is part of the pointer."""
    period = {"start_date_time": "2024-03-01T09:00:00Z", "dimensions": [dimension]}

    with pytest.raises(CdrUnreadable, match=f"/charging_periods/0/dimensions/0/{place}"):
        read_facts(words.cdr(charging_periods=[period]))


def test_a_cdr_is_an_object() -> None:
    """A list is none."""
    with pytest.raises(CdrUnreadable, match="the CDR should be an object"):
        read_facts([])
