"""Paths of owned objects."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from modules.paths import owned_path

ids = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=36)


@given(ids)
def test_any_id_survives_a_path(identifier: str) -> None:
    """H3.02: a path of three segments, each of which decodes to what the object says."""
    path = owned_path({"country_code": "NL", "party_id": "CPA", "id": identifier}, "id")

    assert [unquote(segment) for segment in path.split("/")] == ["", "NL", "CPA", identifier]
