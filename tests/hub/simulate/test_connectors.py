"""Plugs and power of the station file become Connectors."""

from typing import Any

import pytest

from hub.simulate.connectors import connectors_of

NO_PLUG = dict.fromkeys(("prise_type_ef", "prise_type_2", "prise_type_combo_ccs", "prise_type_chademo"), "False")


def _made(power: str, *plugs: str, **others: str) -> list[dict[str, Any]]:
    named = {f"prise_type_{plug}": "True" for plug in plugs}
    point = NO_PLUG | {"puissance_nominale": power, "gratuit": "False", "cable_t2_attache": "False"} | named | others
    return connectors_of(point, "2025-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("power", "plug", "expected"),
    [
        ("22.0", "2", ("IEC_62196_T2", "SOCKET", "AC_3_PHASE", 230, 32, 22_000)),
        ("7.4", "2", ("IEC_62196_T2", "SOCKET", "AC_1_PHASE", 230, 32, 7_400)),
        ("2.299999952316284", "ef", ("DOMESTIC_E", "SOCKET", "AC_1_PHASE", 230, 10, 2_300)),
        ("22.0", "ef", ("DOMESTIC_E", "SOCKET", "AC_1_PHASE", 230, 16, 3_680)),
        ("50.0", "combo_ccs", ("IEC_62196_T2_COMBO", "CABLE", "DC", 500, 100, 50_000)),
        ("300.0", "combo_ccs", ("IEC_62196_T2_COMBO", "CABLE", "DC", 1000, 300, 300_000)),
        ("300.0", "chademo", ("CHADEMO", "CABLE", "DC", 500, 200, 100_000)),
        ("150.0", "2", ("IEC_62196_T2", "SOCKET", "AC_3_PHASE", 230, 32, 22_000)),
    ],
)
def test_a_plug_has_its_current_voltage_and_amperage(power: str, plug: str, expected: tuple[object, ...]) -> None:
    """Each plug gets the power of the point as far as it can carry it; voltage is line to neutral for three phases."""
    (made,) = _made(power, plug)

    fields = ("standard", "format", "power_type", "max_voltage", "max_amperage", "max_electric_power")
    assert tuple(made[field] for field in fields) == expected


def test_a_fixed_cable_is_told() -> None:
    """A Type 2 cable that is attached makes the connector a CABLE."""
    assert _made("22.0", "2", cable_t2_attache="True")[0]["format"] == "CABLE"


def test_each_plug_is_a_connector_with_its_own_id() -> None:
    """A point with three plugs has the connectors 1, 2 and 3."""
    made = _made("50.0", "2", "combo_ccs", "chademo")

    assert [connector["id"] for connector in made] == ["1", "2", "3"]
    assert [connector["tariff_ids"] for connector in made] == [["DC"], ["DC"], ["AC"]]


@pytest.mark.parametrize(("power", "standard"), [("150.0", "IEC_62196_T2_COMBO"), ("22.0", "IEC_62196_T2")])
def test_a_point_without_a_known_plug_gets_the_usual_one(power: str, standard: str) -> None:
    """An EVSE needs at least one connector: CCS for fast points, Type 2 for the others."""
    assert [connector["standard"] for connector in _made(power)] == [standard]


def test_charging_for_free_is_a_tariff() -> None:
    """gratuit refers to the free of charge tariff."""
    assert _made("22.0", "2", gratuit="True")[0]["tariff_ids"] == ["FREE"]
