"""One whole hub for the tests of a file, with an operator NL*CPA and a provider DE*EMA connected to it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from hub.config import Settings
from tests.operating import Operator
from tests.running import RunningHub, running_hub
from tests.whole.platforms import Scripted, joined


@pytest.fixture(scope="module")
def whole_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a hub that serves a file of tests."""
    return Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("hub"), admin_port=0, allow_private_urls=True)


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """The hub of a file of tests."""
    async with running_hub(whole_settings, mongodb_url) as running:
        yield running


@pytest.fixture(scope="module")
async def operator(hub: RunningHub) -> AsyncIterator[Scripted]:
    """NL*CPA; `cpo` is the same without what earlier tests left."""
    async with joined(hub, "NL/CPA/CPO") as platform:
        yield platform


@pytest.fixture(scope="module")
async def provider(hub: RunningHub) -> AsyncIterator[Scripted]:
    """DE*EMA; `emsp` is the same without what earlier tests left."""
    async with joined(hub, "DE/EMA/EMSP") as platform:
        yield platform


@pytest.fixture
def cpo(operator: Scripted) -> Scripted:
    """NL*CPA, whose scripts and requests are gone."""
    operator.forget()
    return operator


@pytest.fixture
def emsp(provider: Scripted) -> Scripted:
    """DE*EMA, whose scripts and requests are gone."""
    provider.forget()
    return provider


@pytest.fixture
async def admin(hub: RunningHub) -> AsyncIterator[Operator]:
    """Who may do everything at that hub."""
    async with ClientSession() as http:
        yield Operator(hub.settings, http)


@pytest.fixture
async def no_policy_left(admin: Operator, cpo: Scripted, emsp: Scripted) -> AsyncIterator[None]:
    """The hub is shared by many tests: how CDRs are checked, as one of them agreed to, ends with it."""
    yield
    for direction in ("sent", "received"):
        for party in (cpo.party, emsp.party):
            off = {"party": str(party), "direction": direction, "mode": "off"}
            assert (await admin.ask("PUT", "/cdrs/policies", off)).status == 200
