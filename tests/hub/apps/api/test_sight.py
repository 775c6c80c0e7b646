"""Who may see a site that is not published: the driver whose token fits one of publish_allowed_to, in all that it says."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.api.sight import Eyes
from hub.apps.sites import PUBLISHED
from tests.hub.apps.samples import OWNERS, site

TOKEN = {"uid": "Abc", "type": "RFID", "visual_number": "V1", "issuer": "Iss", "group_id": "Grp", "valid": True}
MINE = Eyes(frozenset({OWNERS[0]}), frozenset(), TOKEN)


def _hidden(*allowed: Any) -> Any:
    return site("loc1", flags=0, body=orjson.dumps({"publish_allowed_to": list(allowed)}))


@given(st.dictionaries(st.sampled_from(["uid", "type", "visual_number", "issuer", "group_id"]), st.booleans()))
def test_all_given_fields_must_match(fields: dict[str, bool]) -> None:
    """And at least one must be given."""
    allowed = {name: TOKEN[name] if same else "other" for name, same in fields.items()}

    assert MINE.opens(_hidden(allowed)) == (bool(fields) and all(fields.values()))
    assert MINE.opens(_hidden({"uid": "other"}, allowed)) == (bool(fields) and all(fields.values()))


@pytest.mark.parametrize(
    ("allowed", "opens"),
    [({"uid": "aBC"}, True), ({"group_id": "GRP"}, True), ({"issuer": "ISS"}, False), ({"visual_number": "v1"}, False)],
)
def test_ids_alone_are_compared_without_case(allowed: dict[str, str], opens: bool) -> None:
    """uid and group_id are CiStrings."""
    assert MINE.opens(_hidden(allowed)) is opens


def test_what_a_token_lacks_matches_nothing() -> None:
    """A token without an issuer is not of the issuer `None`."""
    eyes = Eyes(frozenset({OWNERS[0]}), frozenset(), {"uid": "Abc", "type": "RFID"})

    assert not eyes.opens(_hidden({"issuer": "None"}))
    assert not eyes.opens(_hidden())
    assert not eyes.opens(_hidden("Abc", None))


def test_the_owner_comes_first() -> None:
    """A token opens nothing of an operator that is hidden; without a token only what is published is seen."""
    mine = {"uid": "Abc"}

    assert MINE.sees(_hidden(mine))
    assert not Eyes(frozenset({OWNERS[1]}), frozenset(), TOKEN).sees(_hidden(mine))
    assert not Eyes(frozenset({OWNERS[0]}), frozenset()).sees(_hidden(mine))
    assert Eyes(frozenset({OWNERS[0]}), frozenset()).sees(site(flags=PUBLISHED))
