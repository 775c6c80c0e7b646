"""What of a location stays the same is written once, and anew when it is another."""

import orjson
import pytest

from hub.apps.api import sheets as module
from hub.apps.api.sheets import Sheets, write_sheet
from hub.apps.sites import read_site
from tests import words
from tests.hub.apps.samples import site


def test_a_sheet_has_everything_but_what_is_hidden_or_changes() -> None:
    """Joined again it is the location without last_updated, publish_allowed_to and statuses, and with max_kw."""
    evses = [words.evse(uid="A"), words.evse(uid="B", status="REMOVED")]
    body = words.body(words.location(evses=evses, publish_allowed_to=[{"uid": "SECRET"}]))
    place = read_site("locations/NL/CPA/loc1", "NL*CPA", body)
    assert place is not None
    sheet = write_sheet(place)
    head, evse = orjson.loads(sheet.head + b"}"), orjson.loads(sheet.evses[0] + b"}")
    connector = evse["connectors"][0]

    assert len(sheet.evses) == 1
    assert head["name"] == "Stationsplein"
    assert evse["uid"] == "A"
    assert (connector["id"], connector["max_kw"]) == ("1", 22.0)
    for part in (head, evse, connector):
        assert not {"last_updated", "publish_allowed_to", "status", "evses"} & set(part)


def test_a_sheet_lasts_until_its_site_is_another() -> None:
    """The very same object while it is the same site; bounded, the oldest first."""
    kept = Sheets()
    one = site("loc1", body=words.body(words.location()))
    other = site("loc1", body=words.body(words.location(name="Other")))
    first = kept.of(one)

    assert kept.of(one) is first
    assert b"Other" in kept.of(other).head
    assert kept.of(one) is not first


def test_sheets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than so many are not kept."""
    monkeypatch.setattr(module, "SHEETS_MAX", 3)
    kept = Sheets()
    for number in range(10):
        kept.of(site(f"loc{number}", body=words.body(words.location())))

    assert len(kept) == 3
