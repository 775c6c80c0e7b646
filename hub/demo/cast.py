"""Who plays: the operators of the station file and invented providers, and which process hosts whom."""

from dataclasses import dataclass

from hub.demo.options import EMSPS_MAX, DemoOptions
from hub.simulate.operators import NAMES
from hub.wire.interface import Version
from hub.wire.party import Party, Role

OPERATOR_COMPANIES = 3
"""Processes that share the operators; every provider has its own."""
TOKEN_COUNT = 20
"""Drivers of each provider."""

_OPERATORS = (
    *("FR-ALG", "FR-PDR", "FR-TTE", "FR-STE", "FR-ELC", "FR-SPI", "FR-DRI", "FR-ETO"),
    *("FR-EVZ", "FR-TSL", "FR-VIA", "FR-ION", "FR-ATL", "FR-BMP", "FR-MFC"),
)
"""From most stations to fewest: dealt out in turn, the companies get about as much to do."""
_PROVIDERS = (
    ("NL-EMA", "MapApp", Version.V2_2_1),
    ("FR-MOB", "Mobilité", Version.V2_2),
    ("DE-LAD", "Ladefuchs", Version.V2_2_1),
    ("BE-VLT", "Volt Club", Version.V2_2_1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One platform with one party; `stations` is the most that an operator publishes, None for all that it has."""

    party: Party
    role: Role
    name: str
    version: Version = Version.V2_2_1
    stations: int | None = None

    @property
    def claim(self) -> str:
        """The party as an invitation names it: `FR/PDR/CPO`."""
        return f"{self.party.country_code}/{self.party.party_id}/{self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One process and the platforms that it hosts."""

    name: str
    players: tuple[Player, ...]


def companies(options: DemoOptions) -> tuple[Company, ...]:
    """The cast for these options: operators dealt out among a few companies, one company for each provider."""
    cpos = operators(options.cpos, options.stations)
    hosts = [
        Company(name=f"operators {number + 1}", players=tuple(cpos[number::OPERATOR_COMPANIES]))
        for number in range(min(OPERATOR_COMPANIES, len(cpos)))
    ]
    return (*hosts, *(Company(name=one.name, players=(one,)) for one in providers(options.emsps)))


def operators(count: int, stations: int | None) -> list[Player]:
    """The first `count` operators; `stations` in all, divided evenly."""
    parties = [Party.parse(written) for written in _OPERATORS[:count]]
    return [
        Player(party=party, role=Role.CPO, name=NAMES[party], stations=_share(stations, number, len(parties)))
        for number, party in enumerate(parties)
    ]


def providers(count: int) -> list[Player]:
    """The first `count` providers; the second one speaks 2.2, so that the hub has something to translate."""
    return [
        Player(party=Party.parse(written), role=Role.EMSP, name=name, version=version)
        for written, name, version in _PROVIDERS[: min(count, EMSPS_MAX)]
    ]


def _share(total: int | None, number: int, of: int) -> int | None:
    return None if total is None else total // of + (number < total % of)
