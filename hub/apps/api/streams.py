"""The open streams of this process: bounded for each app and in all, ended when what an app may see has changed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from hub.apps.api.errors import TooMany as TooManyAnswer
from hub.apps.api.events import as_block, event_words, gone_words
from hub.apps.api.truths import Truths
from hub.apps.changes import Changes, Event
from hub.apps.index import Index
from hub.apps.sites import PUBLISHED, owner_of
from hub.apps.subscribers import Interest, Subscriber, Subscribers
from hub.apps.subscribers import TooMany as NoRoom
from hub.clock import monotonic_s
from hub.store.app_access import App

REVOKED = "the token of this app opens nothing any more"
AGREEMENTS = "what this app may see has changed: connect again"
REBUILT = "changes were lost: read the lists anew, then connect again without Last-Event-ID"
STOPS = "the hub stops: connect again with Last-Event-ID"
WRITE_TIMEOUT_S = 20.0
"""A reader who takes nothing for so long is let go."""
_RETRY_S = 10


def _nothing() -> None:
    return


@dataclass(eq=False, slots=True)
class OpenStream:
    """One of them."""

    app: App
    subscriber: Subscriber
    told: int = 0
    """How many events it was given when that was looked at last."""
    quiet_since_s: float = 0.0
    """Nothing was said to it since then, by the monotonic clock."""
    writing_since_s: float = 0.0
    """Its reader has not taken what was written then; 0: it has."""
    cut_off: Callable[[], None] = _nothing

    @property
    def owners(self) -> frozenset[str]:
        """Whose sites it carries."""
        return self.subscriber.interest.owners


class Streams:
    """The feed tells it of events; streams take from it."""

    def __init__(
        self,
        truths: Truths,
        *,
        index: Callable[[], Index],
        changes: Callable[[], Changes],
        per_app_max: int,
        total_max: int,
    ) -> None:
        """`index` and `changes` are the feed's of the moment."""
        self._index = index
        self._changes = changes
        self._per_app_max = per_app_max
        self._total_max = total_max
        self._open: set[OpenStream] = set()
        self._of_app: Counter[str] = Counter()
        self._window: Changes | None = None
        self.subscribers = Subscribers(
            self._place,
            lambda event: as_block(event_words(event, index(), truths)),
            hidden=self._hidden,
            write_gone=lambda event: as_block(gone_words(event)),
        )

    def __len__(self) -> int:
        return len(self._open)

    def tell(self, event: Event) -> None:
        """An event, from the feed."""
        self._look_for_gap()
        self.subscribers.tell(event)

    def open(self, app: App, interest: Interest) -> OpenStream:
        """Follow from now on; raises TooMany (429) with a time to come again."""
        if self._of_app[app.app_id] >= self._per_app_max:
            raise TooManyAnswer(f"this app has {self._per_app_max} streams open, and may have no more", _RETRY_S)
        self._look_for_gap()  # before there is another stream: what was lost until now, it never missed
        try:
            if len(self._open) >= self._total_max:
                raise NoRoom
            stream = OpenStream(app, self.subscribers.add(interest), quiet_since_s=monotonic_s())
        except NoRoom:
            raise TooManyAnswer("the hub has no room for another stream now", _RETRY_S) from None
        self._open.add(stream)
        self._of_app[app.app_id] += 1
        return stream

    def close(self, stream: OpenStream) -> None:
        """Nobody reads it any more."""
        self.subscribers.remove(stream.subscriber)
        self._open.discard(stream)
        self._of_app[stream.app.app_id] -= 1
        if not self._of_app[stream.app.app_id]:
            del self._of_app[stream.app.app_id]

    def check(self, is_live: Callable[[str], bool], owners: Callable[[App], frozenset[str]]) -> None:
        """End those whose app is revoked or has expired, or may see something else now."""
        self._look_for_gap()
        for stream in self._open:
            if not is_live(stream.app.app_id):
                stream.subscriber.end(REVOKED)
            elif owners(stream.app) != stream.owners:
                stream.subscriber.end(AGREEMENTS)

    def say_alive(self, after_s: float) -> None:
        """A word on every stream that was silent for so long, and the number up to which nothing concerned it."""
        now_s, block = monotonic_s(), b": alive\nid: %d\n\n" % self._changes().last
        for stream in self._open:
            told, stream.told = stream.told, stream.subscriber.told
            if told != stream.told:
                stream.quiet_since_s = now_s
            elif now_s - stream.quiet_since_s >= after_s and stream.subscriber.queue.empty():
                stream.quiet_since_s = now_s
                stream.subscriber.queue.put_nowait(block)

    def cut_off_stuck(self) -> None:
        """Whoever takes nothing any more is let go: the operating system may believe in it for hours."""
        now_s = monotonic_s()
        for stream in self._open:
            if stream.writing_since_s and now_s - stream.writing_since_s > WRITE_TIMEOUT_S:
                structlog.get_logger().info("stream_dropped", app=stream.app.name, reason="its reader takes nothing")
                stream.cut_off()

    def end_all(self, reason: str) -> None:
        """The hub stops, or nothing is certain any more."""
        self.subscribers.end_all(reason)

    def _look_for_gap(self) -> None:
        """The feed began anew: when it does not remember as far as what was told last, something was missed."""
        window = self._changes()
        if window is not self._window:
            if self._window is not None and self.subscribers.last < window.complete_since:
                self.end_all(REBUILT)
            self._window = window

    def _hidden(self, event: Event) -> bool:
        row = self._index().row(event.key)
        if row is None:
            return not event.was_published
        return not self._index().site(row).flags & PUBLISHED

    def _place(self, event: Event) -> tuple[float, float, str]:
        index = self._index()
        row = index.row(event.key)
        owner = owner_of(event.key)
        if row is None:
            return event.latitude, event.longitude, owner
        site = index.site(row)
        return site.latitude, site.longitude, owner
