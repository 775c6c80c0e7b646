"""What a pull makes of a Location that lost an EVSE; the rest is over real HTTP in tests/whole/test_pulling.py."""

from hypothesis import given
from hypothesis import strategies as st

from hub.pulling.keeping import with_vanished
from tests import words

UIDS = st.lists(st.sampled_from(["a", "B", "c", "D"]), unique=True)


@given(UIDS, UIDS)
def test_nothing_vanishes_silently(before: list[str], now: list[str]) -> None:
    """Every EVSE that was there is still there: as it is now, or REMOVED. Ids are compared as CiStrings."""
    had = words.location(evses=[words.evse(uid=uid) for uid in before])
    has = words.location(evses=[words.evse(uid=uid.lower()) for uid in now], last_updated="2026-01-01T00:00:00Z")
    found = {one["uid"].lower(): one["status"] for one in with_vanished(had, has)["evses"]}

    assert found == {uid.lower(): "REMOVED" for uid in before} | {uid.lower(): "AVAILABLE" for uid in now}


def test_what_is_removed_stays_as_it_was() -> None:
    """So that the next pull finds nothing new."""
    had = words.location(evses=[words.evse(), words.evse(uid="gone", status="REMOVED")])
    has = words.location(evses=[words.evse()])

    assert with_vanished(had, has) == had
    assert with_vanished(words.location(evses=None), has) is has
    assert with_vanished({}, {"id": "x"}) == {"id": "x"}
