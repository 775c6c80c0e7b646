"""Which streams end when the feed began anew: those that missed something, and no others."""

from datetime import UTC, datetime

from hub.apps.api.streams import REBUILT, Streams
from hub.apps.api.truths import Truths
from hub.apps.changes import Changes, Event
from hub.apps.heard import Heard
from hub.apps.index import Index
from hub.apps.subscribers import Interest
from hub.store.app_access import App
from hub.wire.party import Party
from tests.hub.apps.samples import site

_PLACE = site("loc1")
_INTEREST = Interest(keys=frozenset({_PLACE.key}), owners=frozenset({_PLACE.owner}))


def test_a_stream_that_is_opened_after_a_gap_goes_on() -> None:
    """What was lost before it began, it never missed: whoever was told of a rebuild and connects again is not sent away."""
    feed = _Feed()
    feed.streams.check(lambda _: True, lambda _: _INTEREST.owners)
    feed.begin_anew(1_000)
    stream = feed.streams.open(feed.app, _INTEREST)
    feed.streams.tell(Event(seq=1_001, key=_PLACE.key, changes=()))

    assert stream.subscriber.ended == ""
    assert stream.subscriber.told == 1


def test_a_stream_over_a_gap_ends_and_says_so() -> None:
    """It may have missed something, whether or not it had been told anything until then."""
    feed = _Feed()
    stream = feed.streams.open(feed.app, _INTEREST)
    feed.begin_anew(1_000)
    feed.streams.tell(Event(seq=1_001, key=_PLACE.key, changes=()))

    assert stream.subscriber.ended == REBUILT


class _Feed:
    """Streams with a feed that can begin anew."""

    def __init__(self) -> None:
        self.app = App(
            app_id="a1",
            name="app",
            emsp=Party(country_code="DE", party_id="EMA"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        )
        index = Index()
        index.put(_PLACE, 0)
        self._changes = Changes(0)
        self.streams = Streams(
            Truths(Heard(), lambda *_: None),
            index=lambda: index,
            changes=lambda: self._changes,
            per_app_max=5,
            total_max=5,
        )

    def begin_anew(self, complete_since: int) -> None:
        self._changes = Changes(complete_since)
