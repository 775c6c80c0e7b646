"""Explanations: they say why, and they add up to the total exactly."""

import json
from datetime import UTC
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.exact import Rounding
from hub.money.explaining import explain
from hub.money.policy import DEFAULT, Policy
from hub.money.pricing import price
from hub.money.wording import quantity, words
from tests.hub.money.sessions import ZONE, amount, component, element, facts_of, random_session, tariff

NIGHT = tariff(
    element(component("TIME", 2, vat=20, step_size=900), start_time="22:00", end_time="06:00"),
    element(component("TIME", 3, vat=20, step_size=600), component("ENERGY", "0.3")),
    max_price=amount(5, 6),
)
SESSION = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "10.5", "TIME": "0.35"}), end="2024-01-15T10:21:00Z")


def explained(policy: Policy = DEFAULT) -> dict[str, Any]:
    """The explanation of a session in the morning."""
    return explain(price(SESSION, [compile_tariff(NIGHT)], ZONE, policy))


def test_a_line_says_why() -> None:
    """Period, measured, billed and why it is more, tariff, element, restrictions, elements passed over, price, VAT, cost."""
    energy, time = explained()["lines"]

    assert time == {
        "period": 0,
        "from": "2024-01-15T11:00:00+01:00",
        "to": "2024-01-15T11:21:00+01:00",
        "phase": "session",
        "measured": "1260",
        "billed": "1800",
        "dimension": "TIME",
        "unit": "s",
        "tariff": "T1",
        "element": 1,
        "component": 0,
        "restrictions": [],
        "price": "3",
        "per": "h",
        "vat": "20",
        "skipped": [{"element": 0, "failed": "22:00 to 06:00"}],
        "excl": "1.5",
        "incl": "1.8",
        "step": {
            "step_size": 600,
            "element": 1,
            "component": 0,
            "total": "1260",
            "billed": "1800",
            "why": "1260 s in all, in steps of 600 s: 1800 s",
        },
    }
    assert (energy["measured"], energy["unit"], energy["vat"], energy["excl"]) == ("10.5", "kWh", None, "3.15")
    assert "step" not in energy


def test_the_rest_of_an_explanation() -> None:
    """Limit, rounding, total, parts, VAT by rate, what the policy changes, notes."""
    said = explained()
    limited = explain(
        price(SESSION._replace(periods=[SESSION.periods[0]._replace(time_s=7200)]), [compile_tariff(NIGHT)], ZONE)
    )

    assert said["total"] == {"excl": "4.65", "incl": "4.95"}
    assert said["parts"] == {"energy": {"excl": "3.15", "incl": "3.15"}, "time": {"excl": "1.50", "incl": "1.80"}}
    assert said["vat"] == [{"rate": None, "net": "3.15", "tax": "0"}, {"rate": "20", "net": "1.5", "tax": "0.3"}]
    assert said["policy"] == {}
    assert explained(Policy(rounding=Rounding.UP))["policy"] == {"rounding": "up"}
    assert limited["limit"] == {"by": "max_price", "excl": "-4.15", "incl": "-4.35"}
    assert limited["total"] == {"excl": "5.00", "incl": "6.00"}


@given(seed=st.integers(0, 2**32))
def test_lines_add_up_to_the_total_exactly(seed: int) -> None:
    """As decimals: lines, limit and rounding are the total, without and with tax, though a line may be a third of a cent."""
    written, facts = random_session(Random(seed))

    said = explain(price(facts, [compile_tariff(written)], ZONE))

    for side in ("excl", "incl"):
        parts = [*said["lines"], said["rounding"], *([said["limit"]] if "limit" in said else [])]
        assert sum(Decimal(part[side]) for part in parts) == Decimal(said["total"][side])
        assert abs(Decimal(said["rounding"][side])) <= Decimal("0.0051")


def test_an_explanation_is_json_without_numbers_of_money() -> None:
    """It survives JSON unchanged; amounts and quantities are strings."""
    said = explained()

    assert json.loads(json.dumps(said)) == said
    assert not any(isinstance(value, float) for line in said["lines"] for value in line.values())


def test_free_quantities_and_unknown_amounts_are_told() -> None:
    """What nobody prices is listed; amounts that are not known are None."""
    unknown = tariff(element(component("ENERGY", 1)), tax_included="YES")

    said = explain(price(SESSION, [compile_tariff(unknown)], UTC))

    assert [(one["dimension"], one["measured"]) for one in said["unpriced"]] == [("TIME", "1260")]
    assert said["total"] == {"excl": None, "incl": "10.50"}
    assert said["lines"][0]["excl"] is said["rounding"]["excl"] is said["vat"][0]["net"] is None


def test_words() -> None:
    """One line for each thing billed, in local time, then the total, then what is free and what is noted."""
    text = words(explained()).splitlines()

    assert text[1].split() == ["11:00", "ENERGY", "10.5", "kWh", "×", "0.3/kWh", "3.15", "3.15", "element", "1"]
    assert text[2].startswith("11:00 TIME    0:21:00 → 0:30:00 × 3/h + 20 %")
    assert text[2].endswith("element 1; 1260 s in all, in steps of 600 s: 1800 s; not 0: 22:00 to 06:00")
    assert text[3].split() == ["total", "EUR", "4.65", "4.95"]


def test_quantities_for_people() -> None:
    """Hours as a clock, energy with its unit."""
    assert [quantity("5025", "s"), quantity("-60", "s"), quantity("1.5", "kWh"), quantity("1", "once")] == [
        "1:23:45",
        "-0:01:00",
        "1.5 kWh",
        "once",
    ]
