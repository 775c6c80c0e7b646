"""Prices over the admin API: numbers stay as they are written, and what is wrong is named."""

from typing import Any

import pytest

from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import amount, component, element, tariff
from tests.operating import Operator
from tests.words import body

TARIFF = body(
    tariff(
        element(component("ENERGY", "0.30", vat=21), start_time="19:00"), element(component("ENERGY", "0.50", vat=21))
    )
).decode()
PLAN: dict[str, Any] = {
    "tariff": TARIFF, "kwh": "30", "minutes": 40, "start": "2026-11-24T18:40:00+01:00", "time_zone": "Europe/Amsterdam",
}  # fmt: skip


async def test_explain(operator: Operator) -> None:
    """The same as hubctl tariffs explain."""
    said = await operator.ask("POST", "/tariffs/explain", PLAN)

    assert said.json["total"] == {"excl": "12.00", "incl": "14.52"}
    assert [line["price"] for line in said.json["lines"]] == ["0.50", "0.30"]


async def test_preview(operator: Operator) -> None:
    """The same as hubctl tariffs preview: each standard session once for each price that it has."""
    asked = {name: PLAN[name] for name in ("tariff", "time_zone", "start")}
    said = await operator.ask("POST", "/tariffs/preview", asked)

    fast = [one for one in said.json if one["session"] == "fast, 50 kW"]
    assert [(one["start"], one["excl"]) for one in fast] == [("Wed 03:00", "12.50")]
    assert [one["incl"] for one in said.json if one["session"].startswith("shopping")] == ["6.66"]


async def test_lint_and_check(operator: Operator) -> None:
    """Findings with their places; a verdict with its cause and the explanation."""
    linted = await operator.ask("POST", "/tariffs/lint", {"tariff": TARIFF.replace("19:00", "25:00")})
    wrong = body(cdr(total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21"))).decode()
    checked = await operator.ask("POST", "/cdrs/check", {"cdr": wrong})

    assert [one["pointer"] for one in linted.json] == ["/elements/0/restrictions/start_time"]
    assert (checked.json["verdict"], checked.json["cause"]) == ("EXPLAINED", "flat_each_period")
    assert checked.json["explanation"]["total"]["excl"] == "6.00"


@pytest.mark.parametrize(
    ("path", "asked", "named"),
    [
        ("/tariffs/explain", PLAN | {"kwh": "much"}, "kwh"),
        ("/tariffs/explain", PLAN | {"power_kw": "x"}, "power_kw"),
        ("/tariffs/explain", PLAN | {"time_zone": "Mars"}, "time_zone"),
        ("/tariffs/explain", PLAN | {"minutes": 0}, "lasts no time"),
        ("/tariffs/explain", PLAN | {"tariff": "{}"}, "cannot be priced"),
        ("/tariffs/explain", PLAN | {"tariff": "{nonsense"}, "tariff"),
        ("/tariffs/explain", PLAN | {"start": "2026-11-24T18:40:00"}, "start"),
        ("/tariffs/preview", {"tariff": "{}"}, "cannot be priced"),
        ("/tariffs/preview", {"tariff": TARIFF, "time_zone": "Mars"}, "time_zone"),
        ("/cdrs/check", {"cdr": "[" * 100 + "]" * 100}, "cdr"),
        ("/cdrs/check", {"cdr": "{}", "time_zone": "x"}, "time_zone"),
    ],
)
async def test_what_is_wrong_is_named(operator: Operator, path: str, asked: dict[str, Any], named: str) -> None:
    """400, in words."""
    said = await operator.ask("POST", path, asked)

    assert said.status == 400
    assert named in said.json["error"]["message"]
