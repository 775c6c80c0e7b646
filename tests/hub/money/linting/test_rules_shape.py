"""Rules about what is written in a tariff: each with a case that breaks it and one that does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.money.compiling import compile_tariff
from hub.money.linting.linted import LintKnown
from tests.hub.money.linting.linting import ENERGY, GOOD, told
from tests.hub.money.sessions import component, element, number, tariff

FIRST = "/elements/0/price_components/0"


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("T-SCHEMA", GOOD | {"id": "T" * 37}, [("E", "/id")]),
        ("T-SCHEMA", GOOD | {"id": "T" * 36}, []),
        (
            "T-SCHEMA",
            tariff(element({"type": "ENERGY", "price": number("0.4")})),
            [("W", f"{FIRST}/step_size"), ("E", f"{FIRST}/step_size")],
        ),
        ("T-SCHEMA", GOOD | {"tax_included": "YES", "id": "T" * 37}, []),
        ("T-NULL", GOOD | {"type": None}, [("W", "/type")]),
        ("T-NULL", tariff(element(ENERGY | {"vat": None})), [("W", f"{FIRST}/vat")]),
        ("T-NULL", GOOD, []),
        ("T-UNKNOWN-FIELD", GOOD | {"minprice": {}}, [("W", "/minprice")]),
        ("T-UNKNOWN-FIELD", tariff(element(ENERGY) | {"restriction": {}}), [("W", "/elements/0/restriction")]),
        ("T-UNKNOWN-FIELD", tariff(element(ENERGY, endtime="20:00")), [("W", "/elements/0/restrictions/endtime")]),
        ("T-UNKNOWN-FIELD", GOOD, []),
        ("T-IDS", GOOD | {"country_code": "XX"}, [("E", "/country_code")]),
        ("T-IDS", GOOD | {"party_id": "CPOA"}, [("E", "/party_id")]),
        ("T-IDS", GOOD, []),
        ("T-CURRENCY", GOOD | {"currency": "EURO"}, [("E", "/currency")]),
        ("T-CURRENCY", GOOD, []),
        (
            "T-ALT-TEXT-ONLY",
            GOOD | {"tariff_alt_text": [{"language": "en", "text": "0.55 EUR per kWh"}]},
            [("I", "/tariff_alt_text/0/text")],
        ),
        (
            "T-ALT-TEXT-ONLY",
            GOOD | {"tariff_alt_text": [{"language": "en", "text": "0.40 EUR per kWh, €0.48 with VAT"}]},
            [],
        ),
    ],
)
def test_a_rule(rule: str, value: Any, expected: Any) -> None:
    """What is named, and what is not."""
    assert told(value, rule) == expected


def test_a_misspelt_field_is_guessed() -> None:
    """A misspelt restriction restricts nothing: what was meant is told."""
    from hub.money.linting.lint import lint_tariff

    messages = [one.message for one in lint_tariff(tariff(element(ENERGY, endtime="20:00")))]

    assert any("was end_time meant?" in message for message in messages)


@pytest.mark.parametrize(
    ("rule", "known", "expected"),
    [
        ("T-IDS", LintKnown(owner="NL*TNM"), [("E", "/party_id")]),
        ("T-IDS", LintKnown(owner="NL*CPA"), []),
        ("T-CURRENCY", LintKnown(beside=[GOOD | {"currency": "CHF"}]), [("W", "/currency")]),
        ("T-CURRENCY", LintKnown(beside=[GOOD]), []),
    ],
)
def test_a_rule_that_needs_to_know_more(rule: str, known: LintKnown, expected: Any) -> None:
    """Who sends it, and what other tariffs its connector has."""
    assert told(GOOD, rule, known) == expected


@pytest.mark.parametrize(
    ("running", "price", "expected"), [(True, "0.41", [("W", "")]), (False, "0.41", []), (True, "0.40", [])]
)
def test_changed_in_place(running: bool, price: str, expected: Any) -> None:
    """Other prices under the same id while sessions run; the same prices, or no session, are no finding."""
    previous = compile_tariff(tariff(element(component("ENERGY", price, vat=21))))
    known = LintKnown(previous=previous, sessions_running=running, now=datetime(2024, 1, 1, tzinfo=UTC))

    assert told(tariff(element(ENERGY)), "T-CHANGED-IN-PLACE", known) == expected
