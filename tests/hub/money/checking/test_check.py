"""The check of one CDR: right ones pass, broken ones are told, hostile ones are bounded, and nothing ever raises."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.checking.check import check_cdr
from hub.money.checking.known import Known
from hub.money.checking.verdict import Verdict
from hub.money.findings import error
from hub.wire import json_text
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import amount, component, element, number, tariff


def test_a_right_cdr() -> None:
    """Its verdict is EXACT, it is in order, and its figures are those of the engine."""
    checked = check_cdr(cdr())

    assert (checked.verdict, checked.ok, checked.owner) == (Verdict.EXACT, True, "NL*CPA")
    assert checked.priced is not None
    assert checked.priced.total.as_dict() == {"excl": "6.00", "incl": "7.26"}


def test_a_wrong_total_is_a_mismatch() -> None:
    """Each figure that differs is told with both amounts."""
    checked = check_cdr(cdr(total_cost=amount("6.00", "7.99")))

    assert (checked.verdict, checked.ok) == (Verdict.MISMATCH, False)
    assert [(one.pointer, one.message) for one in checked.findings if one.rule == "C-COST"] == [
        ("/total_cost/incl_vat", "is 7.99; the tariff gives 7.26")
    ]


def test_as_json() -> None:
    """Everything is there, amounts are strings, and JSON keeps it."""
    said = check_cdr(cdr(total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21"))).as_dict()

    assert json.loads(json.dumps(said)) == said
    assert (said["verdict"], said["cause"], said["currency"]) == ("EXPLAINED", "flat_each_period", "EUR")
    assert said["computed"]["total_cost"] == {"excl": "6.00", "incl": "7.26"}
    assert {one["figure"]: one["difference"] for one in said["figures"]}["/total_cost/excl_vat"] == "0.50"


def test_a_period_over_a_price_change_gives_an_interval() -> None:
    """The cost lies between all energy at the cheaper and all at the dearer price; a total inside is explained."""
    changing = tariff(
        element(component("ENERGY", "0.20", vat=21), start_time="10:30"), element(component("ENERGY", "0.40", vat=21))
    )
    written = cdr(tariffs=[changing], total_cost=amount("3.00", "3.63"))
    for name in ("total_fixed_cost", "total_energy_cost", "total_parking_cost"):
        del written[name]

    said = check_cdr(written, Known(time_zone="Europe/Amsterdam")).as_dict()

    assert (said["verdict"], said["cause"]) == ("EXPLAINED", "period_spans_price_change")
    assert [one["excl"] for one in said["between"]] == ["2.00", "4.00"]


def test_findings_may_be_added() -> None:
    """Rules over several CDRs add theirs; an E makes the CDR wrong."""
    assert not check_cdr(cdr()).with_findings([error("L-DUP", "", "came before")]).ok


def test_one_finding_for_one_place() -> None:
    """What cannot be read is found by the reader and by the schema, and told once."""
    checked = check_cdr(cdr(start_date_time="yesterday"))

    assert checked.verdict is Verdict.UNVERIFIABLE
    assert [one.pointer for one in checked.findings] == ["/start_date_time"]


@pytest.mark.parametrize("value", [None, [], 1, "cdr", {}, {"id": 5}])
def test_what_is_no_cdr(value: Any) -> None:
    """It is told, never raised."""
    checked = check_cdr(value)

    assert checked.verdict is Verdict.UNVERIFIABLE
    assert not checked.ok


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in items for found in _places(one, (*path, key)))]


_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.text(max_size=5),
        st.sampled_from(["1e400", "-1", "1e60", "0", "NaN", "1" * 70, "0.00000000001"]).map(number),
        st.sampled_from(["2024-03-01T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "25:00", "ENERGY"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=3,
)


@given(place=st.sampled_from(_places(cdr())[1:]), junk=_JUNK)
def test_no_value_at_any_place_breaks_the_check(place: tuple[Any, ...], junk: Any) -> None:
    """Anything may stand anywhere: there is a verdict, and it is JSON."""
    written = deepcopy(cdr())
    *path, last = place
    inside: Any = written
    for key in path:
        inside = inside[key]
    inside[last] = junk

    said = check_cdr(written, Known(time_zone="Europe/Amsterdam")).as_dict()

    json_text.dumps(json.loads(json.dumps(said)))
    assert said["verdict"] in list(Verdict)


HUGE = [
    element(component("ENERGY", "0.2", vat=21), min_kwh=at, max_kwh=at + 1, start_time=f"{at % 24:02}:00")
    for at in range(1000)
]
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@pytest.mark.parametrize(
    ("hostile", "verdict"),
    [
        (tariff(*HUGE * 10), Verdict.UNVERIFIABLE),
        (tariff(*HUGE), None),
        (tariff(element(component("ENERGY", "0.40", vat=21, step_size=0))), None),
        (tariff(element(component("ENERGY", "-9", vat=21))), None),
        (tariff(element(component("ENERGY", "0.4", vat=21), start_time="10:00", end_time="10:00")), None),
        (tariff(element(component("ENERGY", "9e63", vat=21))), None),
        (tariff(element(component("ENERGY", "9e64", vat=21))), None),
        (tariff(element(component("ENERGY", "9e65", vat=21))), Verdict.UNVERIFIABLE),
        (tariff(element(component("ENERGY", 1)), min_price=amount(9), max_price=amount(3)), None),
        (tariff(element(component("ENERGY", 1), day_of_week=WEEK * 50)), None),
        (tariff(element(component("ENERGY", 1), max_duration=10**30)), None),
    ],
)
def test_a_hostile_tariff_is_priced_or_refused(hostile: Any, verdict: Verdict | None) -> None:
    """10,000 elements, step 0, a negative price, start = end, huge numbers, limits that contradict: a verdict, always."""
    checked = check_cdr(cdr(tariffs=[hostile]), Known(time_zone="Europe/Amsterdam"))

    assert checked.findings
    assert verdict is None or checked.verdict is verdict
    assert (checked.priced is None) is (verdict is Verdict.UNVERIFIABLE)


def test_an_unknown_time_zone_is_a_finding() -> None:
    """The tariff looks at the clock of a place whose zone does not exist: nothing is verified by another clock."""
    by_clock = tariff(element(component("ENERGY", "0.40", vat=21), start_time="08:00"))

    checked = check_cdr(cdr(tariffs=[by_clock]), Known(time_zone="Mars/Olympus"))

    assert checked.verdict is Verdict.UNVERIFIABLE
    assert ("C-TZ", "E") in {(one.rule, one.severity) for one in checked.findings}


def test_more_periods_than_are_priced() -> None:
    """10,001 periods are refused at once."""
    period = cdr()["charging_periods"][0]

    checked = check_cdr(cdr(charging_periods=[period] * 10_001))

    assert checked.verdict is Verdict.UNVERIFIABLE
    assert ("/charging_periods", "C-SCHEMA") in {(one.pointer, one.rule) for one in checked.findings}
