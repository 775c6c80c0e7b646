"""Which tariffs a CDR is priced by: those in it, and those that its sender had published."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.money.cdr_reading import CdrUnreadable, read_facts
from hub.money.checking.check import check_cdr
from hub.money.checking.known import NOTHING_KNOWN, Known
from hub.money.checking.sources import MAX_TARIFFS, embedded, owner_of, published
from hub.money.checking.verdict import Verdict
from hub.money.refusal import TariffRefused
from tests.hub.money.checking.cases import TARIFF, cdr, findings
from tests.hub.money.sessions import component, element, tariff


@pytest.mark.parametrize(
    ("cdr", "owner"),
    [({"country_code": "nl", "party_id": "CPA"}, "NL*CPA"), ({}, ""), ({"country_code": 5, "party_id": "CPA"}, "CPA")],
)
def test_owner(cdr: Any, owner: str) -> None:
    """In capitals, as ids are compared without regard to case."""
    assert owner_of(cdr) == owner


def test_a_tariff_that_is_refused_is_named_by_its_place_in_the_cdr() -> None:
    """The pointer leads through the CDR."""
    with pytest.raises(TariffRefused) as refused:
        embedded({"tariffs": [TARIFF, tariff(element(component("HEAT", 1)))]})

    assert refused.value.findings[0].pointer == "/tariffs/1/elements/0/price_components/0/type"


@pytest.mark.parametrize("tariffs", ["T1", [TARIFF] * (MAX_TARIFFS + 1)])
def test_tariffs_that_are_no_list_or_too_many(tariffs: Any) -> None:
    """They are refused at their place."""
    with pytest.raises(CdrUnreadable) as unreadable:
        embedded({"tariffs": tariffs})

    assert unreadable.value.finding.pointer == "/tariffs"


def test_the_published_tariff_is_asked_for_by_owner_id_and_start() -> None:
    """Of the tariffs that the CDR carries; or, where it carries none, of those that its periods name."""
    asked: list[Any] = []
    known = Known(published=lambda *about: asked.append(about))
    start = datetime(2024, 3, 1, 9, tzinfo=UTC)
    bare = cdr(tariffs=[])
    bare["charging_periods"][0]["tariff_id"] = "T7"

    published(cdr(), read_facts(cdr()), embedded(cdr()), known)
    published(bare, read_facts(bare), [], known)

    assert asked == [("NL*CPA", "T1", start), ("NL*CPA", "T7", start)]
    assert published(cdr(), read_facts(cdr()), [], NOTHING_KNOWN) == ({}, [])


def test_without_an_embedded_tariff_the_published_one_prices() -> None:
    """The verdict rests on it."""
    assert check_cdr(cdr(tariffs=[]), Known(published=lambda *_: TARIFF)).verdict is Verdict.UNVERIFIABLE
    named = [period | {"tariff_id": "T1"} for period in cdr()["charging_periods"]]
    written = cdr(tariffs=[], charging_periods=named)

    assert check_cdr(written, Known(published=lambda *_: TARIFF)).verdict is Verdict.EXACT


def test_a_published_tariff_that_is_refused_is_told() -> None:
    """The CDR is checked by its own all the same."""
    known = Known(published=lambda *_: {"elements": []})

    assert findings("C-TARIFF-REF", cdr(), known) == [("W", "/tariffs")]
    assert check_cdr(cdr(), known).verdict is Verdict.EXACT
