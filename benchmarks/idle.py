"""Partners that say nothing: how soon a hub with a hundred of them is ready, and what a thousand cost it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.running import HubProcess, hub_process, processor_s
from benchmarks.servers import start_receiver
from hub.platform import ConnectionStatus, HostedParty, IssuedToken, Platform, PlatformState, TokenKind
from hub.secrets import Secrets
from hub.store.embedded import private_mongod
from hub.store.mongo import open_store
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole, Role

FEW = 100
MANY = 1_000
WANTED_START_S = 1.5
WANTED_MIB = 300.0
WANTED_SHARE = 0.05
SILENCE_S = 300.0
"""Of the default: so long a partner says nothing before it is asked whether it is there."""
_STARTS = 3
_WINDOW_S = 15.0
_SETTLED_AFTER_S = 15.0
"""A hub that starts first asks operators for what it missed. It is the silence, too, in the run that shows what a check costs."""
_EMPTY = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":[]}'
_MODULES = ("locations", "sessions", "cdrs", "tariffs", "tokens", "commands")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Idle:
    """What `measure` found."""

    started_in_s: list[float]
    """With FEW partners and the private mongod, sorted."""
    memory_mib: float
    """With MANY."""
    quiet: float
    """Share of a processor while nobody is asked anything."""
    check_ms: float
    """Processor time of one still-alive check."""

    @property
    def share(self) -> float:
        """Of a processor, with MANY partners asked once in SILENCE_S."""
        return self.quiet + max(0.0, self.check_ms) / 1000 * MANY / SILENCE_S


async def measure(folder: Path, processor: int | None, rest: int | None) -> Idle:
    """Fill the private database of a hub, start it on that, and look at it while nothing happens."""
    await _fill(folder / "few", FEW, "http://127.0.0.1:9")
    started_in_s = []
    for _ in range(_STARTS):
        with hub_process(folder / "few", processor, rest) as hub:
            started_in_s.append(hub.started_in_s)
    answered = 0

    def received() -> None:
        nonlocal answered
        answered += 1

    async def look(hub: HubProcess) -> tuple[float, int]:
        """The share of a processor that is used, and how often partners are called, until now and a while later."""
        before, before_s = answered, processor_s(hub.pid)
        await asyncio.sleep(_WINDOW_S)
        return (processor_s(hub.pid) - before_s) / _WINDOW_S, answered - before

    receiver = await start_receiver(received=received, listed=_EMPTY)
    await _fill(folder / "many", MANY, f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}")
    with hub_process(folder / "many", processor, rest) as hub:
        await asyncio.sleep(_SETTLED_AFTER_S)
        quiet, calls = await look(hub)
        memory_mib = hub.memory_mib()
    with hub_process(folder / "many", processor, rest, HUB_SILENCE_BEFORE_CHECK_S=str(_SETTLED_AFTER_S)) as hub:
        await asyncio.sleep(_SETTLED_AFTER_S)
        busy, more_calls = await look(hub)
        memory_mib = max(memory_mib, hub.memory_mib())
    receiver.close()
    return Idle(sorted(started_in_s), memory_mib, quiet, (busy - quiet) * _WINDOW_S * 1000 / max(1, more_calls - calls))


async def _fill(folder: Path, partners: int, base: str) -> None:
    """Partners that are registered already, in the database that the hub will start by itself."""
    async with private_mongod(folder) as url, open_store(url) as store:
        secrets = Secrets.load("", folder)
        for number in range(partners):
            await store.platforms.save(_partner(number, base, secrets))


def _partner(number: int, base: str, secrets: Secrets) -> Platform:
    platform_id, role = f"idle-{number}", Role.CPO if number % 2 else Role.EMSP
    identity = PartyRole(party=Party.of("NL", f"{number:03}"), role=role)
    hosted = HostedParty(party_role=identity, status=ConnectionStatus.CONNECTED, status_changed_at=_NOW)
    token = IssuedToken(token_hash=secrets.hash_token(f"token-{number}"), kind=TokenKind.ESTABLISHED, proven=True)
    sides = [(ModuleId(module), side) for module in _MODULES for side in Interface]
    return Platform(
        platform_id=platform_id,
        name=f"Idle {number}",
        state=PlatformState.REGISTERED,
        claims=frozenset({identity}),
        parties=(hosted,),
        version=Version.V2_2_1,
        versions_url=f"{base}/{number}/versions",
        endpoints={(module, side): f"{base}/{number}/2.2.1/{side.lower()}/{module}" for module, side in sides},
        issued=(token,),
        outgoing=secrets.seal(f"their-{number}", platform_id),
        created_at=_NOW,
        registered_at=_NOW,
    )
