"""The French station file becomes valid OCPI Locations, all of them, the same each time."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.simulate import operators
from hub.simulate.stations import coordinates, location, read_points, stations
from hub.simulate.tariffs import tariffs_of
from hub.wire.interface import fold
from hub.wire.party import Party
from hub.wire.types import validate
from modules.locations.objects import Location
from modules.shared_tariff import Tariff

POINT = {
    "nom_amenageur": "Power Dot France",
    "nom_operateur": "Power Dot France",
    "nom_enseigne": "Power Dot France",
    "id_station_itinerance": "FRPD1PTEST",
    "nom_station": "Eurotunnel, France -\xa0 Flexiplus",
    "implantation_station": "Voirie",
    "adresse_station": "69 Rue Nicolas Appert, 66000 Perpignan, France",
    "code_insee_commune": "66136",
    "coordonneesXY": "[2.89, 42.738945]",
    "id_pdc_itinerance": "FRPD1ETEST1",
    "puissance_nominale": "22.08",
    "prise_type_ef": "False",
    "prise_type_2": "True",
    "prise_type_combo_ccs": "False",
    "prise_type_chademo": "False",
    "prise_type_autre": "False",
    "gratuit": "False",
    "paiement_cb": "True",
    "paiement_autre": "True",
    "condition_acces": "Accès réservé",
    "reservation": "True",
    "horaires": "24/7",
    "accessibilite_pmr": "Réservé PMR",
    "station_deux_roues": "False",
    "date_maj": "2025-03-28",
    "cable_t2_attache": None,
}


@pytest.fixture(scope="module")
def all_stations() -> list[dict[str, Any]]:
    """Every station, converted once for this file."""
    return stations()


def test_every_station_and_point_is_there_and_valid(all_stations: list[dict[str, Any]]) -> None:
    """5,571 Locations with 29,109 EVSEs of 15 operators pass the check that the hub makes."""
    problems = {one["id"]: found for one in all_stations if (found := validate(Location, one))}

    assert problems == {}
    assert len(all_stations) == 5_571
    assert sum(len(one["evses"]) for one in all_stations) == 29_109
    assert len({(one["country_code"], one["party_id"]) for one in all_stations}) == 15


def test_ids_are_unique_without_case(all_stations: list[dict[str, Any]]) -> None:
    """Two ids that differ in case alone would be one object in OCPI."""
    locations = {fold(one["id"]) for one in all_stations}
    evses = {fold(evse["uid"]) for one in all_stations for evse in one["evses"]}

    assert (len(locations), len(evses)) == (5_571, 29_109)


def test_the_conversion_is_the_same_each_time(all_stations: list[dict[str, Any]]) -> None:
    """A part of the file converts to the same objects as the whole."""
    bump = Party(country_code="FR", party_id="BMP")

    assert stations(bump) == [one for one in all_stations if one["party_id"] == "BMP"]
    assert stations(bump, limit=3) == stations(bump)[:3]


def test_every_coordinate_is_that_of_the_file(all_stations: list[dict[str, Any]]) -> None:
    """Filling up decimals moves nothing: all the digits of the file are there."""
    written = {point["id_station_itinerance"]: point["coordonneesXY"] for point in read_points()}

    for one in all_stations:
        longitude, latitude = re.findall(r"-?[\d.]+", written[one["id"]] or "")
        assert Decimal(longitude) == Decimal(one["coordinates"]["longitude"])
        assert Decimal(latitude) == Decimal(one["coordinates"]["latitude"])


def test_every_connector_refers_to_a_tariff_of_its_operator(all_stations: list[dict[str, Any]]) -> None:
    """tariff_ids name tariffs that the simulated operator has, and those are valid too."""
    for party in operators.NAMES:
        assert all(validate(Tariff, tariff) == [] for tariff in tariffs_of(party).values())
    named = {
        name for one in all_stations for evse in one["evses"] for c in evse["connectors"] for name in c["tariff_ids"]
    }

    assert named == {"AC", "DC", "FREE"}


def test_operators_have_distinct_parties() -> None:
    """Fifteen operators, fifteen parties of France, Power Dot being FR*PDR."""
    assert len(set(operators.PARTIES.values())) == 15
    assert str(operators.PARTIES["Power Dot France"]) == "FR*PDR"
    assert all(re.fullmatch("[A-Z]{3}", party.party_id) for party in operators.NAMES)


def test_a_station_tells_what_its_point_tells() -> None:
    """Place, hours, payment, access and parking of the file are found in the Location."""
    made = location([POINT], {})

    assert (made["name"], made["city"], made["postal_code"]) == ("Eurotunnel, France - Flexiplus", "Perpignan", "66000")
    assert (made["parking_type"], made["opening_times"]) == ("ON_STREET", {"twentyfourseven": True})
    assert made["coordinates"] == {"latitude": "42.738945", "longitude": "2.89000"}
    assert made["evses"][0]["capabilities"] == [
        "REMOTE_START_STOP_CAPABLE",
        "RFID_READER",
        "CREDIT_CARD_PAYABLE",
        "DEBIT_CARD_PAYABLE",
        "RESERVABLE",
    ]
    assert made["evses"][0]["parking_restrictions"] == ["CUSTOMERS", "DISABLED"]


@given(st.decimals(-180, 180, places=9), st.decimals(-90, 90, places=2))
def test_coordinates_always_have_5_to_7_decimals(longitude: Decimal, latitude: Decimal) -> None:
    """Whatever the file had, OCPI's pattern is met, and nothing moves by more than half a unit of the 7th decimal."""
    made = coordinates(f"[{longitude:f}, {latitude:f}]")

    assert re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{5,7}", made["longitude"])
    assert re.fullmatch(r"-?[0-9]{1,2}\.[0-9]{5,7}", made["latitude"])
    assert abs(Decimal(made["longitude"]) - longitude) <= Decimal("0.00000005")
    assert Decimal(made["latitude"]) == latitude
