"""The lint of a tariff: every rule runs, refusals are findings, and nothing that a tariff says raises."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.linting.lint import MAX_FINDINGS, RULES, lint_tariff
from hub.money.linting.linted import Linted, pointer_of
from hub.wire import json_text
from tests.hub.money.linting.linting import ENERGY, GOOD
from tests.hub.money.sessions import amount, component, element, number, random_tariff, tariff

EXAMPLES = Path(__file__).parents[3] / "data" / "ocpi-examples"


def test_a_good_tariff() -> None:
    """Nothing to say about it."""
    assert lint_tariff(GOOD) == []


def test_every_rule_has_a_name_in_its_docstring() -> None:
    """The names that reports show are those that the rules describe."""
    assert all((rule.__doc__ or "").startswith("T-") for rule in RULES)


@pytest.mark.parametrize("value", [None, [], "x", {}, {"elements": [{}]}, tariff(element(component("HEAT", 1)))])
def test_what_is_no_tariff(value: Any) -> None:
    """It is refused with findings of severity E."""
    findings = lint_tariff(value)

    assert findings
    assert {str(one.severity) for one in findings} == {"E"}


def test_findings_are_bounded() -> None:
    """A tariff with a thousand mistakes has two hundred findings."""
    bad = [element(component("ENERGY", -1, vat=300, step_size=0), oops=None, misspelt=None) for _ in range(500)]

    assert len(lint_tariff(tariff(*bad))) == MAX_FINDINGS


def test_components_and_restrictions_have_pointers() -> None:
    """Rules name the place in the tariff as it was written."""
    written = tariff(element(ENERGY), element(component("TIME", 1), component("FLAT", 2), max_kwh=3))
    linted = Linted(value=written, tariff=compile_tariff(written), known=None)  # type: ignore[arg-type]

    assert [pointer for pointer, _ in linted.components()] == [
        "/elements/0/price_components/0",
        "/elements/1/price_components/0",
        "/elements/1/price_components/1",
    ]
    assert pointer_of(linted.tariff.elements[1][1]) == "/elements/1/price_components/1"
    assert dict(linted.restrictions()) == {"/elements/1/restrictions": {"max_kwh": number(3)}}


@pytest.mark.parametrize("path", sorted((EXAMPLES / "2.2.1").glob("tariff_*.json")), ids=lambda path: path.stem)
def test_the_examples_of_the_specification(path: Path) -> None:
    """They may be odd, but none is wrong, except that two forget last_updated."""
    value = json_text.loads(path.read_bytes())
    value = value.get("data", value) if isinstance(value, dict) else value
    if not isinstance(value, dict) or "elements" not in value:
        pytest.skip("no tariff")

    assert {one.pointer for one in lint_tariff(value) if one.severity == "E"} <= {"/last_updated"}


_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.text(max_size=5),
        st.sampled_from(["1e400", "-1", "1e60", "0", "1" * 70, "0.5"]).map(number),
        st.sampled_from(["00:00", "25:00", "2024-02-30", "MONDAY", "ENERGY", "RESERVATION"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=3,
)
WHOLE = tariff(
    element(ENERGY, start_time="08:00", end_time="20:00", min_kwh=2, max_power=9, day_of_week=["MONDAY"]),
    element(component("FLAT", 1), start_date="2024-01-01", min_duration=5, reservation="RESERVATION"),
    min_price=amount(1, 2),
    max_price=amount(8, 9),
    tariff_alt_text=[{"language": "en", "text": "0.40 EUR"}],
    start_date_time="2024-01-01T00:00:00Z",
    type="REGULAR",
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in items for found in _places(one, (*path, key)))]


@given(place=st.sampled_from(_places(WHOLE)[1:]), junk=_JUNK)
def test_no_value_at_any_place_breaks_the_lint(place: tuple[Any, ...], junk: Any) -> None:
    """Anything may stand anywhere: there are findings or none, and never an exception."""
    written = deepcopy(WHOLE)
    *path, last = place
    inside: Any = written
    for key in path:
        inside = inside[key]
    inside[last] = junk

    assert all(one.rule.startswith("T-") for one in lint_tariff(written))


@given(seed=st.randoms(use_true_random=False))
def test_ordinary_tariffs_are_not_wrong(seed: Any) -> None:
    """Those that are seen on the road have no finding of severity E."""
    assert [one for one in lint_tariff(random_tariff(seed)) if one.severity == "E"] == []
