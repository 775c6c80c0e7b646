"""Time zones by name, and guesses that are not made where they could be wrong."""

import pytest

from hub.money.zones import UnknownZone, guess_zone, zone_named


def test_zones_by_name() -> None:
    """Those of the IANA database; never a path."""
    assert str(zone_named("Europe/Amsterdam")) == "Europe/Amsterdam"
    for name in (
        "Europe",
        "Europe/Nowhere",
        "../etc/passwd",
        "/etc/passwd",
        "",
        "Europe/\x00",
        "x" * 1000,
        "amsterdam",
    ):
        with pytest.raises(UnknownZone, match="no time zone"):
            zone_named(name)


@pytest.mark.parametrize(
    ("country", "latitude", "longitude", "zone"),
    [
        ("NLD", None, None, "Europe/Amsterdam"),
        ("BE", None, None, "Europe/Brussels"),
        ("ESP", "41.38", "2.17", "Europe/Madrid"),
        ("ESP", "28.12", "-15.43", "Atlantic/Canary"),
        ("DEU", "48.14", "11.58", "Europe/Berlin"),
        ("USA", "40.71", "-74.01", "America/New_York"),
        ("USA", "47.61", "-122.33", None),
        ("ESP", None, None, None),
        ("ESP", "north", "5", None),
        ("ESP", "NaN", "1e400", None),
        ("XXX", "0", "0", None),
        (None, None, None, None),
    ],
)
def test_guesses(country: str | None, latitude: str | None, longitude: str | None, zone: str | None) -> None:
    """A country's only zone, or that of the cities near by; none where a city farther away has another time."""
    guess = guess_zone(country, latitude, longitude)

    assert (str(guess.zone) if guess else None) == zone
    assert guess is None or str(guess.zone) in guess.why
