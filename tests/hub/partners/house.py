"""A hub without functional modules for the tests of this room: the door and the desk behind real HTTP, a real store."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

import modules
from hub.catalog import Catalog
from hub.clock import now_utc
from hub.config import Settings
from hub.delivery.post import Post
from hub.delivery.receiver import Accepted
from hub.limits import Rates
from hub.partners.front import Front, open_front
from hub.platform import ConnectionStatus, Platform
from hub.secrets import Secrets
from hub.simulate.messages import Answer
from hub.simulate.partner import Partner
from hub.simulate.platform import Platform as SimulatedPlatform
from hub.store.protocols import Leg, Store
from hub.wire import envelope, json_text
from hub.wire.errors import OcpiError
from hub.wire.interface import Interface
from hub.wire.message import Inbound, Reply
from hub.wire.party import Party, PartyRole, Role

CPA = PartyRole(party=Party.of("NL", "CPA"), role=Role.CPO)
CPB = PartyRole(party=Party.of("NL", "CPB"), role=Role.CPO)
EMA = PartyRole(party=Party.of("DE", "EMA"), role=Role.EMSP)
EMB = PartyRole(party=Party.of("DE", "EMB"), role=Role.EMSP)
TOKEN_B = "token-b"
SECRETS = Secrets(b"a server key for tests, long enough to be one")


class Recorder:
    """Stands where the deliveries are: keeps what it was given."""

    def __init__(self) -> None:
        self.pushes: list[Accepted] = []
        self.woken: list[str] = []
        self.mine = True

    def accepted(self, accepted: Accepted) -> None:
        """Keep it."""
        self.pushes.append(accepted)

    def woke(self, platform_id: str) -> None:
        """Keep it."""
        self.woken.append(platform_id)

    def owns(self, platform_id: str) -> bool:  # noqa: ARG002 - the shape of Deliveries
        """All or nothing."""
        return self.mine

    def told(self) -> list[tuple[str, str]]:
        """Party and status of each push, in order."""
        values = [json_text.check(push.body) for push in self.pushes]
        return [(f"{value['country_code']}*{value['party_id']}", value["status"]) for value in values]


class House:
    """One hub process."""

    def __init__(self, settings: Settings, front: Front, lanes: Recorder, legs: list[Leg], store: Store) -> None:
        self.settings = settings
        self.front = front
        self.lanes = lanes
        self.legs = legs
        self.store = store
        self._swapped = asyncio.Event()
        front.roster.watch(lambda *_: self._swapped.set())

    @property
    def versions_url(self) -> str:
        """What an invitation names."""
        return f"{self.settings.ocpi_url}/versions"

    def url(self, module: str, version: str = "2.2.1") -> str:
        """The URL of a configuration module."""
        return f"{self.settings.ocpi_url}/{version}/{module}"

    async def invite(self, *claims: PartyRole, name: str = "Charge Point A") -> str:
        """A token A."""
        return (await self.front.partners.invite(name, claims or [CPA])).token

    def platform(self, name: str = "Charge Point A") -> Platform:
        """The record of a partner as the directory has it."""
        return self.front.partners.find(name)

    def statuses(self) -> dict[str, ConnectionStatus]:
        """Status of each party of each partner that was not removed."""
        return {str(view.party): view.status for view in self.front.partners.parties()}

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`, asked after each swap of the directory, and now and then; raises TimeoutError after 10 s."""
        async with asyncio.timeout(10):
            while not holds():
                self._swapped.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await self._swapped.wait()

    async def following(self) -> None:
        """Wait until the changes of other processes are heard here."""
        async with asyncio.timeout(5):
            await self._swapped.wait()

    async def until_proven(self, name: str = "Charge Point A") -> None:
        """Wait until the first use of the newest token is noted, which happens in the background."""

        def proven() -> bool:
            issued = self.platform(name).issued
            return len(issued) == 1 and issued[0].proven

        await self.until(proven)

    async def join(self, partner: SimulatedPlatform, *claims: PartyRole, name: str) -> Platform:
        """Invite a simulated platform and let it register."""
        await partner.register(self.versions_url, await self.invite(*claims, name=name))
        return self.platform(name)


@asynccontextmanager
async def open_house(store: Store, settings: Settings) -> AsyncIterator[House]:
    """A hub process on this store; it listens where `settings.public_url` says."""
    lanes, legs = Recorder(), []  # type: tuple[Recorder, list[Leg]]
    async with (
        Post(settings) as post,
        open_front(
            settings=settings,
            store=store,
            secrets=SECRETS,
            post=post,
            catalog=Catalog(modules.ALL),
            record=legs.append,
            deliveries=lanes,
            failures=Rates(0, 1),
        ) as front,
    ):
        runner = web.AppRunner(_app(front), access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(settings.public_url.rpartition(":")[2])).start()
        house = House(settings, front, lanes, legs, store)
        await house.following()
        try:
            yield house
        finally:
            await runner.cleanup()


def _app(front: Front) -> web.Application:
    async def handle(request: web.Request) -> web.Response:
        async def read_body(_: int) -> bytes:
            return await request.read()

        inbound = Inbound(
            method=request.method,
            path=request.path.removeprefix("/ocpi"),
            query=request.query_string,
            headers=request.headers,
            read_body=read_body,
        )
        try:
            caller = await front.door.authenticate(request.headers.getall("Authorization", []))
            front.liveness.heard(caller.platform.platform_id)
            reply = await front.desk.answer(caller, inbound) or Reply(http_status=404)
        except OcpiError as error:
            reply = Reply(
                http_status=error.http_status,
                body=envelope.write(error.status_code, now_utc(), message=error.message),
                headers=error.headers,
            )
        return web.Response(status=reply.http_status, body=reply.body, headers=reply.headers)

    app = web.Application()
    app.router.add_route("*", "/ocpi/{rest:.*}", handle)
    return app


def offer_client_info(partner: SimulatedPlatform) -> None:
    """Have a simulated platform offer hubclientinfo RECEIVER."""

    async def take(*_: object) -> Any:
        raise AssertionError("nothing is sent in these tests")

    partner.serve("hubclientinfo", Interface.RECEIVER, take)


def authorization(text: str) -> str:
    """`Token` and the Base64 of any text."""
    return "Token " + base64.b64encode(text.encode()).decode()


async def ask(partner: Partner, url: str, token: str, method: str = "GET", body: object = None) -> Answer:
    """One request with this token."""
    return await partner.call(method, url, body, token=token)


def credentials_of(partner: SimulatedPlatform, *roles: PartyRole, token: str = TOKEN_B, **changes: Any) -> Any:
    """Credentials of a simulated platform, which will take `token` from the hub."""
    partner.issued_token = token
    listed = [
        {
            "role": one.role.value,
            "party_id": one.party.party_id,
            "country_code": one.party.country_code,
            "business_details": {"name": "Charge Point A"},
        }
        for one in roles or partner.roles
    ]
    return {"token": token, "url": partner.versions_url, "roles": listed} | changes
