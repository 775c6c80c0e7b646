"""Scripted partners of a whole hub: platforms with every functional module on both sides, and one line to join them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Unpack

import modules
from hub.simulate.messages import Answer, Received, Reply, ok
from hub.simulate.platform import Platform, ServerOptions
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole
from tests.running import RunningHub

S, R = Interface.SENDER, Interface.RECEIVER
FUNCTIONAL = [module for module in modules.ALL if module.functional]


class Asked(NamedTuple):
    """What a test asks of the hub; `platform.ask(*asked, to=…)` sends it."""

    method: str
    module: str
    interface: Interface
    path: str = ""
    body: Any = None


class Scripted(Platform):
    """Hosts `roles` (written `NL/CPA/CPO`) and takes whatever comes with 1000 unless `answer` says otherwise."""

    def __init__(self, *roles: str, **options: Unpack[ServerOptions]) -> None:
        super().__init__(", ".join(roles), [PartyRole.parse(role) for role in roles], **options)
        for module in FUNCTIONAL:
            for interface in Interface:
                self.serve(module.identifier, interface, _take)

    async def ask(
        self,
        method: str,
        module: str,
        interface: Interface,
        path: str = "",
        body: Any = None,
        *,
        to: Party | None,
        from_: Party | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the hub as `send` does, with FROM = `from_` (this platform's first party if not given)."""
        url = self.registered()[0].endpoint(module, interface) + path
        return await self.call(method, url, body, to=to, from_=from_ or self.party, headers=headers)

    def on(self, method: str, module: str, interface: Interface, reply: Any, path: str = "") -> None:
        """Script the answer of one of this platform's endpoints, as `answer` does."""
        self.answer(method, self.path(module, interface) + path, reply)

    def got(self, segment: str = "") -> list[Received]:
        """What came, oldest first, with `segment` (a module's name) in its path; without one all but HubClientInfo."""
        if segment:
            return [received for received in self.requests if segment in received.segments]
        return [received for received in self.requests if "hubclientinfo" not in received.segments]

    def forget(self) -> None:
        """Drop every script and everything that was received."""
        self._scripted.clear()
        self.requests.clear()


async def _take(received: Received, rest: tuple[str, ...]) -> Reply:
    return ok()


@asynccontextmanager
async def joined(hub: RunningHub, *roles: str, **options: Unpack[ServerOptions]) -> AsyncIterator[Scripted]:
    """A scripted platform that is registered with the hub until the block ends."""
    async with Scripted(*roles, **options) as platform:
        await hub.join(platform)
        yield platform


def party(written: str) -> Party:
    """`NL*CPA` as a party."""
    return Party.parse(written)


async def until(holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 10.0) -> None:
    """Ask again and again: for what the hub does after it has answered, and tells nobody; raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not await holds():  # noqa: ASYNC110 - there is no event to wait for outside of the hub
            await asyncio.sleep(0.005)


async def known(hub: RunningHub, kind: str, key: str, *parties: Party, scope: Party | None = None) -> None:
    """Wait until the hub has learned from a message whom a key belongs to: it learns after it has answered."""

    async def learned() -> bool:
        return set(await hub.hub.store.index.find(kind, key, scope)) == set(parties)

    await until(learned)
