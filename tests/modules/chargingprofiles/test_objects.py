"""The classes of charging profiles beyond the examples."""

from hub.wire.types import validate
from modules.chargingprofiles import objects
from tests import words


def test_the_three_results_of_a_callback_fit_the_widest() -> None:
    """H6.80: a GET's result may have a profile, a PUT's and a DELETE's have none; all have one of three results."""
    for result in objects.ChargingProfileResultType:
        plain = {"result": str(result)}
        assert validate(objects.ActiveChargingProfileResult, plain) == []
        assert validate(objects.ChargingProfileResult, plain) == validate(objects.ClearProfileResult, plain) == []
    assert len(validate(objects.ClearProfileResult, {"result": "TOO_OFTEN"})) == 1


def test_a_profile_is_in_watts_or_amperes() -> None:
    """H7.05: the unit is W or A, in upper case; a profile may have no periods."""
    assert validate(objects.ChargingProfile, {"charging_rate_unit": "A", "charging_profile_period": None}) == []
    assert len(validate(objects.ChargingProfile, words.charging_profile(charging_rate_unit="w"))) == 1
