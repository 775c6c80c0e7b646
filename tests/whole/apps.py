"""An eMSP's app in a test: its token, its questions over real HTTP, and its open stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession

from hub.apps.api.sight import LOCATIONS
from hub.store.protocols import ObjectKey
from hub.wire.interface import Interface, fold
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import Scripted, until

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """What an app was answered."""

    status: int
    headers: Mapping[str, str]
    json: Any

    @property
    def error(self) -> tuple[str, str]:
        """Code and parameter of the refusal."""
        return self.json["error"]["code"], self.json["error"]["parameter"]

    @property
    def ids(self) -> list[str]:
        """Of the locations, in order."""
        return [one["id"] for one in self.json["locations"]]


@dataclass(frozen=True, slots=True)
class AppUser:
    """Someone with the token of an app."""

    hub: RunningHub
    http: ClientSession
    app_id: str
    token: str

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Of every question."""
        return {"Authorization": f"Bearer {self.token}", **(more or {})}

    def url(self, path: str) -> str:
        """An address of the apps' API."""
        return f"{self.hub.settings.public_url}/apps/v1{path}"

    async def get(self, path: str, query: Any = None, headers: Mapping[str, str] | None = None) -> Told:
        """One question."""
        async with self.http.get(self.url(path), params=query, headers=self.headers(headers)) as answer:
            return await _told(answer)

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Told:
        """One question in a body; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(self.url(path), data=data, headers=self.headers(headers)) as answer:
            return await _told(answer)

    @asynccontextmanager
    async def stream(self, query: Any, headers: Mapping[str, str] | None = None) -> AsyncIterator["Listening"]:
        """An open stream, after its first event."""
        async with self.http.get(self.url("/stream"), params=query, headers=self.headers(headers)) as answer:
            assert answer.status == 200, await answer.text()
            listening = Listening(answer)
            listening.opening = await listening.event()
            yield listening


class Listening:
    """Reads Server-Sent Events."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer
        self.opening: dict[str, Any] = {}

    async def block(self) -> dict[str, str]:
        """The next block: its fields, `comment` among them; raises EOFError at the end."""
        found: dict[str, str] = {}
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                line = (await self.answer.content.readline()).decode()
                if not line:
                    raise EOFError
                if line == "\n":
                    return found
                name, _, value = line.rstrip("\n").partition(": ")
                found[name or "comment"] = value

    async def event(self) -> dict[str, Any]:
        """The next event; comments are passed over."""
        while True:
            block = await self.block()
            if "event" in block:
                return {"event": block["event"], "id": block.get("id"), **json.loads(block["data"])}


async def _told(answer: ClientResponse) -> Told:
    body = await answer.read()
    return Told(answer.status, answer.headers, json.loads(body) if body else None)


@asynccontextmanager
async def app_of(hub: RunningHub, emsp: Party = words.EMSP, name: str = "") -> AsyncIterator[AppUser]:
    """A new app of an eMSP."""
    access = hub.hub.apps.access
    await hub.hub.apps.office.feed.ready.wait()
    app, token = await access.create(name or f"app {len(access.all())}", emsp, timedelta(days=1), "test")
    async with ClientSession() as http:
        yield AppUser(hub, http, app.app_id, token)


async def publish(hub: RunningHub, operator: Scripted, *locations: Mapping[str, Any]) -> None:
    """The operator pushes locations to the hub; they are in the index when this returns."""
    for location in locations:
        path = f"/{location['country_code']}/{location['party_id']}/{location['id']}"
        await push(hub, operator, "locations", path, location)


async def push(  # noqa: PLR0917 (in the order of a request)
    hub: RunningHub, operator: Scripted, module: str, path: str, body: Any, method: str = "PUT"
) -> None:
    """A broadcast push, which the index has taken when this returns (locations)."""
    answer = await operator.ask(method, module, Interface.RECEIVER, path, body, to=words.HUB)
    assert answer.status_code == 1000, answer
    if module != "locations":
        return
    _, country_code, party_id, location_id, *_ = path.split("/")
    owner, name = Party.of(country_code, party_id), fold(location_id)
    stored = await hub.hub.store.objects.get(ObjectKey(module=LOCATIONS, owner=owner, object_id=name))
    assert stored is not None
    revision = stored.revision
    feed = hub.hub.apps.office.feed

    async def taken() -> bool:
        return feed.revision(f"locations/{owner.country_code}/{owner.party_id}/{name}") >= revision

    await until(taken)


async def tariff_known(hub: RunningHub, owner: str, tariff_id: str) -> None:
    """Wait until a pushed tariff can be priced by."""

    async def known() -> bool:
        return hub.hub.apps.office.tariffs.find(owner, tariff_id) is not None

    await until(known)


def somewhere(number: int, **changes: Any) -> words.Words:
    """A location of NL*CPA at a place of its own: one degree of longitude for each number."""
    place = {"latitude": "10.000000", "longitude": f"{number}.000000"}
    return words.location(id=f"LOC{number}", coordinates=place, **changes)


def box(number: int) -> str:
    """A box around that place."""
    return f"{number - 0.4},9.6,{number + 0.4},10.4"


def encode_polyline(*points: tuple[float, float]) -> str:
    """Google's encoded polyline of (latitude, longitude) points."""
    text, before = "", (0, 0)
    for latitude, longitude in points:
        here = (round(latitude * 1e5), round(longitude * 1e5))
        for now, last in zip(here, before, strict=True):
            number = (now - last) << 1
            number = ~number if now < last else number
            while number >= 0x20:
                text += chr((0x20 | (number & 0x1F)) + 63)
                number >>= 5
            text += chr(number + 63)
        before = here
    return text
