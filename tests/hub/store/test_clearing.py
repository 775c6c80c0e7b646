"""CDRs in the books: kept before they are carried, delivered once, on one statement at most."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.money.clearing.entry import CdrState, VatShare
from hub.money.clearing.statement import statements_of
from hub.store.protocols import Conflict, Store
from tests.hub.money.clearing.cleared import NOON, PARTIES, entry

NEW = entry("C1", state=CdrState.NEW, delivered_at=None)


async def test_expected_then_delivered(store: Store) -> None:
    """Until somebody saw that its receiver took it, it is on no statement."""
    books = store.clearing
    await books.expect(NEW)
    before = await books.unstated("2024-03", NOON)

    await books.delivered(replace(NEW, delivered_at=NOON, state=CdrState.ACCEPTED, verdict="EXACT"))

    assert (before, await books.undelivered("2024-03")) == ([], 0)
    (kept,) = await books.unstated("2024-03", NOON)
    assert (kept.state, kept.verdict, kept.delivered_at) == (CdrState.ACCEPTED, "EXACT", NOON)
    assert await books.unstated("2024-03", NOON - timedelta(seconds=1)) == []
    assert await books.unstated("2024-02", NOON) == []


async def test_what_was_delivered_stays(store: Store) -> None:
    """The same id with other content changes nothing any more; before the delivery the later one counts."""
    books = store.clearing
    other = replace(NEW, content="y", net=1, gross=1, vat=(VatShare(rate="", net=1, tax=0),))
    await books.expect(NEW)
    assert (await books.expect(other)).content == "y"
    await books.delivered(replace(other, delivered_at=NOON))

    assert (await books.expect(NEW)).content == "y"
    await books.delivered(replace(NEW, delivered_at=NOON + timedelta(days=1)))

    kept = await books.get(NEW.cdr_key)
    assert kept is not None
    assert (kept.net, kept.delivered_at) == (1, NOON)


@pytest.mark.parametrize("credit_first", [True, False])
async def test_a_credit_takes_its_original_back(store: Store, credit_first: bool) -> None:
    """Whichever comes first; the change says by what."""
    books = store.clearing
    credit = entry("C1-C", credits_key=NEW.cdr_key, net=-600, gross=-726, delivered_at=None)
    for one in (credit, NEW) if credit_first else (NEW, credit):
        await books.expect(one)
        await books.delivered(replace(one, delivered_at=NOON))

    original = await books.get(NEW.cdr_key)

    assert original is not None
    assert original.state is CdrState.CREDITED
    assert original.changes[-1].reason == "credited by C1-C"


async def test_a_save_of_an_old_revision_is_refused(store: Store) -> None:
    """Two people cannot change one CDR at once."""
    kept = await store.clearing.expect(NEW)
    saved = await store.clearing.save(replace(kept, state=CdrState.APPROVED))

    assert await store.clearing.get(NEW.cdr_key) == saved
    with pytest.raises(Conflict):
        await store.clearing.save(replace(kept, state=CdrState.DISPUTED))


async def test_assigned_once(store: Store) -> None:
    """A CDR on a statement is on no other; a disputed one is on none; the others are APPROVED with it."""
    books = store.clearing
    for one in (entry("C1"), entry("C2", state=CdrState.DISPUTED)):
        await books.expect(replace(one, delivered_at=None))
        await books.delivered(one)
    keys = ["NL*P00/c1", "NL*P00/c2"]

    await books.assign(keys, "2024-03/EUR/A>B")
    await books.assign(keys, "2024-04/EUR/A>B")

    assert [(one.cdr_id, one.state) for one in await books.of_month("2024-03")] == [("C1", CdrState.APPROVED)]
    assert await books.of_month("2024-04") == []
    assert [one.cdr_id for one in await books.unstated("2024-03", NOON)] == ["C2"]


async def test_one_closes_at_a_time(store: Store, other_store: Store) -> None:
    """The first instant counts, whoever goes on later; another process waits until the first one is given up."""
    begun = await store.clearing.begin("2024-03", NOON, "one")

    with pytest.raises(Conflict):
        await other_store.clearing.begin("2024-03", NOON + timedelta(seconds=5), "other")
    assert await other_store.clearing.begin("2024-03", NOON + timedelta(hours=1), "other") == begun == NOON
    assert await store.clearing.closed_at("2024-03") is None

    await other_store.clearing.end("2024-03", NOON)
    await other_store.clearing.end("2024-03", NOON + timedelta(days=9))
    assert await store.clearing.closed_at("2024-03") == NOON


async def test_a_statement_is_kept_once(store: Store) -> None:
    """What was stated does not change."""
    (first,) = statements_of("2024-03", [entry("C1")], NOON)
    (second,) = statements_of("2024-03", [entry("C1"), entry("C2")], NOON)

    assert await store.clearing.keep(first) == first
    assert await store.clearing.keep(second) == first
    assert await store.clearing.statements("2024-03") == [first]
    assert await store.clearing.statements("2024-02") == []


async def test_what_another_provider_saw_is_not_delivered(store: Store) -> None:
    """The CDR is in the books of one pair: that somebody else was shown it proves nothing."""
    books = store.clearing
    await books.expect(NEW)

    await books.delivered(replace(NEW, delivered_at=NOON, provider=PARTIES[2]))

    assert await books.undelivered("2024-03") == 1
