"""Exports: amounts are decimal strings, and no text is a formula to a spreadsheet."""

import csv
import io
import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.clearing.exporting import (
    CDR_COLUMNS,
    STATEMENT_COLUMNS,
    cdr_row,
    csv_text,
    settlement_json,
    statement_json,
    statement_row,
)
from hub.money.clearing.netting import settle
from hub.money.clearing.statement import statements_of
from tests.hub.money.clearing.cleared import entry, random_entries


def read(text: str) -> list[dict[str, str]]:
    """A CSV as a program reads it."""
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def test_a_row_of_each() -> None:
    """By its columns, with the sign it has."""
    credit = entry("C1-C", net=-600, gross=-726, credits_key="NL*P00/c1")

    (row,) = read(csv_text(CDR_COLUMNS, [cdr_row(credit)]))
    (owed,) = read(csv_text(STATEMENT_COLUMNS, [statement_row(one) for one in statements_of("2024-03", [credit])]))

    assert (row["excl_vat"], row["vat"], row["incl_vat"], row["credits"]) == ("-6.00", "-1.26", "-7.26", "NL*P00/c1")
    assert (owed["incl_vat"], owed["credited_incl_vat"], owed["operator"]) == ("-7.26", "-7.26", "NL*P00")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\n=1",
        '=HYPERLINK("x")',
        "=cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        " =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\u200b@A1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
    ],
)
def test_no_formula(text: str) -> None:
    """SEC-20: An apostrophe stands before what a spreadsheet would calculate; the text is still all there."""
    (row,) = read(csv_text(("cdr_id",), [{"cdr_id": text}]))

    assert row["cdr_id"] == f"'{text}"


@pytest.mark.parametrize("text", ["-6.00", "6.00", "C-1", "a,b", 'say "x"', "two\nlines", "", "1=1"])
def test_other_texts_stay(text: str) -> None:
    """Negative amounts are numbers; commas, quotes and line ends are quoted."""
    (row,) = read(csv_text(("cdr_id",), [{"cdr_id": text}]) + "\r\n" * (text == ""))

    assert row["cdr_id"] == text


@given(st.text(max_size=20))
def test_any_text_comes_back(text: str) -> None:
    """With an apostrophe or without."""
    (row,) = read(csv_text(("cdr_id", "end"), [{"cdr_id": text, "end": "x"}]))

    assert row["cdr_id"] in (text, f"'{text}")


def test_json() -> None:
    """Statements with their VAT groups, positions and payments; no float among them."""
    statements = statements_of("2024-03", random_entries(Random(1)))
    said = {
        "statements": [statement_json(one) for one in statements],
        "owed": [settlement_json(one) for one in settle(statements)],
    }

    assert json.loads(json.dumps(said), parse_float=pytest.fail) == said
    assert said["statements"][0]["vat_groups"][0]["rate"] == "21"
