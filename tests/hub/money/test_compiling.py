"""Compiling tariffs: what is read, what is refused, what is kept."""

from typing import Any

import pytest

from hub.money.compiling import MAX_BYTES, MAX_COMPONENTS, MAX_ELEMENTS, MAX_VAT_RATES, compile_tariff
from hub.money.refusal import TariffRefused
from hub.money.tariff import Figure
from hub.wire import json_text
from tests.hub.money.sessions import amount, component, element, number, tariff

ENERGY = component("ENERGY", "0.25")


def refusal(value: Any) -> tuple[str, str, str]:
    """Rule, pointer and words of the refusal."""
    with pytest.raises(TariffRefused) as refused:
        compile_tariff(value)
    finding = refused.value.findings[0]
    return finding.rule, finding.pointer, finding.message


def test_bytes_and_parsed_values_are_the_same() -> None:
    """The same tariff is compiled once, however it comes, and comes back as the same object."""
    written = tariff(element(ENERGY, start_time="08:00"), min_price=amount(1))

    compiled = compile_tariff(json_text.dumps(written))

    assert compile_tariff(written) is compiled
    assert (compiled.name, compiled.currency) == ("NL*CPA T1", "EUR")
    assert compiled.figures == {Figure.MINUTE}


def test_two_tariffs_that_charge_the_same_have_the_same_content() -> None:
    """Number spellings, texts and dates of change do not count; a price does, and so does a limit."""
    first = compile_tariff(tariff(element(component("ENERGY", "0.25"), max_kwh="20")))
    same = compile_tariff(
        tariff(element(component("ENERGY", "0.250"), max_kwh="20.0"), last_updated="2025-01-01T00:00:00Z")
    )
    other = compile_tariff(tariff(element(component("ENERGY", "0.26"), max_kwh="20")))
    limited = compile_tariff(tariff(element(component("ENERGY", "0.25"), max_kwh="20"), max_price=amount(5)))

    assert first.content == same.content
    assert first.content != other.content
    assert first.content != limited.content


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], ""),
        ({}, "/elements"),
        (tariff(), "/elements"),
        (tariff({"price_components": None}), "/elements/0/price_components"),
        (tariff({"price_components": [1]}), "/elements/0/price_components"),
        (tariff(element(ENERGY) | {"restrictions": [1]}), "/elements/0/restrictions"),
        (tariff(element(component("HEAT", 1))), "/elements/0/price_components/0/type"),
        (tariff(element(component("ENERGY", "1e400"))), "/elements/0/price_components/0/price"),
        (tariff(element(ENERGY | {"price": 0.25})), "/elements/0/price_components/0/price"),
        (tariff(element(component("ENERGY", 1, step_size=-1))), "/elements/0/price_components/0/step_size"),
        (tariff(element(ENERGY | {"step_size": number("1.5")})), "/elements/0/price_components/0/step_size"),
        (tariff(element(ENERGY, start_time="9:00")), "/elements/0/restrictions/start_time"),
        (tariff(element(ENERGY, end_time="24:00")), "/elements/0/restrictions/end_time"),
        (tariff(element(ENERGY, start_date="2024-02-30")), "/elements/0/restrictions/start_date"),
        (tariff(element(ENERGY, day_of_week=["MON"])), "/elements/0/restrictions/day_of_week"),
        (tariff(element(ENERGY, day_of_week="MONDAY")), "/elements/0/restrictions/day_of_week"),
        (tariff(element(ENERGY, min_kwh="many")), "/elements/0/restrictions/min_kwh"),
        (tariff(element(ENERGY, max_duration="1.5")), "/elements/0/restrictions/max_duration"),
        (tariff(element(ENERGY, reservation="MAYBE")), "/elements/0/restrictions/reservation"),
        (tariff(element(ENERGY), min_price=number(5)), "/min_price"),
        (tariff(element(ENERGY), max_price={"excl_vat": "?"}), "/max_price/excl_vat"),
        (tariff(element(ENERGY), start_date_time="yesterday"), "/start_date_time"),
        (tariff(element(ENERGY), tax_included="SOME"), "/tax_included"),
        (b"{", ""),
        (b"[" * 1000 + b"]" * 1000, ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(value: Any, pointer: str) -> None:
    """One finding, with a JSON pointer and words; nothing is guessed."""
    rule, where, words = refusal(value)

    assert (rule, where) == ("T-SCHEMA", pointer)
    assert words


@pytest.mark.parametrize(
    "value",
    [
        b" " * (MAX_BYTES + 1),
        tariff(*[element(ENERGY)] * (MAX_ELEMENTS + 1)),
        tariff(*[element(*[ENERGY] * 5)] * (MAX_COMPONENTS // 5 + 1)),
        tariff(element(*[component("ENERGY", 1, vat=rate) for rate in range(MAX_VAT_RATES + 1)])),
    ],
    ids=["bytes", "elements", "components", "rates"],
)
def test_what_would_be_slow_is_refused(value: Any) -> None:
    """10,000 elements are not priced, and saying so is quick."""
    assert refusal(value)[0] == "T-TOO-LARGE"


def test_a_rate_that_takes_everything_is_refused() -> None:
    """-100 % and less has no gross price."""
    assert refusal(tariff(element(component("ENERGY", 1, vat=-100))))[0] == "T-VAT-RANGE"


def test_what_is_odd_but_harmless_is_priced() -> None:
    """Null for absent, a price in a string (2.1.1 examples), contradictory limits, a missing step_size, prices below zero."""
    odd = tariff(
        element(ENERGY | {"price": "2.00", "vat": None}) | {"restrictions": None},
        element(component("TIME", -1)),
        element({"type": "FLAT", "price": number(1)}),
        min_price=amount(5),
        max_price=amount(1),
        currency=None,
    )

    compiled = compile_tariff(odd)

    assert [one.pointer for one in compiled.problems] == ["/elements/2/price_components/0/step_size"]
    assert compiled.currency is None
