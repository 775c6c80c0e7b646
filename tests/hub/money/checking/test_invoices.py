"""L-INVOICE: every CDR on an invoice is there, on one invoice only, of the right pair and currency; sums are to the cent."""

from collections.abc import Iterable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.cdr_together import Together
from hub.money.checking.invoices import WrongInvoice, entries_of_invoice
from hub.money.findings import Finding
from tests import words
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import Json, amount, number


def one(name: str, **changes: Any) -> Json:
    """A right CDR of 6.00, with tax 7.26, of a session of its own at a place of its own."""
    place = cdr()["cdr_location"] | {"evse_uid": name}
    token = words.cdr_token(uid=name)
    return cdr(**({"id": name, "session_id": name, "cdr_location": place, "cdr_token": token} | changes))


def invoice(*cdrs: str, **changes: Any) -> Json:
    """A record of the operator's invoice for these CDRs."""
    record = {"country_code": "NL", "party_id": "CPA", "id": "R1", "invoice_id": "INV1", "cdrs": [*cdrs]}
    return record | {"last_updated": "2024-04-01T00:00:00Z"} | changes


def findings(cdrs: Iterable[Json], *invoices: Json) -> list[Finding]:
    """Those of L-INVOICE among all of these."""
    with Together([entry for record in invoices for entry in entries_of_invoice(record)]) as together:
        for written in cdrs:
            together.add(written)
        return [found for found in together.findings() if found.rule == "L-INVOICE"]


def told(cdrs: Iterable[Json], *invoices: Json) -> list[tuple[str, str]]:
    """Severity and words of each."""
    return [(str(found.severity), found.message) for found in findings(cdrs, *invoices)]


def test_cdrs_that_name_an_invoice_need_no_record() -> None:
    """One currency and one pair of parties; several of one pair are right, and other operators number as they like."""
    mine = {"invoice_reference_id": "INV1"}

    assert told([one("A", **mine), one("B", invoice_reference_id="inv1")]) == []
    assert told([one("A", **mine), one("B", **mine, party_id="CPB", currency="SEK")]) == []
    assert told([one("A", **mine), one("B", **mine, currency="SEK")]) == [
        ("E", "is in SEK, and on the invoice INV1 with CDRs in EUR")
    ]
    other = words.cdr_token(uid="B", party_id="EMB")
    assert told([one("A", **mine), one("B", **mine, cdr_token=other)]) == [
        ("E", "is for DE*EMB, and on the invoice INV1 with CDRs for DE*EMA")
    ]


def test_one_cdr_on_two_invoices() -> None:
    """The same CDR came twice with different invoices."""
    twice = [one("A", invoice_reference_id="INV1"), one("A", invoice_reference_id="INV2")]

    assert told(twice) == [("E", "is on the invoice INV2 and on INV1")]


def test_an_invoice_that_is_right() -> None:
    """Its sum is told; where it is stated it is compared to the cent, with Credit CDRs in it."""
    cdrs = [one("A"), one("B"), one("C", credit=True, credit_reference_id="B", total_cost=amount("-6.00", "-7.26"))]
    stated = {"currency": "EUR", "total_cost": amount("6.00", "7.26")}

    assert told(cdrs, invoice("A", "b", "C")) == [("I", "its 3 CDRs add up to 6.00 / 7.26 EUR")]
    assert told(cdrs, invoice("A", "B", "C", **stated)) == []
    assert told([*cdrs, cdrs[0]], invoice("A", "B", "C", **stated)) == []


@pytest.mark.parametrize(
    ("record", "words_of_it"),
    [
        (invoice("A", "GONE"), ("E", "is on the invoice INV1, and not among the CDRs")),
        (invoice("A", party_id="CPB"), ("E", "is on the invoice INV1 of NL*CPB, and is from NL*CPA to DE*EMA")),
        (invoice("B", invoice_id="INV9"), ("W", "is on no invoice")),
        (
            invoice("A", currency="EUR", total_cost=amount("6.00", "7.27")),
            ("E", "its 1 CDRs add up to 6.00 / 7.26 EUR; it states 6.00 / 7.27 EUR"),
        ),
        (
            invoice("A", currency="SEK", total_cost=amount("6.00", "7.26")),
            ("E", "its 1 CDRs add up to 6.00 / 7.26 EUR; it states 6.00 / 7.26 SEK"),
        ),
        (invoice("A", invoice_id="INV2"), ("E", "names the invoice INV1, and is on INV2")),
    ],
)
def test_an_invoice_that_is_wrong(record: Json, words_of_it: tuple[str, str]) -> None:
    """A CDR that is missing, a stranger's invoice, a CDR on none, another sum, another invoice than the CDR names."""
    assert words_of_it in told([one("A", invoice_reference_id="INV1"), one("B")], record)


def test_two_invoices_for_one_cdr() -> None:
    """It would be paid twice."""
    assert ("E", "is on the invoices INV1 and INV2") in told([one("A")], invoice("A"), invoice("A", invoice_id="INV2"))


def test_reverse_billing() -> None:
    """The provider writes the invoice: it is of the pair, too."""
    record = invoice("A", "B", country_code="DE", party_id="EMA")

    assert told([one("A", invoice_reference_id="INV1"), one("B")], record) == [
        ("I", "its 2 CDRs add up to 12.00 / 14.52 EUR")
    ]


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        invoice("A", invoice_id=None),
        invoice(),
        invoice("A") | {"cdrs": "A"},
        invoice("A") | {"cdrs": [1]},
        invoice("A", total_cost="x", currency="EUR"),
        invoice("A", total_cost=amount("1", "1")),
    ],
)
def test_what_is_no_invoice(record: Any) -> None:
    """It is refused in words."""
    with pytest.raises(WrongInvoice):
        [*entries_of_invoice(record)]


@given(seed=st.integers(0, 2**32), count=st.integers(1, 12))
def test_any_order_and_any_split(seed: int, count: int) -> None:
    """Whatever order the CDRs come in and on how many invoices they are: right sums are right, a cent more is an error."""
    rng = Random(seed)
    cents = [rng.randint(-500, 10**9) for _ in range(count)]
    cdrs = [
        one(f"C{at}", total_cost=amount(str(Decimal(net) / 100), str(Decimal(net) / 50)))
        for at, net in enumerate(cents)
    ]
    places = [rng.randrange(3) for _ in cents]
    records = [
        invoice(
            *(f"c{at}" for at, place in enumerate(places) if place == number_),
            invoice_id=f"I{number_}",
            currency="EUR",
            total_cost=amount(str(Decimal(total) / 100), str(Decimal(total) / 50)),
        )
        for number_ in sorted({*places})
        for total in [sum(net for net, place in zip(cents, places, strict=True) if place == number_)]
    ]
    rng.shuffle(cdrs)
    rng.shuffle(records)

    assert told(cdrs, *records) == []
    stated = Decimal(records[0]["total_cost"]["excl_vat"]) + Decimal("0.01")
    records[0] = records[0] | {"total_cost": records[0]["total_cost"] | {"excl_vat": number(str(stated))}}
    assert [severity for severity, _ in told(cdrs, *records)] == ["E"]
