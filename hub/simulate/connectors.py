"""Plugs and power of a charge point in the station file as OCPI Connectors.

Source: OCPI 2.2.1, mod_locations, Connector; IRVE static schema 2.3, fields `prise_type_*` and `puissance_nominale` (kW).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.simulate.cities import Point
from hub.simulate.tariffs import tariff_id

_AC_VOLTAGE = 230
_ONE_PHASE_KW = Decimal("7.4")
_SOCKET_KW = Decimal("3.68")
_TYPE_2_KW = Decimal("43.5")
_TYPE_2_BESIDE_DC_KW = Decimal(22)
_CHADEMO_KW = Decimal(100)
_LOW_DC_KW = Decimal("62.5")
_LOW_DC_VOLTAGE, _HIGH_DC_VOLTAGE = 500, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plug:
    standard: str
    cable: bool
    direct_current: bool
    power_kw: Decimal


def connectors_of(point: Point, last_updated: str) -> list[dict[str, Any]]:
    """Return the Connectors of one charge point, at least one, with ids `1`, `2`, ...

    The file has one power for all plugs of a point; a plug that cannot carry it gets its own limit. A point without a
    known plug (`autre`, or none) gets the plug that European rules demand for its power: CCS above 43.5 kW, else Type 2.
    """
    power_kw = Decimal(point["puissance_nominale"] or "0")
    free = point["gratuit"] == "True"
    return [
        _connector(plug, str(number), last_updated, free)
        for number, plug in enumerate(_plugs(point, power_kw), start=1)
    ]


def _plugs(point: Point, power_kw: Decimal) -> list[_Plug]:
    return list(_known_plugs(point, power_kw)) or [
        _ccs(power_kw) if power_kw > _TYPE_2_KW else _type_2(power_kw, False)
    ]


def _known_plugs(point: Point, power_kw: Decimal) -> Iterator[_Plug]:
    if point["prise_type_combo_ccs"] == "True":
        yield _ccs(power_kw)
    if point["prise_type_chademo"] == "True":
        yield _Plug(standard="CHADEMO", cable=True, direct_current=True, power_kw=min(power_kw, _CHADEMO_KW))
    if point["prise_type_2"] == "True":
        yield _type_2(power_kw, point["cable_t2_attache"] == "True")
    if point["prise_type_ef"] == "True":
        yield _Plug(standard="DOMESTIC_E", cable=False, direct_current=False, power_kw=min(power_kw, _SOCKET_KW))


def _ccs(power_kw: Decimal) -> _Plug:
    return _Plug(standard="IEC_62196_T2_COMBO", cable=True, direct_current=True, power_kw=power_kw)


def _type_2(power_kw: Decimal, cable: bool) -> _Plug:
    usable_kw = power_kw if power_kw <= _TYPE_2_KW else _TYPE_2_BESIDE_DC_KW
    return _Plug(standard="IEC_62196_T2", cable=cable, direct_current=False, power_kw=usable_kw)


def _connector(plug: _Plug, identifier: str, last_updated: str, free: bool) -> dict[str, Any]:
    power_type, voltage, phases = _current(plug)
    return {
        "id": identifier,
        "standard": plug.standard,
        "format": "CABLE" if plug.cable else "SOCKET",
        "power_type": power_type,
        "max_voltage": voltage,
        "max_amperage": _whole(plug.power_kw * 1000 / (voltage * phases)),
        "max_electric_power": _whole(plug.power_kw * 1000),
        "tariff_ids": [tariff_id(direct_current=plug.direct_current, free=free)],
        "last_updated": last_updated,
    }


def _current(plug: _Plug) -> tuple[str, int, int]:
    """Power type, voltage (line to neutral for three phases) and the number of phases that share the power."""
    if plug.direct_current:
        low = plug.standard == "CHADEMO" or plug.power_kw <= _LOW_DC_KW
        return "DC", _LOW_DC_VOLTAGE if low else _HIGH_DC_VOLTAGE, 1
    if plug.power_kw <= _ONE_PHASE_KW:
        return "AC_1_PHASE", _AC_VOLTAGE, 1
    return "AC_3_PHASE", _AC_VOLTAGE, 3


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
