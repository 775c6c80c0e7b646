"""The city of a station is found in its address, its name, or at its neighbours."""

import pytest

from hub.simulate.cities import cities_by_commune, city, postal_code


def _point(address: str, name: str = "Station", commune: str = "00000") -> dict[str, str | None]:
    return {"adresse_station": address, "nom_station": name, "code_insee_commune": commune}


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("69 Rue Nicolas Appert, 66000 Perpignan, France", "x", "Perpignan"),
        ("A9 - Aire de La Palme Ouest 11480 LA PALME (11) Occitanie FRANCE", "x", "LA PALME"),
        ("Route Nationale 7", "Montélimar, France", "Montélimar"),
        ("Aire de service du Chavanon, , Merlines", "x", "Merlines"),
        ("Avenue De La Millardière, 49480 49480 SAINT SYLVAIN D'ANJOU", "x", "SAINT SYLVAIN D'ANJOU"),
        ("Rue de Toulouse", "x", "#NA"),
    ],
)
def test_the_city_is_read_where_it_is_written(address: str, name: str, expected: str) -> None:
    """After the postal code, before `, France` in the name, or in the last part of the address; else it is #NA."""
    assert city(_point(address, name), {}) == expected


def test_a_commune_has_the_name_that_most_stations_write() -> None:
    """A station without a city takes that of its commune; equal counts are decided by the alphabet."""
    points = [_point(f"1 Rue, 13008 {name}", commune="13208") for name in ("Marseille", "MARSEILLE", "Marseille")]
    points += [_point(f"1 Rue, 75001 {name}", commune="75101") for name in ("Paris", "PARIS")]

    by_commune = cities_by_commune(points)

    assert by_commune == {"13208": "Marseille", "75101": "PARIS"}
    assert city(_point("Quai", commune="13208"), by_commune) == "Marseille"


def test_a_postal_code_is_five_digits_before_a_name() -> None:
    """House numbers and road numbers are none."""
    assert postal_code(_point("10 Rue du Port, 29900 Concarneau")) == "29900"
    assert postal_code(_point("12345")) is None
