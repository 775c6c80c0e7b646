"""The 15 operators of the station file, each as an OCPI party of France."""

from collections.abc import Mapping
from types import MappingProxyType

from hub.wire.party import Party

_PARTY_IDS = {
    "Allego": "ALG",
    "Atlante France": "ATL",
    "Bump": "BMP",
    "DRIVECO": "DRI",
    "E-Totem": "ETO",
    "ENGIE Vianeo": "VIA",
    "EVzen": "EVZ",
    "Electra": "ELC",
    "Ionity": "ION",
    "Mobilize Fast Charge Network FRANCE": "MFC",
    "Power Dot France": "PDR",
    "SPIE CityNetworks": "SPI",
    "STATIONS-E": "STE",
    "Tesla": "TSL",
    "TotalEnergies Marketing France": "TTE",
}

PARTIES: Mapping[str, Party] = MappingProxyType(
    {name: Party(country_code="FR", party_id=party_id) for name, party_id in _PARTY_IDS.items()}
)
"""Party by the operator's name in the file. The ids are ours: the file has none."""

NAMES: Mapping[Party, str] = MappingProxyType({party: name for name, party in PARTIES.items()})
"""The operator's name by party."""
