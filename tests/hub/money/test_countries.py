"""Country codes: a table of pairs, each of them once."""

from hub.money.countries import ALPHA_2, ALPHA_2_OF
from hub.money.zones import guess_zone


def test_the_table() -> None:
    """All countries of ISO 3166-1, each with two codes of its own."""
    assert len(ALPHA_2_OF) == len(ALPHA_2) == 249
    assert all(len(long) == 3 and len(short) == 2 for long, short in ALPHA_2_OF.items())
    assert (ALPHA_2_OF["NLD"], ALPHA_2_OF["DEU"], ALPHA_2_OF["AUT"], ALPHA_2_OF["CHE"]) == ("NL", "DE", "AT", "CH")


def test_countries_of_one_zone_have_it() -> None:
    """The codes are those of the time zone database."""
    guesses = {code: guess_zone(code, None, None) for code in ("NLD", "SWE", "JPN")}

    assert {code: guess.zone.key for code, guess in guesses.items() if guess} == {
        "NLD": "Europe/Amsterdam",
        "SWE": "Europe/Stockholm",
        "JPN": "Asia/Tokyo",
    }
