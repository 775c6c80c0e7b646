"""What changed since a number: for apps that keep a copy and ask now and then."""

from hashlib import blake2b

from hub.apps.api.asked import Since
from hub.apps.api.errors import Expired
from hub.apps.api.events import event_words, gone_words
from hub.apps.api.examples import CHANGES
from hub.apps.api.table import AppCall, AppRoute, Found, Json
from hub.apps.changes import Event
from hub.apps.index import Index
from hub.apps.sites import owner_of


async def _changes(call: AppCall[Since]) -> Found:
    feed, asked = call.office.feed, call.asked
    since = int(asked.since)
    events = feed.changes.after(since, asked.limit)
    if events is None:
        raise Expired(
            "changes since then are not kept any more", "since", "read /locations anew and go on from its seq"
        )
    found = [words for event in events if (words := _words(call, feed.index, event)) is not None]
    more = len(events) == asked.limit and events[-1].seq < feed.changes.last
    reached = events[-1].seq if more else max(since, feed.changes.last)
    said = {"changes": found, "seq": str(reached), "more": more}
    state = blake2b(repr([(one["seq"], one["kind"]) for one in found] + [reached]).encode(), digest_size=16)
    return Found(json=said, state=state.digest())


def _words(call: AppCall[Since], index: Index, event: Event) -> Json | None:
    """None for what this app may not see, and did not."""
    if owner_of(event.key) not in call.eyes.owners:
        return None
    row = index.row(event.key)
    if row is not None and call.eyes.sees(index.site(row)):
        return event_words(event, index, call.office.truths)
    return gone_words(event) if event.was_published else None


ROUTES = (
    AppRoute(
        method="GET",
        path="/changes",
        act=_changes,
        asks=Since,
        summary="What changed since a number.",
        description="`since` is the `seq` of an earlier answer. Ask again with this one's, at once while there is `more`.",
        example=CHANGES,
        examples={"since": "7599800000000000001"},
    ),
)
