"""Every known deviation, put into right CDRs of random tariffs and sessions, is found and named by the check."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from hub.money.checking.check import check_cdr
from hub.money.checking.deviations import PUBLISHED_TARIFF, READINGS, ROUNDINGS, text_of
from hub.money.checking.known import Known
from hub.money.checking.verdict import Verdict
from hub.money.policy import DEFAULT
from tests.hub.money.sessions import Json, cdr_of, random_session, random_tariff, unsplit

SESSIONS = 100
SEED = 7
UNIQUE_SHARE = 0.95
NAMED_SHARE = 0.99
KNOWN = Known(time_zone="Europe/Amsterdam")
BY_NAME = {one.name: one for one in (*READINGS, *ROUNDINGS)}
INJECTED = (
    "step_each_period",
    "step_on_time_too",
    "step_ignored",
    "step_on_last_dimension",
    "utc_clock",
    "flat_each_period",
    "limits_ignored",
    "vat_on_rounded_net",
    "truncated",
    "free_parking_in_step",
    "priced_at_end",
    PUBLISHED_TARIFF,
)


def _costs(cdr: Json) -> Json:
    return {name: value for name, value in cdr.items() if name.endswith("_cost")}


def _deviating(name: str, rng: Random) -> Iterator[tuple[Json, Json, Known]]:
    """Right CDRs, each with one that a sender with this deviation writes instead."""
    written, facts = random_session(rng)
    if name == "priced_at_end":
        facts = unsplit(facts)
    right = cdr_of(written, facts)
    if name == PUBLISHED_TARIFF:
        published = random_tariff(rng)
        yield right, cdr_of(written, facts, priced_by=published), replace(KNOWN, published=lambda *_: published)
    else:
        yield right, cdr_of(written, facts, BY_NAME[name].of(DEFAULT)), KNOWN


def test_every_deviation_is_named_nearly_always_as_the_only_cause() -> None:
    """At least 95 % of the CDRs that a deviation changes have it as their only cause; the others name it among several."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in INJECTED}
    for name in INJECTED:
        rng = Random(SEED)
        for right, deviating, known in (pair for _ in range(SESSIONS) for pair in _deviating(name, rng)):
            if _costs(right) == _costs(deviating):
                continue
            judgement = check_cdr(deviating, known).judgement
            counted[name]["all"] += 1
            counted[name]["named"] += name == judgement.cause or name in judgement.also
            counted[name]["unique"] += name == judgement.cause and not judgement.also

    for name, count in counted.items():
        print(f"{name:<24} {count['unique']} of {count['all']} alone, {count['named']} named")  # noqa: T201 - the measurement
    whole = sum(counted.values(), Counter())
    print(f"alone {whole['unique'] / whole['all']:.3f}, named {whole['named'] / whole['all']:.3f}")  # noqa: T201 - as above
    assert all(count["all"] >= 5 for count in counted.values())
    assert whole["unique"] >= UNIQUE_SHARE * whole["all"]
    assert whole["named"] >= NAMED_SHARE * whole["all"]


def test_right_cdrs_are_exact() -> None:
    """Nobody is accused: a CDR that the policy wrote has no difference and no error."""
    rng = Random(SEED)
    for _ in range(SESSIONS):
        checked = check_cdr(cdr_of(*random_session(rng)), KNOWN)
        assert checked.verdict is Verdict.EXACT, checked.as_dict()
        assert checked.ok, checked.as_dict()


@pytest.mark.parametrize("deviation", [*READINGS, *ROUNDINGS], ids=lambda one: one.name)
def test_each_has_words(deviation: Any) -> None:
    """A report says what the sender did, for one and for several at once."""
    assert text_of(deviation.name) == deviation.text
    assert deviation.text in text_of(f"{deviation.name}+truncated")
    assert deviation.of(DEFAULT) != DEFAULT
