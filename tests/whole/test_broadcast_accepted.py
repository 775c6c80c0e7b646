"""When a sender hears that its push is kept, that it is not, and what becomes of one that it sends again."""

import asyncio
from collections.abc import Iterator

import pytest

from hub import broadcasting
from hub.store.protocols import ObjectKey, ObjectStore, StoredObject, StoreUnavailable
from hub.wire.headers import CORRELATION_ID, DELIVERY_ID, first
from tests import words
from tests.running import RunningHub
from tests.whole.broadcasts import location, path, put, settled, stored
from tests.whole.platforms import R, Scripted


class Held:
    """Questions for an object that are not answered until `go_on` is set."""

    def __init__(self, objects: ObjectStore) -> None:
        self._get = objects.get
        self.asked = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()

    async def get(self, key: ObjectKey) -> StoredObject | None:
        """Say that it was asked, and wait."""
        self.asked.release()
        await self.go_on.wait()
        return await self._get(key)


@pytest.fixture
def held(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """The hub keeps nothing until `go_on` is set."""
    slow = Held(hub.hub.store.objects)
    monkeypatch.setattr(hub.hub.store.objects, "get", slow.get)
    yield slow
    slow.go_on.set()


async def test_a_push_whose_answer_was_lost_is_taken_once(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """P9, REL-07: the same words under the same correlation id are 1000 again, stored once and sent on once."""
    value = location("AGAIN", 1)
    ids = {CORRELATION_ID: "the-same"}
    answers = [
        await cpo.ask("PUT", "locations", R, path(value, "AGAIN"), value, to=words.HUB, headers=ids) for _ in range(3)
    ]
    await settled(hub, "locations", words.CPO, "AGAIN")
    kept = await stored(hub, "locations", words.CPO, "AGAIN")

    assert [one.status_code for one in answers] == [1000] * 3
    assert kept is not None
    assert (kept.revision, kept.correlation_id) == (1, "the-same")
    assert len(emsp.got("locations")) == 1


async def test_a_delivery_has_one_id_however_often_it_is_sent(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """P2: the same state to the same receiver has the same X-Hub-Delivery-Id, another state another one."""
    for number in (1, 1, 2):
        assert (await put(cpo, "locations", location("SAME", number))).status_code == 1000
        await settled(hub, "locations", words.CPO, "SAME")

    ids = [first(one.headers, DELIVERY_ID) for one in emsp.got("locations")]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]
    assert {one.partition(".")[0] for one in ids} == {ids[0].partition(".")[0]}


async def test_too_many_pushes_at_once_are_refused_before_they_are_accepted(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: one more than there are places is HTTP 503, 3000 and Retry-After; those that have a place are kept."""
    monkeypatch.setattr(broadcasting, "PLACES_PER_PLATFORM", 3)
    async with asyncio.TaskGroup() as group:
        pushing = [group.create_task(put(cpo, "locations", location(f"FULL{n}", 1))) for n in range(3)]
        for _ in pushing:
            await held.asked.acquire()
        refused = await put(cpo, "locations", location("FULL3", 1))
        held.go_on.set()

    assert (refused.status, refused.status_code, refused.headers["Retry-After"]) == (503, 3000, "1")
    assert [one.result().status_code for one in pushing] == [1000] * 3
    assert await stored(hub, "locations", words.CPO, "FULL3") is None
    assert (await put(cpo, "locations", location("FULL3", 1))).status_code == 1000


async def test_a_database_that_does_not_answer_is_told_in_time(
    cpo: Scripted, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REL-02: HTTP 503, 3000 and Retry-After, within the time that a push may take; never a hang."""
    monkeypatch.setattr(broadcasting, "KEEP_WITHIN_S", 0.05)

    answer = await put(cpo, "locations", location("LATE", 1))

    assert (answer.status, answer.status_code) == (503, 3000)
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_unknown_outcome_is_not_called_a_failure(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REL-06: a write that was done although its answer was lost: the sender hears 503, the receivers get the object."""
    save = hub.hub.store.objects.save

    async def lost(kept: StoredObject) -> StoredObject:
        await save(kept)
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(hub.hub.store.objects, "save", lost)
        answer = await put(cpo, "locations", location("UNKNOWN", 1))
    await settled(hub, "locations", words.CPO, "UNKNOWN")
    again = await put(cpo, "locations", location("UNKNOWN", 1))

    assert (answer.status, again.status_code) == (503, 1000)
    assert emsp.got("locations")[0].segments[-1] == "UNKNOWN"
