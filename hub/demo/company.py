"""`python -m hub.demo.company`: the simulated platforms of one company in a process, each with remote control.

A JSON line on stdin says whom to host (`Hosting`); a JSON line on stdout says where each listens.
"""

import asyncio
import json
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any, Self

from hub.demo.cast import TOKEN_COUNT, Company, Player
from hub.simulate.control import Control
from hub.simulate.cpo import Cpo
from hub.simulate.drivers import tokens_of
from hub.simulate.emsp import Emsp
from hub.simulate.platform import Platform
from hub.simulate.stations import stations
from hub.wire.interface import Version
from hub.wire.party import Party, Role

SESSION_MINUTES = (3, 4)
"""At ten times the speed of the clock a session takes about 20 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """What one company's process is told; `key` opens its remote control."""

    company: Company
    key: str
    seed: int
    speed: float

    def write(self) -> bytes:
        """One line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """The opposite of `write`."""
        told = json.loads(line)
        players = tuple(_player(one) for one in told["company"]["players"])
        return cls(**told | {"company": Company(name=told["company"]["name"], players=players)})


async def host(hosting: Hosting) -> None:
    """Start every platform, say where, and serve until the process is ended."""
    located = await asyncio.to_thread(_stations_of, hosting.company)
    async with AsyncExitStack() as stack:
        listening: dict[str, str] = {}
        for player in hosting.company.players:
            platform = await stack.enter_async_context(_platform(player, hosting, located))
            Control(platform, hosting.key)
            listening[str(player.party)] = platform.url
        sys.stdout.write(json.dumps(listening) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _stations_of(company: Company) -> dict[Party, list[dict[str, Any]]]:
    """Locations by operator; the file is read once for all."""
    cpos = {player.party: player.stations for player in company.players if player.role is Role.CPO}
    located: defaultdict[Party, list[dict[str, Any]]] = defaultdict(list)
    for location in stations(*cpos) if cpos else ():
        located[Party.of(location["country_code"], location["party_id"])].append(location)
    return {party: located[party][:limit] for party, limit in cpos.items()}


def _platform(player: Player, hosting: Hosting, located: dict[Party, list[dict[str, Any]]]) -> Platform:
    if player.role is Role.EMSP:
        tokens = tokens_of(player.party, player.name, TOKEN_COUNT, seed=hosting.seed)
        return Emsp(player.party, name=player.name, tokens=tokens, version=player.version)
    return Cpo(
        player.party,
        locations=located[player.party],
        seed=hosting.seed,
        speed=hosting.speed,
        session_minutes=SESSION_MINUTES,
        version=player.version,
    )


def _player(told: dict[str, Any]) -> Player:
    typed = {"party": Party(**told["party"]), "role": Role(told["role"]), "version": Version(told["version"])}
    return Player(**told | typed)


if __name__ == "__main__":
    asyncio.run(host(Hosting.read(sys.stdin.buffer.readline())))
