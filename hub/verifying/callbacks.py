"""Calls of a partner to a contract run: from the hub's own address to the runner's small server on this machine.

The address is known only to the run and to the partner under test, works while the run lasts, and for every worker of this
machine; the runner checks each call's token itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from yarl import URL

from hub.clock import now_utc
from hub.config import Settings
from hub.secrets import opaque
from hub.store.embedded import free_port
from hub.store.protocols import MappingStore, UrlMapping
from hub.wire.interface import ModuleId

PREFIX = "/contract"
CONTRACT_RUN = PREFIX + "/{opaque}/{rest:.*}"
_KIND = "contract"
_LIFE = timedelta(minutes=10)
_TIMEOUT_S = 20.0
_TIMEOUT = ClientTimeout(total=_TIMEOUT_S)
_PASSED = frozenset(
    {"authorization", "content-encoding", "content-type", "x-request-id", "x-correlation-id"}
    | {f"ocpi-{end}-{part}" for end in ("to", "from") for part in ("party-id", "country-code")}
)


class Callbacks:
    """Gives out addresses for runs, and passes on what is called there."""

    def __init__(self, settings: Settings, mappings: MappingStore, session: ClientSession) -> None:
        self._settings = settings
        self._mappings = mappings
        self._session = session

    @asynccontextmanager
    async def open(self, platform_id: str) -> AsyncIterator[tuple[str, str]]:
        """Where the runner should listen (`127.0.0.1:PORT`), and at which URL it is called."""
        port, address, now = free_port(), opaque(), now_utc()
        mapping = UrlMapping(
            opaque=address,
            kind=_KIND,
            target_url=f"http://127.0.0.1:{port}",
            module=ModuleId(_KIND),
            owner_platform_id=platform_id,
            owner=self._settings.party,
            caller_platform_id=platform_id,
            caller=self._settings.party,
            created_at=now,
            expires_at=now + _LIFE,
        )
        await self._mappings.add(mapping)
        try:
            yield f"127.0.0.1:{port}", f"{self._settings.public_url.rstrip('/')}{PREFIX}/{address}"
        finally:  # the port may soon be another program's
            await self._mappings.add(replace(mapping, expires_at=now_utc()))

    async def pass_on(self, request: web.Request) -> web.Response:
        """One call, with the headers that OCPI has."""
        mapping = await self._mappings.find(request.match_info["opaque"])
        if mapping is None or mapping.kind != _KIND:
            return web.json_response({"status_code": 2000, "status_message": "no contract run is here"}, status=404)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"status_code": 2000, "status_message": "the body is too large"}, status=413)
        except TimeoutError:
            return web.json_response({"status_code": 2000, "status_message": "the body came too slowly"}, status=408)
        rest = request.raw_path.split("/", 3)[3]
        headers = {name: value for name, value in request.headers.items() if name.lower() in _PASSED}
        try:
            async with self._session.request(
                request.method,
                URL(f"{mapping.target_url}/{rest}", encoded=True),
                data=body or None,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")
        except (ClientError, TimeoutError):
            return web.json_response({"status_code": 3000, "status_message": "the contract run is over"}, status=404)
