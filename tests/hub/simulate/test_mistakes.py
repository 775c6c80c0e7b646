"""The planted mistake is one that the check names, whatever session it is planted in."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.money.checking.check import check_cdr
from hub.simulate.charging import ChargingPlan, period
from hub.simulate.messages import write_json
from hub.simulate.mistakes import mistaken
from hub.simulate.records import Books, Order
from hub.simulate.tariffs import tariffs_of
from hub.wire import json_text
from hub.wire.interface import Version
from tests import words

START = datetime(2024, 3, 1, 9, tzinfo=UTC)


def written(seconds: int, kwh: Decimal, cuts: int, name: str = "AC") -> dict[str, Any]:
    """The CDR of a simulated session."""
    location = words.location()
    evse = location["evses"][0]
    order = Order(
        session_id="S1",
        token=words.token(),
        location=location,
        evse=evse,
        connector=evse["connectors"][0],
        auth_method="WHITELIST",
    )
    plan = ChargingPlan(duration_s=seconds, energy_kwh=kwh)
    tariff = tariffs_of(words.CPO)[name]
    books = Books(party=words.CPO, version=Version.V2_2_1, tariff=tariff, order=order, plan=plan, start=START)
    ends = [seconds * at // cuts for at in range(cuts + 1)]
    periods = [period(plan, START, one, other, name) for one, other in pairwise(ends)]
    return books.cdr("C1", seconds, periods, START + timedelta(hours=1))


@given(st.integers(600, 7200), st.integers(1000, 40000), st.integers(1, 4))
def test_it_is_found_and_named(seconds: int, wh: int, cuts: int) -> None:
    """The right CDR is right, the other one charges FLAT in each period; the first is left as it was."""
    right = written(seconds, Decimal(wh) / 1000, cuts)
    before = deepcopy(right)

    wrong = mistaken(right)

    assert right == before
    good, bad = (check_cdr(json_text.loads(write_json(one))) for one in (right, wrong))
    assert good.verdict in {"EXACT", "ROUNDING"}
    assert (bad.verdict, bad.judgement.cause.partition("+")[0]) == ("EXPLAINED", "flat_each_period")
    assert (wrong["id"], wrong["session_id"]) == ("C1-WRONG", "S1-WRONG")


def test_without_a_fee_nothing_explains_it() -> None:
    """A free session that costs one euro is a MISMATCH."""
    wrong = mistaken(written(600, Decimal(1), 1, "FREE"))

    assert check_cdr(json_text.loads(write_json(wrong))).verdict == "MISMATCH"
