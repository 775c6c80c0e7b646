"""A hub with partners, an operator with a token, and a browser; skipped where there is no Chromium."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser

from hub.config import Settings
from hub.simulate.cpo import Cpo
from hub.standing import Require
from tests import words
from tests.operating import Operator
from tests.pages.browsing import CHROMIUM, chromium
from tests.running import RunningHub, running_hub
from tests.whole.platforms import Scripted, joined

HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'
TURNED = "\u202egnp.exe \u2067\u200f"
LONG = "W" * 100


@dataclass(slots=True)
class Scene:
    """What a page shows: an operator with two EVSEs and hostile names, and a provider."""

    hub: RunningHub
    operator: Operator
    cpo: Cpo
    emsp: Scripted

    @property
    def page_url(self) -> str:
        """The operations page, signed in."""
        return f"{self.operator.url}/#token={self.operator.token}"

    @property
    def docs_url(self) -> str:
        """The app developer's page."""
        return f"{self.hub.settings.public_url}/docs/"

    async def app_token(self) -> str:
        """The token of a new app of the provider."""
        access = self.hub.hub.apps.access
        _, token = await access.create(f"app {len(access.all())}", words.EMSP, timedelta(days=1), "test")
        return token


@pytest.fixture(scope="package", autouse=True)
def _needs_chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine: make browser, or apt-get install chromium")


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests; each opens a context of its own."""
    async with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
async def scene(mongodb_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A hub that tests of pages share."""
    folder: Path = tmp_path_factory.mktemp("pages")
    settings = Settings(
        _env_file=None, data_dir=folder, admin_port=0, allow_private_urls=True, require_verdict=Require.OFF
    )
    place = {"coordinates": {"latitude": "48.850000", "longitude": "2.350000"}}
    evses = [words.evse(uid=uid, status="AVAILABLE") for uid in ("E1", "E2")]
    location = words.location(id="LOC1", name=HOSTILE + TURNED + LONG, evses=evses, **place)
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running_hub(settings, mongodb_url))
        http = await stack.enter_async_context(ClientSession())
        cpo = await stack.enter_async_context(Cpo(words.CPO, locations=[location]))
        await hub.join(cpo)
        emsp = await stack.enter_async_context(joined(hub, "DE/EMA/EMSP"))
        assert await cpo.publish() == 1
        yield Scene(hub, Operator(hub.settings, http), cpo, emsp)
