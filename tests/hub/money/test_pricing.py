"""The engine: every worked example of the specification, and what must hold for any session."""

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.cdr_reading import read_facts
from hub.money.compiling import compile_tariff
from hub.money.estimating import split
from hub.money.notes import Doubt
from hub.money.policy import DEFAULT
from hub.money.pricing import price
from hub.wire import json_text
from tests.hub.money.sessions import (
    ZONE,
    component,
    element,
    exact,
    facts_of,
    in_between,
    number,
    random_stages,
    random_start,
    random_tariff,
    tariff,
)

DATA = Path(__file__).parents[2] / "data"
VECTORS = json_text.loads((DATA / "pricing" / "vectors.json").read_bytes())


def _tariff_of(vector: Any) -> Any:
    given = vector["tariff"]
    if "example" not in given:
        return given
    value = json_text.loads((DATA / given["example"]).read_bytes())
    for step in given.get("json_pointer", "").split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_worked_example_of_the_specification(vector: Any) -> None:
    """Each one comes out as it is written, at the precision it is written in; what is not stated is not known."""
    facts = read_facts(vector["cdr"])
    priced = price(facts, [compile_tariff(_tariff_of(vector))], ZoneInfo(vector.get("tz", "UTC")))

    assert facts.expired is vector.get("expired", False)
    after_tax_only, after_tax_unknown = vector.get("after_tax_only"), vector.get("after_tax_unknown")
    stated = {"incl" if after_tax_only else "excl": vector["excl"]}
    if vector["incl"] is not None:
        stated["incl"] = vector["incl"]
    for side, amount in stated.items():
        digits = len(amount.partition(".")[2])
        assert getattr(priced.total_as(DEFAULT, digits), side) == Decimal(amount), side
    assert not after_tax_only or priced.total.excl is None
    assert not after_tax_unknown or priced.total.incl is None


def test_all_vectors_are_there() -> None:
    """There are 37 of them."""
    assert len(VECTORS) == 37


@given(seed=st.integers(0, 2**32), spelling=st.sampled_from(["e", "zeros", "exponent"]))
def test_the_spelling_of_a_number_changes_nothing(seed: int, spelling: str) -> None:
    """`0.25`, `0.2500`, `25e-2` and `2.5E-1` are the same number, in tariffs and in CDRs."""
    rng = Random(seed)
    written = random_tariff(rng)
    facts = split(compile_tariff(written), random_start(rng), random_stages(rng), ZONE)
    otherwise = _respelt(written, spelling)

    first, second = (price(facts, [compile_tariff(one)], ZONE) for one in (written, otherwise))

    assert exact(first) == exact(second)
    assert first.total == second.total
    assert first.tariffs[0] is not None
    assert second.tariffs[0] is not None
    assert first.tariffs[0].content == second.tariffs[0].content


def _respelt(value: Any, spelling: str) -> Any:
    if isinstance(value, dict):
        return {name: _respelt(one, spelling) for name, one in value.items()}
    if isinstance(value, list):
        return [_respelt(one, spelling) for one in value]
    if not isinstance(value, json_text.NumberText):
        return value
    if spelling == "zeros":
        return number(f"{value}.00" if "." not in value else f"{value}00")
    sign, digits, exponent = Decimal(value).as_tuple()
    whole = "".join(map(str, digits))
    return number(f"{'-' if sign else ''}{whole}{'e' if spelling == 'e' else 'E'}{exponent}")


@given(seed=st.integers(0, 2**32), every_s=st.integers(61, 3600))
def test_a_period_more_where_no_price_changes_costs_nothing(seed: int, every_s: int) -> None:
    """In-between periods are allowed, and the price does not depend on them: step_size counts once, FLAT too."""
    rng = Random(seed)
    compiled = compile_tariff(random_tariff(rng))
    start, stages = random_start(rng), random_stages(rng)

    facts = split(compiled, start, stages, ZONE)
    finer = split(compiled, start, in_between(stages, every_s), ZONE)

    energy_prices = {
        one.component.price for one in price(facts, [compiled], ZONE).bill.lines if one.dimension == "ENERGY"
    }
    if len(energy_prices) == 1:
        assert exact(price(facts, [compiled], ZONE)) == exact(price(finer, [compiled], ZONE))


@given(seed=st.integers(0, 2**32))
def test_elements_that_do_not_overlap_may_stand_in_any_order(seed: int) -> None:
    """Each instant has one element, so it does not matter which stands first."""
    rng = Random(seed)
    hours = ["00:00", "06:30", "09:00", "17:45", "22:00"]
    elements = [
        element(component("ENERGY", f"0.{30 + at}"), component("TIME", at + 1), start_time=start, end_time=end)
        for at, (start, end) in enumerate(zip(hours, [*hours[1:], "00:00"], strict=True))
    ]
    shuffled = rng.sample(elements, len(elements))
    facts = split(compile_tariff(tariff(*elements)), random_start(rng), random_stages(rng), ZONE)

    costs = {exact(price(facts, [compile_tariff(tariff(*order))], ZONE)) for order in (elements, shuffled)}

    assert len(costs) == 1


def test_the_first_matching_element_with_the_dimension_prices_it() -> None:
    """Different dimensions come from different elements in the same period; the element between them is passed over."""
    written = tariff(
        element(component("TIME", 9), min_kwh=50),
        element(component("TIME", 2)),
        element(component("ENERGY", "0.3"), component("TIME", 8)),
    )
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 10, "TIME": 1}), end="2024-01-15T11:00:00Z")

    priced = price(facts, [compile_tariff(written)], ZONE)

    assert [(line.dimension, line.component.element) for line in priced.bill.lines] == [("ENERGY", 2), ("TIME", 1)]
    assert [skipped.restriction.text for skipped in priced.bill.lines[1].skipped] == ["min_kwh 50"]
    assert exact(priced) == 5


def test_without_a_zone_a_tariff_that_looks_at_the_clock_is_in_doubt() -> None:
    """It is priced by UTC and says so; a tariff that does not look at the clock is not in doubt."""
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 10}), end="2024-01-15T11:00:00Z")
    by_clock = tariff(element(component("ENERGY", 1), start_time="08:00", end_time="20:00"))

    assert price(facts, [compile_tariff(by_clock)]).doubts == {Doubt.TIME_ZONE}
    assert price(facts, [compile_tariff(tariff(element(component("ENERGY", 1))))]).doubts == frozenset()


def test_a_price_is_json_and_a_tariff_is_not_shown_whole() -> None:
    """What stands in a traceback is short, however large the tariff is."""
    compiled = compile_tariff(tariff(*[element(component("ENERGY", 1)) for _ in range(500)]))

    assert repr(compiled) == "CompiledTariff('NL*CPA T1', 500 elements)"
    assert json.dumps(compiled.elements[0][0].told)
