"""Who follows live: each gets what concerns it, in order; one that is slow costs the others nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps import subscribers
from hub.apps.changes import Event
from hub.apps.geometry import Box
from hub.apps.subscribers import Interest, Subscriber, Subscribers, TooMany
from tests.hub.apps.samples import LATITUDES, LONGITUDES, OWNERS

HERE = (52.09, 5.11, OWNERS[0])
KEY = "locations/NL/CPA/loc1"
ALL = frozenset(OWNERS)
UTRECHT = Interest(box=Box(52.0, 5.0, 52.2, 5.2), owners=ALL)
BOXES = st.builds(
    lambda one, other, west, east: Box(min(one, other), west, max(one, other), east),
    LATITUDES,
    LATITUDES,
    LONGITUDES,
    LONGITUDES,
)


def event(seq: int, key: str = KEY) -> Event:
    """Some change."""
    return Event(seq=seq, key=key, changes=())


def following(place: tuple[float, float, str] | None = HERE) -> Subscribers:
    """Subscribers of a hub where everything is at one place."""
    return Subscribers(lambda _: place, lambda one: str(one.seq).encode())


def got(subscriber: Subscriber) -> list[bytes | None]:
    """What was put so far; None is the end."""
    return [subscriber.queue.get_nowait() for _ in range(subscriber.queue.qsize())]


def test_everyone_gets_what_concerns_them_in_order() -> None:
    """By box, by key, and nothing of an owner that is not theirs."""
    here = following()
    by_box = here.add(UTRECHT)
    by_key = here.add(Interest(keys=frozenset({KEY}), owners=ALL))
    elsewhere = here.add(Interest(box=Box(48.0, 2.0, 49.0, 3.0), owners=ALL))
    foreign = here.add(Interest(box=UTRECHT.box, owners=frozenset(OWNERS[1:])))
    both = here.add(Interest(box=UTRECHT.box, keys=frozenset({KEY}), owners=ALL))
    for seq in (1, 2, 3):
        here.tell(event(seq))
    here.tell(event(4, "locations/NL/CPA/other"))

    assert got(by_box) == got(both) == [b"1", b"2", b"3", b"4"]
    assert got(by_key) == [b"1", b"2", b"3"]
    assert got(elsewhere) == got(foreign) == []


@given(BOXES, LATITUDES, LONGITUDES)
def test_cells_lose_nobody(box: Box, latitude: float, longitude: float) -> None:
    """Small boxes are found by cells, large ones asked each time: both get exactly what is inside."""
    here = following((latitude, longitude, OWNERS[0]))
    subscriber = here.add(Interest(box=box, owners=ALL))
    here.tell(event(1))
    inside = box.south <= latitude <= box.north and any(west <= longitude <= east for west, east in box.longitudes())

    assert got(subscriber) == ([b"1"] if inside else [])


def test_a_slow_reader_is_let_go_and_the_others_get_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reason, once; what was queued before can still be read."""
    monkeypatch.setattr(subscribers, "QUEUE_MAX", 3)
    here = following()
    slow, quick = here.add(UTRECHT), here.add(UTRECHT)
    read: list[bytes | None] = []
    for seq in range(1, 8):
        here.tell(event(seq))
        read += got(quick)

    assert read == [str(seq).encode() for seq in range(1, 8)]
    assert got(slow) == [b"1", b"2", b"3", None]
    assert "too slowly" in slow.ended
    assert here.dropped == 1
    assert quick.ended == ""


def test_nobody_is_written_to_for_nothing() -> None:
    """An event is written once for all whom it concerns, and not at all when that is nobody."""
    written: list[int] = []

    def write(one: Event) -> bytes:
        written.append(one.seq)
        return b"x"

    here = Subscribers(lambda _: HERE, write)
    here.tell(event(1))
    here.add(Interest(box=Box(48.0, 2.0, 49.0, 3.0), owners=ALL))
    here.tell(event(2))
    for _ in range(3):
        here.add(UTRECHT)
    here.tell(event(3))

    assert written == [3]


def test_who_may_be_seen_by_nobody_is_told_to_nobody() -> None:
    """A site without a place: unpublished, or unknown."""
    here = following(None)
    subscriber = here.add(UTRECHT)
    here.tell(event(1))

    assert got(subscriber) == []


def test_what_was_removed_leaves_nothing_behind() -> None:
    """No stream, and no memory of boxes and keys that anyone may make up."""
    here = following()
    for number in range(100):
        box = Box(50 + number / 100, 5.0, 51 + number / 100, 6.0)
        here.remove(here.add(Interest(box=box, keys=frozenset({f"locations/{number}"}), owners=ALL)))
    subscriber = here.add(UTRECHT)
    here.remove(subscriber)
    here.tell(event(1))

    assert len(here) == 0
    assert got(subscriber) == []
    assert here._by_cell == {}
    assert here._by_key == {}


def test_all_streams_can_be_ended() -> None:
    """Each with the reason; an end is said once."""
    here = following()
    some = [here.add(UTRECHT), here.add(Interest(keys=frozenset({KEY}), owners=ALL))]
    here.end_all("the hub stops")
    here.end_all("again")
    here.tell(event(1))

    assert [got(one) for one in some] == [[None], [None]]
    assert {one.ended for one in some} == {"the hub stops"}


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """And for no more, until one leaves."""
    monkeypatch.setattr(subscribers, "SUBSCRIBERS_MAX", 2)
    here = following()
    first = here.add(UTRECHT)
    here.add(UTRECHT)
    with pytest.raises(TooMany):
        here.add(UTRECHT)
    here.remove(first)

    here.add(UTRECHT)
