"""Each EVSE of a site with its instants, and what live traffic says of it."""

import orjson

from hub.apps.api.truths import Truths
from hub.apps.heard import Heard
from hub.apps.index import Arrival, Index, Kept
from hub.apps.truth import Confidence, Sign
from hub.wire.interface import SignKind
from tests.hub.apps.samples import AVAILABLE, CHARGING, point, site

HOUR_MS = 3_600_000
NOW_MS = 1_800_000_000_000


def test_every_evse_has_its_own_instants_and_signs() -> None:
    """In the order of the site; a sign of one says nothing of the other; the words are what is served."""
    index, place = Index(), site("loc1", point("1", AVAILABLE), point("2", CHARGING))
    kept = {"1": Kept(AVAILABLE, NOW_MS - 5_000, NOW_MS - 9_000, NOW_MS - 5_000)}
    index.load([Arrival(place, NOW_MS - 2 * HOUR_MS, "", kept)])
    sign = Sign(kind=SignKind.SESSION_ACTIVE, at_ms=NOW_MS - 1_000)
    truths = Truths(Heard(), lambda key, uid: sign if (key, uid) == (place.key, "1") else None)
    row = index.row(place.key)
    assert row is not None
    first, second = truths.of_site(index, row, NOW_MS)

    assert [first.uid, second.uid] == ["1", "2"]
    assert first.judged.confidence is Confidence.CONTRADICTED
    assert second.judged.confidence is Confidence.AGING
    assert orjson.loads(b"{%b}" % first.json(NOW_MS)) == {
        "status": "AVAILABLE",
        "received_at": "2027-01-15T07:59:55Z",
        "changed_at": "2027-01-15T07:59:51Z",
        "confirmed_at": "2027-01-15T07:59:55Z",
        "age_s": 5,
        "confidence": "contradicted",
        "evidence": list(first.judged.evidence),
    }


def test_a_silent_evse_of_an_operator_that_is_heard_is_live() -> None:
    """Its operator would have said otherwise, for some hours."""
    index, place, heard = Index(), site("loc1"), Heard()
    index.load([Arrival(place, NOW_MS - 2 * HOUR_MS)])
    heard.note(place.owner, NOW_MS - 1_000)
    heard.note(place.owner, NOW_MS - 9_000)
    row = index.row(place.key)
    assert row is not None
    (truth,) = Truths(heard, lambda *_: None).of_site(index, row, NOW_MS)

    assert heard.last_ms(place.owner) == NOW_MS - 1_000
    assert heard.last_ms("DE*XXX") == 0
    assert truth.judged.confidence is Confidence.LIVE
