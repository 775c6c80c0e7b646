"""Locations between OCPI 2.2 and 2.2.1: connectors and capabilities that only 2.2.1 has names for."""

from hub.wire.interface import Json, Translation
from modules.content import text
from modules.translation import changing, each, power_type_to_2_2, unchanged_for

CONNECTOR_REQUIRED = "START_SESSION_CONNECTOR_REQUIRED"
CONNECTOR_TYPES_2_2_1 = frozenset(
    {
        "CHAOJI",
        "DOMESTIC_M",
        "DOMESTIC_N",
        "DOMESTIC_O",
        "GBT_AC",
        "GBT_DC",
        "NEMA_5_20",
        "NEMA_6_30",
        "NEMA_6_50",
        "NEMA_10_30",
        "NEMA_10_50",
        "NEMA_14_30",
        "NEMA_14_50",
    }
)
"""ConnectorTypes that 2.2 lacks."""


def to_2_2(value: Json) -> Json:
    """A Location, EVSE or Connector, whole or in part, as 2.2 has it.

    A connector that 2.2 has no name for is left out of its EVSE, and an EVSE that only has such out of its Location:
    there is no generic name, and a wrong one would send a driver to a plug that does not fit. What is pushed by itself
    (one Connector, one EVSE of such connectors only) stays, for the receiver to judge.
    """
    value = changing(value, "power_type", power_type_to_2_2)
    value = changing(value, "capabilities", lambda names: each(names, _capability))
    value = changing(value, "connectors", _connectors)
    return changing(value, "evses", lambda evses: each(evses, _evse))


def _capability(name: Json) -> Json | None:
    return None if name == CONNECTOR_REQUIRED else name


def _connectors(connectors: Json) -> Json:
    known = each(connectors, _connector)
    return known or connectors


def _connector(connector: Json) -> Json | None:
    return None if text(connector, "standard") in CONNECTOR_TYPES_2_2_1 else to_2_2(connector)


def _evse(evse: Json) -> Json | None:
    connectors = evse.get("connectors") if isinstance(evse, dict) else None
    if connectors and each(connectors, _connector) == []:
        return None
    return to_2_2(evse)


TRANSLATION = Translation(to_2_2=to_2_2, to_2_2_1=unchanged_for)
