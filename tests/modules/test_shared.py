"""The shared classes' own bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.types import validate
from modules.shared import CdrToken, GeoLocation, Image, Token
from tests import words


@given(st.decimals(-90, 90, places=6), st.decimals(-180, 180, places=6))
def test_every_point_on_earth_has_coordinates(latitude: object, longitude: object) -> None:
    """Coordinates are strings with 5 to 7 decimals, within the bounds of the globe."""
    assert validate(GeoLocation, {"latitude": f"{latitude:f}", "longitude": f"{longitude:f}"}) == []


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("90.00001", "180.00001"), ("91.00000", "181.00000"), ("52.1", "5.1"), ("52,08944", "5 11027"), ("+52.08944", "")],
)
def test_what_is_no_point_on_earth(latitude: str, longitude: str) -> None:
    """Coordinates out of bounds, with too few decimals or another notation are refused."""
    assert len(validate(GeoLocation, {"latitude": latitude, "longitude": longitude})) == 2


def test_coordinates_are_strings() -> None:
    """A JSON number is no coordinate."""
    point = {"latitude": words.number("52.08944"), "longitude": words.number("5.11027")}

    assert [str(problem) for problem in validate(GeoLocation, point)] == [
        "/latitude: should be a string",
        "/longitude: should be a string",
    ]


def test_an_image_is_at_most_99999_wide() -> None:
    """Width and height are int(5)."""
    image = {"url": "https://a.example/i.png", "category": "OWNER", "type": "png"}

    assert validate(Image, image | {"width": words.number("99999"), "height": words.number("0")}) == []
    assert len(validate(Image, image | {"width": words.number("100000"), "height": words.number("-1")})) == 2


def test_an_object_id_is_not_empty() -> None:
    """H6.01: an id is a segment of a path, so it cannot be empty; `#NA` is an id like others in a CdrToken."""
    assert [str(problem) for problem in validate(Token, words.token(uid=""))] == ["/uid: may not be empty"]
    assert validate(CdrToken, words.cdr_token(uid="#NA")) == []
