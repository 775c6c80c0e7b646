"""Hub-addressed objects: one write accepts a push, pages are exact, and who lacks what is never lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from hub.store.driver import Database, Document
from hub.store.mongo import open_store
from hub.store.protocols import Conflict, ObjectKey, Settled, Store, StoredObject, Window
from hub.store.records import write
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from tests.hub.store.samples import CPA, EMA, LOCATIONS, NOON, stored

RECEIVERS = ("p-1:DE*EMA", "p-2:FR*EMB", "p-3:")
FEW = example_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def _commands_of(database: Database) -> list[Document]:
    """What the database was asked on objects since its profiler was switched on."""
    await database.command("profile", 0)
    return await database["system.profile"].find({"ns": f"{database.name}.objects"}).to_list(None)


async def test_an_object_is_read_back_as_it_was_saved(store: Store) -> None:
    """Bytes included, whatever JSON they hold; number and revision are the store's."""
    body = '{"$set":{"a.b":1},"id":"LOC1","kWh":0.10,"big":12345678901234567890.1234,"n":"é\\u0000"}'.encode()
    saved = await store.objects.save(stored(body=body, behind=frozenset(RECEIVERS)))

    assert saved == stored(body=body, behind=frozenset(RECEIVERS), seq=saved.seq, revision=1)
    assert await store.objects.get(saved.key) == saved


async def test_a_replacement_keeps_its_place(store: Store) -> None:
    """H3.54: an object keeps the number it was inserted with."""
    first = await store.objects.save(stored("loc1"))
    await store.objects.save(stored("loc2"))
    again = await store.objects.save(replace(first, body=b"{}"))

    assert (again.seq, again.revision) == (first.seq, 2)
    assert await store.objects.get(first.key) == again


async def test_what_nobody_stored_is_none(store: Store) -> None:
    """An unknown key, and one whose owner differs."""
    await store.objects.save(stored())

    assert await store.objects.get(stored("loc2").key) is None
    assert await store.objects.get(replace(stored().key, owner=EMA)) is None


async def test_of_many_inserts_one_is_stored(store: Store, other_store: Store) -> None:
    """Two processes that both found nothing: one object, every other caller hears Conflict."""
    outcomes = await asyncio.gather(
        *(at.objects.save(stored(body=b"%d" % number)) for number in range(5) for at in (store, other_store)),
        return_exceptions=True,
    )

    (won,) = [outcome for outcome in outcomes if isinstance(outcome, StoredObject)]
    assert await store.objects.get(won.key) == won
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9


async def test_of_many_saves_of_one_revision_one_is_stored(store: Store, other_store: Store) -> None:
    """Compare-and-set: whoever read an older revision hears Conflict, and nothing of the winner is lost."""
    read = await store.objects.save(stored())
    outcomes = await asyncio.gather(
        *(at.objects.save(replace(read, body=b"%d" % number)) for number in range(5) for at in (store, other_store)),
        return_exceptions=True,
    )

    (won,) = [outcome for outcome in outcomes if isinstance(outcome, StoredObject)]
    assert won.revision == 2
    assert await store.objects.get(won.key) == won
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9


async def test_accepting_a_push_is_one_write(store: Store, writes: list[dict[str, Any]]) -> None:
    """A replacement that marks five hundred receivers behind is a single command to the database."""
    saved = await store.objects.save(stored())
    await store.objects.save(replace(saved, behind=frozenset(f"p-{number}:DE*EMA" for number in range(500))))

    assert [(one["name"], len(one.get("updates", ()))) for one in writes] == [("insert", 0), ("update", 1)]


async def test_an_unknown_outcome_is_written_once(store: Store, writes: list[dict[str, Any]]) -> None:
    """Writes carry a transaction number: when the answer is lost, the driver's retry does not write a second time."""
    saved = await store.objects.save(stored())
    await store.objects.save(saved)

    assert [one["name"] for one in writes] == ["insert", "update"]
    for one in writes:
        assert one["txnNumber"] >= 1
        assert one["writeConcern"] == {"w": "majority", "j": True, "wtimeout": 5000}


async def test_settling_takes_receivers_off(store: Store) -> None:
    """Only those named, only on that object."""
    first = await store.objects.save(stored("loc1", behind=frozenset(RECEIVERS)))
    second = await store.objects.save(stored("loc2", behind=frozenset(RECEIVERS)))
    await store.objects.settle([Settled(key=first.key, seq=first.seq, revision=1, receivers=frozenset(RECEIVERS[:2]))])

    assert await store.objects.behind(RECEIVERS[:1], 10) == [second]
    assert await store.objects.behind(RECEIVERS[2:], 10) == [replace(first, behind=frozenset(RECEIVERS[2:])), second]


async def test_many_receivers_are_told_what_few_are(store: Store) -> None:
    """A thousand lanes that ask together hear of all that any lacks, each object once, the oldest first, and of nothing else."""
    crowd = [f"p-{number}:DE*C{number:02}" for number in range(400)]
    nothing = await store.objects.behind(crowd, 10)
    owed = [
        await store.objects.save(stored(f"loc{number}", behind=frozenset({crowd[-number], crowd[0], "p-x:XX*XXX"})))
        for number in range(350)
    ]
    await store.objects.save(stored("other", behind=frozenset({"p-x:XX*XXX"})))

    assert nothing == []
    assert await store.objects.behind(crowd, 1_000) == owed
    assert await store.objects.behind(crowd, 7) == owed[:7]
    assert await store.objects.behind(crowd[1:], 1_000) == owed[1:]


async def test_who_lacks_anything_is_known(store: Store) -> None:
    """Exactly the receivers that some object is marked behind for, each once."""
    content = await store.objects.lacking()
    await store.objects.save(stored("nobody lacks it"))
    await store.objects.save(stored("loc1", behind=frozenset(RECEIVERS[:2])))
    await store.objects.save(stored("loc2", behind=frozenset(RECEIVERS[1:2])))

    assert content == frozenset()
    assert await store.objects.lacking() == {*RECEIVERS[:2]}


async def test_settling_an_older_revision_changes_nothing(store: Store) -> None:
    """A receiver that confirmed what is outdated still lacks what is there now."""
    first = await store.objects.save(stored(behind=frozenset(RECEIVERS)))
    second = await store.objects.save(first)
    await store.objects.settle([Settled(key=first.key, seq=first.seq, revision=1, receivers=frozenset(RECEIVERS))])

    assert await store.objects.get(first.key) == second


async def test_a_late_word_about_an_object_that_was_dropped_settles_nothing(store: Store) -> None:
    """D1: a process that was frozen confirms what is long gone; the object that has its id now is still owed."""
    first = await store.objects.save(stored(behind=frozenset(RECEIVERS[:1])))
    withdrawn = await store.objects.save(replace(first, withdrawn=True))
    known = Settled(key=first.key, seq=first.seq, revision=withdrawn.revision, receivers=frozenset(RECEIVERS[:1]))
    await store.objects.settle([known])
    again = await store.objects.save(stored(behind=frozenset(RECEIVERS[:1])))
    await store.objects.settle([Settled(key=first.key, seq=first.seq, revision=1, receivers=again.behind)])

    assert again.revision == first.revision
    assert await store.objects.get(first.key) == again
    with pytest.raises(Conflict):
        await store.objects.save(first)


async def test_what_a_killed_process_did_not_drop_goes_at_the_next_start(database: Database, mongodb_url: str) -> None:
    """A withdrawn object that nobody lacks, left between the two commands of settling; one that somebody lacks stays."""
    gone, owed = stored("gone", withdrawn=True), stored("owed", withdrawn=True, behind=frozenset(RECEIVERS))
    await database["objects"].insert_many({"_id": str(one.key), **write(one)} for one in (gone, owed))

    async with open_store(mongodb_url, database=database.name) as store:
        assert [await store.objects.get(one.key) for one in (gone, owed)] == [None, owed]


async def test_a_withdrawn_object_goes_when_everyone_knows(store: Store) -> None:
    """It leaves the lists at once, stays for the last receiver, and is then gone; its id may come again."""
    saved = await store.objects.save(stored(behind=frozenset(RECEIVERS[:2])))
    withdrawn = await store.objects.save(replace(saved, withdrawn=True))
    listed = await store.objects.page(LOCATIONS, frozenset({CPA}), Window())
    await store.objects.settle([Settled(key=saved.key, seq=saved.seq, revision=2, receivers=frozenset(RECEIVERS[:1]))])
    waiting = await store.objects.get(saved.key)
    await store.objects.settle([Settled(key=saved.key, seq=saved.seq, revision=2, receivers=frozenset(RECEIVERS[1:2]))])

    assert (listed.objects, listed.total) == ((), 0)
    assert waiting == replace(withdrawn, behind=frozenset(RECEIVERS[1:2]))
    assert await store.objects.get(saved.key) is None
    assert (await store.objects.save(stored())).seq > saved.seq


async def test_a_withdrawal_that_nobody_must_hear_drops_the_object(store: Store) -> None:
    """With no receiver left nothing is kept; an older revision is a conflict here too."""
    saved = await store.objects.save(await store.objects.save(stored()))
    with pytest.raises(Conflict):
        await store.objects.save(replace(saved, withdrawn=True, revision=1))
    await store.objects.save(replace(saved, withdrawn=True))

    assert await store.objects.get(saved.key) is None


@FEW
@given(data=st.data())
async def test_behind_is_what_a_plain_dictionary_says(store: Store, data: st.DataObject) -> None:
    """Any order of pushes, withdrawals and (late, partial, repeated) settles leaves behind what a model leaves behind."""
    module = ModuleId(uuid4().hex)
    keys = [ObjectKey(module=module, owner=CPA, object_id=text) for text in "ab"]
    receivers = [f"{module}:{receiver}" for receiver in RECEIVERS]
    some = st.frozensets(st.sampled_from(receivers))
    model: dict[ObjectKey, StoredObject] = {}
    for _ in range(data.draw(st.integers(1, 12))):
        key = data.draw(st.sampled_from(keys))
        current = model.get(key)
        if data.draw(st.booleans()):
            behind = data.draw(some) | (current.behind if current else frozenset())
            wanted = replace(current or stored(), key=key, behind=behind, withdrawn=data.draw(st.booleans()))
            model[key] = await store.objects.save(wanted)
        else:
            revision = data.draw(st.integers(1, 4))
            seq = max((current.seq if current else 0) - data.draw(st.integers(0, 1)), 0)
            settled = Settled(key=key, seq=seq, revision=revision, receivers=data.draw(some))
            await store.objects.settle([settled, settled])
            if current and (current.seq, current.revision) == (seq, revision):
                model[key] = replace(current, behind=current.behind - settled.receivers)
        model = {key: one for key, one in model.items() if one.behind or not one.withdrawn}

        assert [await store.objects.get(key) for key in keys] == [model.get(key) for key in keys]
        for asked in (receivers[:1], receivers[1:], receivers):
            lacking = sorted((one for one in model.values() if one.behind & {*asked}), key=lambda one: one.seq)
            assert await store.objects.behind(asked, 10) == lacking


async def test_behind_comes_oldest_first_and_bounded(store: Store) -> None:
    """As many as asked for, in the order of insertion; nobody lacks anything for no receivers."""
    saved = [await store.objects.save(stored(f"loc{number}", behind=frozenset(RECEIVERS))) for number in range(4)]

    assert await store.objects.behind(RECEIVERS, 3) == saved[:3]
    assert await store.objects.behind([], 3) == []


OWNERS = (CPA, EMA, Party.of("FR", "CPB"))
MINUTES = st.integers(0, 6).map(lambda minutes: NOON + timedelta(minutes=minutes))
WINDOWS = st.builds(
    Window,
    date_from=st.none() | MINUTES,
    date_to=st.none() | MINUTES,
    offset=st.integers(0, 6),
    limit=st.integers(1, 6),
)
CONTENTS = st.lists(st.tuples(st.sampled_from(OWNERS), MINUTES, st.booleans()), max_size=12)


@FEW
@given(
    contents=CONTENTS,
    asked=st.lists(st.tuples(st.frozensets(st.sampled_from(OWNERS)), WINDOWS), min_size=1, max_size=8),
)
async def test_a_page_is_what_a_search_through_everything_finds(
    store: Store, contents: list[tuple[Party, object, bool]], asked: list[tuple[frozenset[Party], Window]]
) -> None:
    """H3.53, H3.54: by insertion; `date_from` included, `date_to` not, on the owner's last_updated; the total honest."""
    module = ModuleId(uuid4().hex)
    everything = [
        await store.objects.save(
            stored(
                key=ObjectKey(module=module, owner=owner, object_id=str(number)),
                last_updated=updated,
                withdrawn=withdrawn,
                behind=frozenset(RECEIVERS),
            )
        )
        for number, (owner, updated, withdrawn) in enumerate(contents)
    ]

    for owners, window in asked:
        matching = [one for one in everything if _matches(one, owners, window)]
        page = await store.objects.page(module, owners, window)
        assert (list(page.objects), page.total) == (_sliced(matching, window), len(matching))
        for end in matching[window.offset - 1 : window.offset]:
            by_key = await store.objects.page(module, owners, replace(window, after_seq=end.seq))
            assert by_key == page


def _matches(one: StoredObject, owners: frozenset[Party], window: Window) -> bool:
    return (
        not one.withdrawn
        and one.key.owner in owners
        and (window.date_from is None or one.last_updated >= window.date_from)
        and (window.date_to is None or one.last_updated < window.date_to)
    )


def _sliced(matching: Sequence[StoredObject], window: Window) -> list[StoredObject]:
    return [*matching[window.offset : window.offset + window.limit]]


async def _fill(database: Database, count: int) -> None:
    """Insert `count` locations of NL*CPA straight into the database, numbered from 1."""
    await database["objects"].insert_many(
        [{"_id": str(number), **write(stored(str(number), seq=number))} for number in range(1, count + 1)]
    )


async def test_a_late_page_costs_what_the_first_one_costs(store: Store, database: Database) -> None:
    """With the number where the page before ended, the database looks at the page's objects alone, however far in."""
    await _fill(database, 3_000)
    await database.command("profile", 2)
    for offset, after_seq in ((0, None), (2_900, 2_900)):
        await store.objects.page(LOCATIONS, frozenset({CPA}), Window(offset=offset, after_seq=after_seq, limit=50))
    finds = [one for one in await _commands_of(database) if "find" in one["command"]]

    assert [(one["docsExamined"], one["nreturned"]) for one in finds] == [(50, 50), (50, 50)]
    assert max(one["keysExamined"] for one in finds) <= 51


async def test_counting_and_catching_up_read_indexes_alone(store: Store, database: Database) -> None:
    """A total looks at no document, a receiver's arrears only at those it lacks."""
    await _fill(database, 500)
    await store.objects.save(stored("late", behind=frozenset(RECEIVERS)))
    await database.command("profile", 2)
    page = await store.objects.page(LOCATIONS, frozenset({CPA}), Window(limit=1))
    await store.objects.behind(RECEIVERS, 100)
    commands = await _commands_of(database)

    assert page.total == 501
    (count,) = [one for one in commands if "aggregate" in one["command"]]
    assert (count["docsExamined"], count["keysExamined"]) == (0, 502)
    (behind,) = [one for one in commands if "behind" in str(one["command"].get("filter"))]
    assert behind["docsExamined"] == 1


async def test_what_its_owner_has_too_is_confirmed(store: Store, other_store: Store) -> None:
    """It was received later, and nothing else: no new revision, nobody lacks it, never backwards, no withdrawn one."""
    later = NOON + timedelta(hours=1)
    one = await store.objects.save(stored(behind=frozenset({"p-ema"})))
    gone = await store.objects.save(stored("gone", withdrawn=True, behind=frozenset({"p-ema"})))
    await store.objects.confirm([str(one.key), str(gone.key), "locations/NL/CPA/nowhere"], later)
    await store.objects.confirm([str(one.key)], NOON)
    await store.objects.confirm([], later)

    assert await other_store.objects.get(one.key) == replace(one, received_at=later)
    assert await other_store.objects.get(gone.key) == gone
