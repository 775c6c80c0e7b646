"""The verdict: the simplest cause wins, what else would fit is told, and the search for causes is bounded."""

from decimal import Decimal

import pytest

from hub.money.checking.check import Checked, check_cdr
from hub.money.checking.known import Known, PartnerLimits
from hub.money.checking.verdict import Verdict
from hub.money.exact import Rounding
from hub.money.policy import DEFAULT, Clock, Flat, Policy, StepSize, TaxOn
from tests.hub.money.checking.cases import TARIFF, cdr
from tests.hub.money.sessions import ZONE, Json, amount, cdr_of, component, element, facts_of, number, tariff

AMSTERDAM = Known(time_zone=str(ZONE))
SESSION = facts_of(
    ("2024-01-15T18:10:00Z", {"ENERGY": "7.3331", "TIME": "0.5"}),
    ("2024-01-15T18:40:00Z", {"ENERGY": "2.1112", "TIME": "0.4"}),
    end="2024-01-15T19:04:00Z",
)
EVENING = tariff(
    element(component("ENERGY", "0.31", vat=21, step_size=500), start_time="19:30"),
    element(component("ENERGY", "0.47", vat=21, step_size=500), component("FLAT", "1.11", vat=21)),
)


def judged(written: Json, known: Known = AMSTERDAM, policy: Policy = DEFAULT) -> Checked:
    """The check of a CDR at that place."""
    return check_cdr(written, known, policy)


def test_rounding_is_named() -> None:
    """Net cut off and VAT on what was left: two roundings at once."""
    cut = Policy(rounding=Rounding.DOWN, tax_on=TaxOn.ROUNDED_NET)
    written = cdr_of(EVENING, SESSION, cut)

    checked = judged(written)

    assert (checked.verdict, checked.ok) == (Verdict.ROUNDING, True)
    assert checked.judgement.cause in {"truncated", "vat_on_rounded_net", "truncated+vat_on_rounded_net"}


def test_one_cause_before_two() -> None:
    """The local clock was forgotten; two deviations that would fit as well are not told."""
    checked = judged(cdr_of(EVENING, SESSION, Policy(clock=Clock.UTC)))

    assert (checked.verdict, checked.judgement.cause) == (Verdict.EXPLAINED, "utc_clock")
    assert not any("+" in other for other in checked.judgement.also)
    assert checked.judgement.computed is not None
    assert checked.ok


def test_two_causes_at_once() -> None:
    """FLAT in each period and no steps: both are named."""
    checked = judged(cdr_of(EVENING, SESSION, Policy(flat=Flat.EACH_PERIOD, step_size=StepSize.IGNORED)))

    assert checked.verdict is Verdict.EXPLAINED
    assert set(checked.judgement.cause.split("+")) == {"flat_each_period", "step_ignored"}


def test_a_cause_and_a_rounding() -> None:
    """The clock was forgotten and the rest was cut off."""
    checked = judged(cdr_of(EVENING, SESSION, Policy(clock=Clock.UTC, rounding=Rounding.DOWN)))

    assert checked.verdict is Verdict.EXPLAINED
    assert checked.judgement.cause.startswith("utc_clock")


def test_an_agreed_tolerance() -> None:
    """A total may differ by what was agreed, and by no more."""
    written = cdr(total_cost=amount("6.02", "7.28"))

    assert judged(written, Known(limits=PartnerLimits(tolerance=Decimal("0.02")))).verdict is Verdict.ROUNDING
    assert judged(written, Known(limits=PartnerLimits(tolerance=Decimal("0.01")))).verdict is Verdict.MISMATCH


def test_the_published_tariff_is_a_cause() -> None:
    """The CDR carries one tariff, and was priced by the other that its sender had published."""
    other = EVENING | {"elements": [element(component("ENERGY", "0.99", vat=21))]}

    checked = judged(cdr_of(EVENING, SESSION, priced_by=other), Known(time_zone=str(ZONE), published=lambda *_: other))

    assert checked.judgement.cause == "published_tariff"
    assert {"C-TARIFF-DRIFT", "C-COST"} <= {one.rule for one in checked.findings}


def test_what_nobody_can_verify() -> None:
    """No tariff: no verdict, and no accusation."""
    assert judged(cdr(tariffs=[])).verdict is Verdict.UNVERIFIABLE


@pytest.mark.parametrize("policy", [Policy(clock=Clock.UTC), Policy(step_size=StepSize.IGNORED)])
def test_another_agreed_reading_is_exact(policy: Policy) -> None:
    """Partners may agree on a reading: what follows it is EXACT."""
    assert judged(cdr_of(EVENING, SESSION, policy), policy=policy).verdict is Verdict.EXACT


def test_a_huge_cdr_is_not_tried_without_end() -> None:
    """Thousands of periods and a wrong total: a verdict without trying every cause, and that is told."""
    periods = [
        {
            "start_date_time": f"2024-03-01T{9 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z",
            "dimensions": [{"type": "ENERGY", "volume": number("0.002")}],
        }
        for at in range(5000)
    ]
    elements = [element(component("ENERGY", "0.5", vat=21), start_time="11:00"), *TARIFF["elements"]]
    checked = judged(cdr(charging_periods=periods, tariffs=[tariff(*elements)], total_cost=amount("99.00")))

    assert checked.verdict is Verdict.MISMATCH
    assert not checked.judgement.complete
    assert any("too large to look for every cause" in one.message for one in checked.findings)
