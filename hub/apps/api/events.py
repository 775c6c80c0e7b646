"""A change as apps get it: of which location, what became of which EVSE, under which number."""

from typing import Any

import orjson

from hub.apps import codes
from hub.apps.api.truths import Truth, Truths, instant
from hub.apps.changes import Event
from hub.apps.index import Change, Index
from hub.clock import epoch_ms, now_utc
from hub.wire.interface import fold

Words = dict[str, Any]


def event_words(event: Event, index: Index, truths: Truths) -> Words:
    """An event of a site that may be seen now; of a status that is no longer the EVSE's only what was known then."""
    row = None if event.gone else index.row(event.key)
    if row is None:
        return gone_words(event)
    site = index.site(row)
    _, country_code, party_id, _ = event.key.split("/", 3)
    evses: list[orjson.Fragment] = []
    if event.changes:
        now_ms = epoch_ms(now_utc())
        current = {truth.uid: truth for truth in truths.of_site(index, row, now_ms)}
        written = _uids(site.body)
        evses = [
            orjson.Fragment(_evse(change, current.get(change.uid), written.get(change.uid, change.uid), now_ms))
            for change in event.changes
        ]
    return {
        "seq": str(event.seq),
        "kind": "status" if event.changes else "location",
        "location": {"country_code": country_code, "party_id": party_id, "id": site.location_id},
        "evses": evses,
    }


def gone_words(event: Event) -> Words:
    """The location is gone for whoever reads this; its id is in lower case, as ids are compared."""
    _, country_code, party_id, location_id = event.key.split("/", 3)
    return {
        "seq": str(event.seq),
        "kind": "gone",
        "location": {"country_code": country_code, "party_id": party_id, "id": location_id},
        "evses": [],
    }


def as_block(words: Words) -> bytes:
    """As a Server-Sent Event. Source: WHATWG HTML, server-sent events."""
    data = orjson.dumps(words, option=orjson.OPT_UTC_Z)
    return b"event: %b\nid: %b\ndata: %b\n\n" % (words["kind"].encode(), words["seq"].encode(), data)


def _evse(change: Change, truth: Truth | None, uid: str, now_ms: int) -> bytes:
    before = None if change.before is None else codes.STATUSES[change.before]
    words: Words = {"uid": uid, "before": before, "current": truth is not None and truth.status == change.status}
    if truth is not None and words["current"]:
        return b"%b,%b}" % (orjson.dumps(words)[:-1], truth.json(now_ms))
    at = instant(change.at_ms)
    words |= {"status": codes.STATUSES[change.status], "received_at": at, "changed_at": at}
    return orjson.dumps(words, option=orjson.OPT_UTC_Z)


def _uids(body: bytes) -> dict[str, str]:
    """Folded uid -> as it is written."""
    uids = (str(one.get("uid", "")) for one in orjson.loads(body).get("evses") or ())
    return {fold(uid): uid for uid in uids}
