"""Rules about the tariffs of a CDR."""

from typing import Any

import pytest

from hub.money.checking.check import check_cdr
from hub.money.checking.known import Known
from hub.money.checking.rules_tariff import difference
from hub.money.compiling import compile_tariff
from tests.hub.money.checking.cases import TARIFF, cdr, findings
from tests.hub.money.sessions import amount, component, element, number, tariff

BY_CLOCK = tariff(
    element(component("ENERGY", "0.20", vat=21), start_time="10:15"), element(component("ENERGY", "0.40", vat=21))
)
NOWHERE = {"id": "L1", "country": "USA", "coordinates": {"latitude": "39.1", "longitude": "-86.5"}}


def test_time_zone() -> None:
    """A tariff that looks at the clock needs the place's zone; a zone that was concluded is told, a known one is not."""
    location = cdr()["cdr_location"]

    assert findings("C-TZ", cdr(tariffs=[BY_CLOCK], cdr_location=location | NOWHERE)) == [("W", "/cdr_location")]
    assert findings("C-TZ", cdr(tariffs=[BY_CLOCK])) == [("I", "/cdr_location")]
    assert findings("C-TZ", cdr(tariffs=[BY_CLOCK]), Known(time_zone="Europe/Amsterdam")) == []
    assert findings("C-TZ", cdr(cdr_location=location | NOWHERE)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tariffs": [TARIFF | {"end_date_time": "2024-01-01T00:00:00Z"}]}, [("E", "/tariffs")]),
        ({"tariffs": []}, [("W", "/tariffs")]),
        ({"currency": "CHF"}, [("E", "/currency")]),
        ({}, []),
    ],
)
def test_reference(changes: Any, told: Any) -> None:
    """A tariff that was over, none at all, another currency."""
    assert findings("C-TARIFF-REF", cdr(**changes)) == told


def test_a_tariff_id_that_is_not_there() -> None:
    """Nothing is guessed: the period is named, and the costs cannot be verified."""
    periods = [
        period | {"tariff_id": name} for period, name in zip(cdr()["charging_periods"], ("t1", "T9"), strict=True)
    ]

    checked = check_cdr(cdr(charging_periods=periods))

    assert [(one.severity, one.pointer) for one in checked.findings if one.rule == "C-TARIFF-REF"] == [
        ("E", "/charging_periods/1/tariff_id")
    ]
    assert checked.verdict == "UNVERIFIABLE"


def test_drift() -> None:
    """The embedded tariff is compared with the published one; number spellings are no difference."""
    dearer = TARIFF | {"elements": [element(component("ENERGY", "0.45", vat=21), component("FLAT", "0.50", vat=21))]}
    same = TARIFF | {
        "elements": [
            element(
                component("ENERGY", "0.400", vat="21.0"),
                component("FLAT", "0.5", vat=21),
                component("PARKING_TIME", "3.0", vat=21),
            )
        ]
    }

    assert findings("C-TARIFF-DRIFT", cdr(), Known(published=lambda *_: dearer)) == [("W", "/tariffs")]
    assert findings("C-TARIFF-DRIFT", cdr(), Known(published=lambda *_: same)) == []
    assert findings("C-TARIFF-DRIFT", cdr(), Known(published=lambda *_: None)) == []


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (TARIFF | {"currency": "CHF"}, "EUR instead of CHF"),
        (TARIFF | {"elements": TARIFF["elements"] * 2}, "1 elements instead of 2"),
        (
            TARIFF | {"elements": [TARIFF["elements"][0] | {"restrictions": {"max_kwh": number(3)}}]},
            "other restrictions",
        ),
        (TARIFF | {"elements": [element(component("FLAT", 1))]}, "other price components"),
        (TARIFF | {"max_price": amount(3)}, "min_price, max_price or taxes differ"),
    ],
)
def test_the_first_difference_is_told(other: Any, words: str) -> None:
    """In words that an operator can act upon."""
    assert words in difference(compile_tariff(TARIFF), compile_tariff(other))


def test_the_difference_of_a_price() -> None:
    """With both prices."""
    other = TARIFF | {
        "elements": [
            element(
                component("ENERGY", "0.45", vat=21),
                component("FLAT", "0.50", vat=21),
                component("PARKING_TIME", 3, vat=21),
            )
        ]
    }

    assert (
        difference(compile_tariff(TARIFF), compile_tariff(other))
        == "price of ENERGY in element 0 is 0.40 instead of 0.45"
    )


def test_spans() -> None:
    """A period in which the price changes is told with the instant, in local time; one that ends there is right."""
    amsterdam = Known(time_zone="Europe/Amsterdam")
    changing = tariff(
        element(component("ENERGY", "0.20", vat=21), start_time="10:30"), element(component("ENERGY", "0.40", vat=21))
    )
    at_ten = tariff(
        element(component("ENERGY", "0.20", vat=21), start_time="11:00"), element(component("ENERGY", "0.40", vat=21))
    )

    assert findings("C-SPAN", cdr(tariffs=[changing]), amsterdam) == [("W", "/charging_periods/0")]
    assert findings("C-SPAN", cdr(tariffs=[at_ten]), amsterdam) == []


def test_unpriced() -> None:
    """TIME has no price here, and that is told; what has one is not."""
    assert findings("C-UNPRICED", cdr()) == [("I", "/charging_periods/0")]
    assert findings("C-UNPRICED", cdr(tariffs=[tariff(*TARIFF["elements"], element(component("TIME", 0)))])) == []
