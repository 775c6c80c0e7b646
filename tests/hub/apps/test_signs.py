"""What live traffic shows, held against the index."""

import pytest

from hub.apps import signs as signs_module
from hub.apps.index import Change, Index
from hub.apps.signs import Signs
from hub.apps.truth import Sign
from hub.wire.interface import SignKind
from tests.hub.apps.samples import AVAILABLE, CHARGING, point, site

KEY = site().key
NOW = 1_800_000_000_000
ACTIVE, ENDED = SignKind.SESSION_ACTIVE, SignKind.SESSION_ENDED


def seen(kind: SignKind, at_ms: int = NOW) -> Sign:
    """Of one session."""
    return Sign(kind=kind, at_ms=at_ms, session_id="NL*CPA/s1")


def known(status: int = AVAILABLE) -> Index:
    """One EVSE, received a minute ago."""
    indexed = Index()
    indexed.put(site("loc1", point("1", status)), NOW - 60_000)
    return indexed


def test_a_contradiction_begins_and_ends_with_a_change() -> None:
    """Each time once; a sign that says the same again is none."""
    kept, indexed = Signs(), known()

    assert kept.take(indexed, KEY, "1", seen(ACTIVE), NOW) == Change(KEY, "1", AVAILABLE, AVAILABLE, NOW, True)
    assert kept.take(indexed, KEY, "1", seen(ACTIVE, NOW + 1), NOW + 1) is None
    assert kept.take(indexed, KEY, "1", seen(ENDED, NOW + 2), NOW + 2) == Change(
        KEY, "1", AVAILABLE, AVAILABLE, NOW + 2
    )
    assert kept.of(KEY, "1") == seen(ENDED, NOW + 2)


def test_a_sign_that_agrees_confirms() -> None:
    """In the column that searches for fresh ones look at; never backwards."""
    kept, indexed = Signs(), known(CHARGING)
    kept.take(indexed, KEY, "1", seen(ACTIVE, NOW - 10), NOW)
    kept.take(indexed, KEY, "1", seen(ACTIVE, NOW - 20), NOW)

    assert indexed.points["confirmed_ms"].tolist() == [NOW - 10]


def test_a_forgotten_sign_contradicts_no_more() -> None:
    """And says so."""
    kept, indexed = Signs(), known()
    kept.take(indexed, KEY, "1", seen(ACTIVE), NOW)

    assert kept.take(indexed, KEY, "1", None, NOW + 5) == Change(KEY, "1", AVAILABLE, AVAILABLE, NOW + 5)
    assert kept.of(KEY, "1") is None
    assert kept.take(indexed, KEY, "1", None, NOW + 6) is None


def test_a_sign_may_come_before_its_site() -> None:
    """It is kept for when the site comes."""
    kept = Signs()

    assert kept.take(Index(), KEY, "1", seen(ACTIVE), NOW) is None
    assert kept.of(KEY, "1") == seen(ACTIVE)


def test_signs_of_nobody_knows_what_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go."""
    monkeypatch.setattr(signs_module, "SIGNS_MAX", 2)
    kept = Signs()
    for uid in ("1", "2", "1", "3"):
        kept.keep(KEY, uid, seen(ACTIVE))

    assert len(kept) == 2
    assert kept.of(KEY, "2") is None
