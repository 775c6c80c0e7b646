"""Run one simulated platform until it is told to stop: what the command line and the demo start."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub.simulate import defects
from hub.simulate.control import Control
from hub.simulate.cpo import Cpo
from hub.simulate.drivers import tokens_of
from hub.simulate.emsp import Emsp
from hub.simulate.platform import Platform, ServerOptions
from hub.simulate.reference import reference_cpo, reference_emsp
from hub.simulate.stations import stations
from hub.wire.interface import Version
from hub.wire.party import Party, Role

Announce = Callable[[str], None]
"""Takes one sentence for the person who watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Where a simulator listens and with whom it registers.

    With `versions_url` and `token_file` (a file that holds token A) it registers at once. With `control_key` it can be
    controlled under `/control/…`. `public_url` is what it tells others when that is not `http://{host}:{port}`; port 0
    takes a free one.
    """

    party: Party
    versions_url: str | None = None
    token_file: Path | None = None
    version: Version = Version.V2_2_1
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    control_key: str | None = None
    seed: int = 1

    def server(self) -> ServerOptions:
        """What the platform itself is told."""
        return {"version": self.version, "host": self.host, "port": self.port, "public_url": self.public_url}


@dataclass(frozen=True, slots=True, kw_only=True)
class CpoOptions(SimulatorOptions):
    """An operator; `party` is one of `operators.PARTIES`, whose real stations it has (at most `limit`)."""

    limit: int | None = None
    publish: bool = True
    """Broadcast tariffs and stations after registration."""
    speed: float = 60.0
    """How many times as fast as the clock a session runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmspOptions(SimulatorOptions):
    """A provider called `name` with `token_count` drivers."""

    name: str
    token_count: int = 20
    publish: bool = True
    """Broadcast the tokens after registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceOptions:
    """A reference partner; `defect` is the id of the check that it is to fail.

    `token` is an established credentials token, or with `unregistered` a token A with which the other side registers.
    """

    role: Role
    token: str = field(repr=False)
    unregistered: bool = False
    defect: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None


def _log(sentence: str) -> None:
    structlog.get_logger().info("simulator", said=sentence)


async def run_cpo(options: CpoOptions, announce: Announce = _log) -> None:
    """Run an operator until cancelled; raises HandshakeFailed or aiohttp.ClientError when it cannot register."""
    locations = await asyncio.to_thread(stations, options.party, limit=options.limit)
    cpo = Cpo(options.party, locations=locations, seed=options.seed, speed=options.speed, **options.server())
    async with cpo:
        if await _connect(cpo, options, announce) and options.publish:
            accepted = await cpo.publish()
            announce(f"{cpo.name}: {accepted} of {len(cpo.locations)} stations published")
        await asyncio.Event().wait()


async def run_emsp(options: EmspOptions, announce: Announce = _log) -> None:
    """Run a provider until cancelled; raises HandshakeFailed or aiohttp.ClientError when it cannot register."""
    tokens = tokens_of(options.party, options.name, options.token_count, seed=options.seed)
    emsp = Emsp(options.party, name=options.name, tokens=tokens, **options.server())
    async with emsp:
        if await _connect(emsp, options, announce) and options.publish:
            accepted = await emsp.broadcast_tokens()
            announce(f"{emsp.name}: {accepted} of {len(emsp.tokens)} tokens published")
        await asyncio.Event().wait()


async def run_reference(options: ReferenceOptions, announce: Announce = _log) -> None:
    """Run a reference partner until cancelled, for a contract run to judge; raises LookupError for an unknown defect."""
    server: ServerOptions = {"host": options.host, "port": options.port, "public_url": options.public_url}
    partner = reference_cpo(**server) if options.role is Role.CPO else reference_emsp(**server)
    partner.defect = defects.known()[options.defect] if options.defect else None
    if options.unregistered:
        partner.token_a = options.token
    else:
        partner.issued_token = partner.outgoing_token = options.token
    async with partner:
        announce(partner.versions_url)
        await asyncio.Event().wait()


async def _connect(platform: Platform, options: SimulatorOptions, announce: Announce) -> bool:
    """Offer remote control, say where the platform is, and register if there is someone to register with."""
    if options.control_key is not None:
        Control(platform, options.control_key)
    announce(f"{platform.name} ({platform.party}) listens at {platform.versions_url}")
    if options.versions_url is None or options.token_file is None:
        return False
    token_a = (await asyncio.to_thread(options.token_file.read_text)).strip()
    peer = await platform.register(options.versions_url, token_a)
    announce(f"{platform.name} is registered with {peer.party}")
    return True
