"""Rules over a set of CDRs: duplicates, overlaps, and credits with what they credit."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.spool import EntrySpool
from hub.money.checking.ledger import Entry, credit_without_reference, digests, entries_of, judge_entries
from hub.money.findings import Finding
from hub.wire.json_text import NumberText
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import Json, amount, number

AFTERNOON = {"start_date_time": "2024-03-01T13:00:00Z", "end_date_time": "2024-03-01T14:00:00Z"}


def credit(**changes: Any) -> Json:
    """A right Credit CDR of cases.cdr()."""
    negated = {"id": "CDR1-C", "credit": True, "credit_reference_id": "CDR1", "total_cost": amount("-6.00", "-7.26")}
    return cdr(**({"id": "CDR1-C"} | negated | changes))


def original(**changes: Any) -> Json:
    """What it credits."""
    return cdr(**({"id": "CDR1"} | changes))


def check_ledger(cdrs: Iterable[Json]) -> Iterator[Finding]:
    """All rules over a set that fits in memory."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for one in cdrs:
        yield from credit_without_reference(one)
        for entry in entries_of(one):
            groups.setdefault((entry.rule, entry.key), []).append(entry)
    for entries in groups.values():
        yield from judge_entries(entries)


def found(*cdrs: Json) -> list[tuple[str, str]]:
    """Rule and severity of each finding."""
    return sorted((one.rule, str(one.severity)) for one in check_ledger(cdrs))


@pytest.mark.parametrize(
    ("cdrs", "told"),
    [
        ([original()], []),
        ([original(), original()], [("L-DUP", "I")]),
        ([original(), original(total_energy=number(11))], [("L-DUP", "E")]),
        ([original(), original(id="cdr1", total_energy=number(11))], [("L-DUP", "E")]),
        ([original(), original(id="CDR2")], [("L-DUP", "E"), ("L-OVERLAP", "W"), ("L-OVERLAP", "W")]),
        ([original(), original(id="CDR2", session_id="S2", **AFTERNOON)], []),
        ([original(), original(id="CDR2", party_id="CPB", session_id="S2", **AFTERNOON)], []),
    ],
)
def test_duplicates(cdrs: Sequence[Json], told: Any) -> None:
    """The same id with other content, the same session under another id; the same CDR twice is no error."""
    assert found(*cdrs) == told


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (
            {"start_date_time": "2024-03-01T10:00:00Z", "end_date_time": "2024-03-01T11:00:00Z"},
            [("L-OVERLAP", "W")] * 2,
        ),
        ({"start_date_time": "2024-03-01T10:30:00Z", "end_date_time": "2024-03-01T11:00:00Z"}, []),
    ],
)
def test_overlaps(second: Any, told: Any) -> None:
    """Two sessions of one EVSE and one token at the same time; one right after the other is none."""
    assert found(original(), original(id="CDR2", session_id="S2", **second)) == told


def test_another_car_at_another_place_at_the_same_time() -> None:
    """Other EVSE, other token: no overlap."""
    place = original()["cdr_location"] | {"evse_uid": "OTHER"}
    driver = original()["cdr_token"] | {"uid": "OTHER"}

    assert found(original(), original(id="CDR2", session_id="S2", cdr_location=place, cdr_token=driver)) == []


@pytest.mark.parametrize(
    ("cdrs", "told"),
    [
        ([original(), credit()], []),
        ([credit(), original()], []),
        ([original(), credit(), original(id="CDR2")], []),
        ([credit(credit_reference_id=None)], [("L-CREDIT-REF", "E")]),
        ([credit()], [("L-CREDIT-REF", "E")]),
        ([original(party_id="CPB"), credit()], [("L-CREDIT-REF", "E")]),
        ([original(), credit(), credit(id="CDR1-D")], [("L-CREDIT-REF", "E")]),
        ([original(), credit(total_cost=amount("-6.00", "-7.00"))], [("L-CREDIT-SUM", "E")]),
        ([original(), credit(total_energy=number("-10"))], [("L-CREDIT-SUM", "E")]),
        ([original(), credit(remark="a mistake", last_updated="2025-01-01T00:00:00Z")], []),
    ],
)
def test_credits(cdrs: Sequence[Json], told: Any) -> None:
    """A credit names its original, once, of the same owner, and differs from it in the sign of the total alone."""
    assert found(*cdrs) == told


def test_a_credit_of_a_credit() -> None:
    """It is told, beside that the first credit does not stand alone."""
    again = credit(id="CDR1-CC", credit_reference_id="CDR1-C", total_cost=amount("6.00", "7.26"))

    assert ("L-CREDIT-REF", "E") in found(original(), credit(), again)


def test_costs_of_other_versions_are_negated_too() -> None:
    """before_taxes and each tax of 2.3.0."""
    cost = {"before_taxes": number("6.00"), "taxes": [{"name": "VAT", "amount": number("1.26")}]}
    back = {"before_taxes": number("-6.00"), "taxes": [{"name": "VAT", "amount": number("-1.26")}]}
    half = {"before_taxes": number("-6.00"), "taxes": [{"name": "VAT", "amount": number("-1.20")}]}

    assert found(original(total_cost=cost), credit(total_cost=back)) == []
    assert found(original(total_cost=cost), credit(total_cost=half)) == [("L-CREDIT-SUM", "E")]


def test_a_cdr_without_an_id_has_no_entries() -> None:
    """There is nothing to compare it by; the schema says so already."""
    assert [*entries_of({"start_date_time": "2024-03-01T09:00:00Z"})] == []


@given(seed=st.integers(0, 2**32))
def test_entries_may_be_written_read_and_split(seed: int) -> None:
    """By files or in memory, the findings are the same: memory does not grow with the number of CDRs."""
    rng = Random(seed)
    cdrs = [
        original(
            id=f"C{rng.randint(1, 6)}",
            session_id=f"S{rng.randint(1, 6)}",
            total_energy=number(rng.randint(1, 2)),
            start_date_time=f"2024-03-01T{rng.randint(9, 12):02}:00:00Z",
            end_date_time=f"2024-03-01T{rng.randint(13, 15)}:00:00Z",
        )
        for _ in range(8)
    ]

    with EntrySpool(held=5) as spool:
        for entry in (entry for one in cdrs for entry in entries_of(one)):
            spool.add(Entry(*entry))
        spooled = [finding for group in spool.groups() for finding in judge_entries(group)]

    whole = [*check_ledger(cdrs)]
    assert sorted(json.dumps(one.as_dict()) for one in spooled) == sorted(json.dumps(one.as_dict()) for one in whole)


@given(seed=st.integers(0, 2**32))
def test_the_spelling_of_numbers_makes_no_other_cdr(seed: int) -> None:
    """10, 10.0 and 1e1 are one content, whatever the order of members; 10.1 is another."""
    rng = Random(seed)

    def respelled(value: Any) -> Any:
        if isinstance(value, dict):
            members = [*value.items()]
            rng.shuffle(members)
            return {name: respelled(member) for name, member in members}
        if isinstance(value, list):
            return [respelled(member) for member in value]
        if not isinstance(value, NumberText):
            return value
        exact = Decimal(value)
        return number(rng.choice([str(value), f"{exact:f}" + ("0" if "." in f"{exact:f}" else ".0"), f"{exact:e}"]))

    written = original()

    assert digests(respelled(written)) == digests(written)
    assert digests(written | {"total_energy": number("10.1")})[0] != digests(written)[0]
    assert digests(written | {"remark": "x"}) == (digests(written | {"remark": "x"})[0], digests(written)[1])
