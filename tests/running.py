"""A whole hub over real HTTP and real MongoDB inside a test, and partners that register with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from hub.app import open_hub
from hub.config import Settings
from hub.house import Hub
from hub.platform import Effect, Quirks
from hub.simulate.platform import Platform
from hub.store.driver import close_client, open_client
from hub.store.embedded import free_port
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole

HUB = Party(country_code="NL", party_id="HUB")


@dataclass(slots=True)
class RunningHub:
    """A hub that serves, and what a test asks of it."""

    hub: Hub
    settings: Settings

    @property
    def versions_url(self) -> str:
        """Where a handshake begins."""
        return f"{self.settings.ocpi_url}/versions"

    def url(self, module: str, interface: Interface, suffix: str = "", version: Version = Version.V2_2_1) -> str:
        """An address of this hub for a module, as its version details give it."""
        return f"{self.settings.ocpi_url}/{version}/{interface.lower()}/{module}{suffix}"

    async def invite(self, name: str, *claims: PartyRole, quirks: Quirks | None = None) -> str:
        """Invite a partner; returns token A."""
        invitation = await self.hub.partners.invite(name, claims, quirks=quirks)
        return invitation.token

    async def join(self, platform: Platform, *, quirks: Quirks | None = None) -> Platform:
        """Invite and register a started platform with the roles that it has."""
        token = await self.invite(platform.name, *platform.roles, quirks=quirks)
        await platform.register(self.versions_url, token)
        return platform

    async def deny(self, sender: Party | None, receiver: Party | None, module: str | None) -> None:
        """Put an agreement in force."""
        await self.hub.partners.agree(sender, receiver, ModuleId(module) if module else None, Effect.DENY)


@asynccontextmanager
async def running_hub(
    settings: Settings, mongodb_url: str, *, keep_database: bool = False, port: int = 0, **changes: object
) -> AsyncIterator[RunningHub]:
    """Serve a hub with a database of its own on a free port until the block ends; `keep_database` for one that restarts."""
    port = port or free_port()
    own = {
        "mongodb_url": mongodb_url,
        "mongodb_database": f"hub_{uuid4().hex[:12]}",
        "public_url": f"http://127.0.0.1:{port}",
        "probe_first_s": 0.05,
        "probe_max_s": 0.2,
        "failures_before_offline": 1,
        "failed_authentications_per_min": 100_000.0,
    }
    running = settings.model_copy(update=own | changes)
    async with open_hub(running) as hub:
        await hub.serve("127.0.0.1", port)
        try:
            yield RunningHub(hub, running)
        finally:
            if not keep_database:
                client = open_client(mongodb_url)
                await client.drop_database(running.mongodb_database)
                await close_client(client)
