"""Verdicts on CDRs: found by what people ask for, and by what CDRs share."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.store.cdr_records import Came, CdrFilter, CdrVerdict
from hub.store.driver import Database
from hub.store.indexes import CDR_VERDICT_LIFE_DAYS, CDR_VERDICTS
from hub.store.protocols import Store
from tests.hub.store.samples import CPA, EMA, NOON


def verdict(number: int, **changes: Any) -> CdrVerdict:
    """The `number`-th one, a minute after the one before."""
    given: dict[str, Any] = {
        "cdr_key": f"NL*CPA/c{number}",
        "cdr_id": f"C{number}",
        "sender": CPA,
        "receiver": EMA,
        "at": NOON + timedelta(minutes=number),
        "correlation_id": "c",
        "mode": "flag",
        "verdict": "EXACT",
        "cause": "",
        "rules": (),
        "currency": "EUR",
        "stated": "6.00",
        "computed": "6.00",
        "flagged": False,
        "held": False,
        "start": "2024-03-01T09:00:00+00:00",
        "end": "2024-03-01T10:00:00+00:00",
        "keys": (f"id/c{number}",),
        "entries": b"[]",
        "report": b"packed",
    }
    return CdrVerdict(**(given | changes))


async def ids(store: Store, wanted: CdrFilter) -> list[str]:
    """What is found."""
    return [one.cdr_id for one in await store.cdr_verdicts.find(wanted)]


async def test_filters(store: Store) -> None:
    """The newest first; every word narrows."""
    await store.cdr_verdicts.put(verdict(1, verdict="MISMATCH", rules=("C-COST E",), flagged=True))
    await store.cdr_verdicts.put(verdict(2, verdict="EXPLAINED", cause="utc_clock", rules=("C-COST W", "C-TZ I")))
    await store.cdr_verdicts.put(verdict(3, held=True, flagged=True, receiver=CPA))

    assert await ids(store, CdrFilter()) == ["C3", "C2", "C1"]
    assert await ids(store, CdrFilter(party=EMA)) == ["C2", "C1"]
    assert await ids(store, CdrFilter(verdicts=frozenset({"MISMATCH", "EXPLAINED"}))) == ["C2", "C1"]
    assert await ids(store, CdrFilter(cause="utc_clock")) == ["C2"]
    assert await ids(store, CdrFilter(rule="C-COST")) == ["C2", "C1"]
    assert await ids(store, CdrFilter(flagged=True, held=False)) == ["C1"]
    assert await ids(store, CdrFilter(came=Came.PUSHED)) == ["C3", "C2", "C1"]
    assert await ids(store, CdrFilter(came=Came.PULLED)) == []
    assert await ids(store, CdrFilter(since=NOON + timedelta(minutes=3))) == ["C3"]


async def test_the_report_is_there_when_one_is_asked_for(store: Store) -> None:
    """Lists leave it out; another sending of the same CDR takes the place of the first."""
    await store.cdr_verdicts.put(verdict(1))
    await store.cdr_verdicts.put(verdict(1, verdict="MISMATCH"))

    assert await store.cdr_verdicts.get("NL*CPA/c1") == verdict(1, verdict="MISMATCH")
    (listed,) = await store.cdr_verdicts.find(CdrFilter())
    assert (listed.verdict, listed.report, listed.entries) == ("MISMATCH", b"", b"")
    assert await store.cdr_verdicts.get("NL*CPA/c2") is None


@pytest.mark.parametrize(
    ("keys", "start", "end", "found"),
    [
        (["id/c1"], "2025", "2026", ["C1"]),
        (["session/s"], "2025", "2026", ["C2"]),
        (["evse/e"], "2024-03-01T09:30:00+00:00", "2024-03-01T11:00:00+00:00", ["C2"]),
        (["evse/e"], "2024-03-01T10:00:00+00:00", "2024-03-01T11:00:00+00:00", []),
        (["id/c4", "evse/x"], "2024", "2025", []),
    ],
)
async def test_related(store: Store, keys: list[str], start: str, end: str, found: list[str]) -> None:
    """The same id or session at any time, the same EVSE at a time that overlaps; not what was held."""
    await store.cdr_verdicts.put(verdict(1))
    await store.cdr_verdicts.put(verdict(2, keys=("id/c2", "session/s", "evse/e")))
    await store.cdr_verdicts.put(verdict(4, held=True, keys=("id/c4", "evse/e")))

    related = await store.cdr_verdicts.related(keys, start, end)

    assert [one.cdr_id for one in related] == found


async def test_counts(store: Store) -> None:
    """By sender and verdict, since an instant."""
    for number, word in ((1, "EXACT"), (2, "EXACT"), (3, "MISMATCH")):
        await store.cdr_verdicts.put(verdict(number, verdict=word))

    assert await store.cdr_verdicts.counts(NOON) == {(CPA, "EXACT"): 2, (CPA, "MISMATCH"): 1}
    assert await store.cdr_verdicts.counts(NOON + timedelta(minutes=2)) == {(CPA, "EXACT"): 1, (CPA, "MISMATCH"): 1}


async def test_they_end(store: Store, database: Database) -> None:
    """The database drops them after 90 days."""
    indexes = await database[CDR_VERDICTS].index_information()

    assert indexes["age"]["expireAfterSeconds"] == CDR_VERDICT_LIFE_DAYS * 86_400


@pytest.mark.parametrize(
    ("before", "after", "news", "kept"),
    [
        ({"content": "a"}, {"content": "a", "came": Came.PULLED}, False, "first"),
        ({"content": "a"}, {"content": "b", "came": Came.PULLED}, True, "second"),
        ({"content": "a", "held": True}, {"content": "a", "came": Came.PULLED}, True, "second"),
        ({"content": "a", "came": Came.PULLED}, {"content": "a", "came": Came.PULLED}, False, "first"),
        ({"content": "a", "came": Came.PULLED}, {"content": "a"}, False, "second"),
        ({"content": "a"}, {"content": "a"}, False, "second"),
        ({"content": "a"}, {"content": "b"}, True, "second"),
        ({"content": "a", "held": True}, {"content": "a"}, True, "second"),
        ({"content": "a"}, {"content": "a", "held": True}, False, "first"),
        ({"content": "a"}, {"content": "b", "held": True}, True, "second"),
        ({"content": "a", "held": True}, {"content": "a", "held": True}, False, "second"),
    ],
)
async def test_what_is_news(store: Store, before: Any, after: Any, news: bool, kept: str) -> None:
    """Another content, or one that was held and now is carried; a pulled one that is no news leaves what is there."""
    assert await store.cdr_verdicts.put(verdict(1, correlation_id="first", **before))

    assert await store.cdr_verdicts.put(verdict(1, correlation_id="second", **after)) is news
    found = await store.cdr_verdicts.get("NL*CPA/c1")
    assert found is not None
    assert found.correlation_id == kept


async def test_carried(store: Store) -> None:
    """Of many keys those that are known, not what was held."""
    for number in (1, 2):
        await store.cdr_verdicts.put(verdict(number, held=number == 2, content=f"c{number}"))

    found = await store.cdr_verdicts.carried([f"NL*CPA/c{number}" for number in range(2_500)])

    assert {key: one.content for key, one in found.items()} == {"NL*CPA/c1": "c1"}


async def test_an_invoice_of_very_many(store: Store) -> None:
    """The oldest few of it are related, and crowd nothing else out."""
    for number in range(1, 140):
        await store.cdr_verdicts.put(verdict(number, keys=("invoice/i",) if number < 139 else ("id/x", "invoice/j")))

    related = await store.cdr_verdicts.related(["id/x", "invoice/i"], "2025", "2026")

    assert [one.cdr_id for one in related] == [*(f"C{number}" for number in range(1, 11)), "C139"]


_PASSED = st.tuples(st.sampled_from(Came), st.booleans()).filter(lambda one: one != (Came.PULLED, True))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(passed=st.lists(_PASSED, min_size=1, max_size=8))
async def test_one_content_is_news_once(store: Store, passed: list[tuple[Came, bool]]) -> None:
    """Pushed, held and listed in any order and number: at most once held and once carried, and carried it stays."""
    key = f"NL*CPA/{uuid4()}"
    news = [
        held
        for came, held in passed
        if await store.cdr_verdicts.put(verdict(1, cdr_key=key, came=came, held=held, content="a"))
    ]

    held_first = list(dict.fromkeys(held for _, held in passed))
    assert news == (held_first if held_first[0] else [False])
    found = await store.cdr_verdicts.get(key)
    assert found is not None
    assert found.held is all(held for _, held in passed)
