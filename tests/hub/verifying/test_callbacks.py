"""A partner's calls to a contract run come through the hub's own address, whole, while the run lasts and no longer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from hub.clock import now_utc
from hub.store.protocols import UrlMapping
from hub.verifying.callbacks import Callbacks
from hub.wire.interface import ModuleId
from tests.running import HUB, RunningHub


class Runner:
    """What stands where the runner's small server is."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []

    @asynccontextmanager
    async def listening(self, at: str) -> AsyncIterator[None]:
        """Answer every call at `127.0.0.1:PORT` with 201 and its number."""

        async def answer(request: web.Request) -> web.Response:
            self.calls.append((request.method, request.raw_path, dict(request.headers), await request.read()))
            return web.json_response({"number": len(self.calls), "text": "x" * 300_000}, status=201)

        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        host, port = at.split(":")
        await web.TCPSite(runner, host, int(port)).start()
        try:
            yield
        finally:
            await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """Whoever calls."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def callbacks(running: RunningHub, http: ClientSession) -> Callbacks:
    """Of the running hub's store and settings."""
    return Callbacks(running.settings, running.hub.store.mappings, http)


async def test_a_call_is_passed_on_whole(callbacks: Callbacks, http: ClientSession) -> None:
    """Method, coded path and query, half a megabyte of body, OCPI's headers and no other; the answer comes back whole."""
    runner, body = Runner(), b"x" * 500_000
    headers = {
        "Authorization": "Token abc",
        "X-Request-ID": "r1",
        "OCPI-to-party-id": "HUB",
        "Cookie": "a=b",
        "X-A": "1",
    }
    async with (
        callbacks.open("p1") as (listen, url),
        runner.listening(listen),
        http.put(f"{url}/a%2Fb/c?d=%20e", data=body, headers=headers) as answer,
    ):
        answered = answer.status, await answer.json()

    ((method, path, got, received),) = runner.calls
    assert (method, path, received) == ("PUT", "/a%2Fb/c?d=%20e", body)
    assert (got["Authorization"], got["X-Request-ID"], got["OCPI-to-party-id"]) == ("Token abc", "r1", "HUB")
    assert not {"Cookie", "X-A"} & got.keys()
    assert answered == (201, {"number": 1, "text": "x" * 300_000})


async def test_after_the_run_the_address_is_nothing(callbacks: Callbacks, http: ClientSession) -> None:
    """Another program may have the port by then: nothing reaches it."""
    other = Runner()
    async with callbacks.open("p1") as (listen, url):
        pass
    async with other.listening(listen), http.get(f"{url}/versions") as answer:
        assert (answer.status, other.calls) == (404, [])


async def test_a_run_that_is_not_there_yet_is_over(callbacks: Callbacks, http: ClientSession) -> None:
    """Nobody listens: 404 in an envelope, not a failure of the hub."""
    async with callbacks.open("p1") as (_, url), http.get(f"{url}/versions") as answer:
        assert (answer.status, (await answer.json())["status_code"]) == (404, 3000)


async def test_a_body_without_end_is_refused(callbacks: Callbacks, http: ClientSession) -> None:
    """More than a megabyte is 413, also when nobody said how long it would be."""
    runner = Runner()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    async with (
        callbacks.open("p1") as (listen, url),
        runner.listening(listen),
        http.post(f"{url}/commands", data=endless()) as answer,
    ):
        assert answer.status == 413
    assert runner.calls == []


async def test_only_addresses_of_runs_lead_to_a_runner(
    running: RunningHub, callbacks: Callbacks, http: ClientSession
) -> None:
    """An address that nobody gave out, and one that is for something else, are 404."""
    mapping = UrlMapping(
        opaque="other",
        kind="response_url",
        target_url="http://127.0.0.1:9",
        module=ModuleId("commands"),
        owner_platform_id="p1",
        owner=HUB,
        caller_platform_id="p2",
        caller=HUB,
        created_at=now_utc(),
        expires_at=None,
    )
    await running.hub.store.mappings.add(mapping)
    for opaque in ("other", "unknown"):
        async with http.get(f"{running.settings.public_url}/contract/{opaque}/x") as answer:
            assert answer.status == 404, opaque
