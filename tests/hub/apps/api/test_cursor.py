"""Cursors: whole again after a round trip, good for one question of one app, refused when anything is another."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.api import cursor
from hub.apps.api.asked import Form, Search
from hub.apps.api.cursor import Place
from hub.apps.api.errors import BadParameter

KEY = b"k" * 32
PLACES = st.builds(Place, st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=60))


def _asked(**changes: object) -> Search:
    return Search.model_validate({"near": "52,5", "radius_m": 1000} | changes)


@given(PLACES)
def test_a_cursor_is_read_as_it_was_written(place: Place) -> None:
    """Also on a page of another size or form."""
    written = cursor.write(KEY, "app", _asked(), place)

    assert cursor.read([KEY], "app", _asked(cursor=written, limit=7, format=Form.GEOJSON)) == place
    assert len(written) <= 600


def test_the_first_page_has_none() -> None:
    """No cursor, no place."""
    assert cursor.read([KEY], "app", _asked()) is None


@given(PLACES, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_refused(place: Place, at: int, change: int) -> None:
    """Wherever it is."""
    whole = bytearray(base64.urlsafe_b64decode(cursor.write(KEY, "app", _asked(), place) + "==="))
    whole[at % len(whole)] ^= change
    written = base64.urlsafe_b64encode(whole).decode().rstrip("=")

    with pytest.raises(BadParameter) as refused:
        cursor.read([KEY], "app", _asked(cursor=written))
    assert refused.value.parameter == "cursor"


@pytest.mark.parametrize("change", [{"radius_m": 1001}, {"free": True}, {"near": "52,5.1"}, {"sort": "power"}], ids=str)
def test_another_question_is_refused(change: dict[str, object]) -> None:
    """Its order would be another one."""
    written = cursor.write(KEY, "app", _asked(), Place(1.0, "x"))

    with pytest.raises(BadParameter):
        cursor.read([KEY], "app", _asked(cursor=written, **change))


def test_a_key_that_is_on_its_way_out_still_counts() -> None:
    """While keys change, cursors of the earlier one are read."""
    written = cursor.write(KEY, "app", _asked(), Place(1.0, "x"))

    assert cursor.read([b"n" * 32, KEY], "app", _asked(cursor=written)) == Place(1.0, "x")


def test_another_app_or_key_is_refused() -> None:
    """A cursor says nothing to anyone else."""
    written = cursor.write(KEY, "app", _asked(), Place(1.0, "x"))
    for key, app in ((KEY, "other"), (b"x" * 32, "app")):
        with pytest.raises(BadParameter):
            cursor.read([key], app, _asked(cursor=written))
