"""One whole hub for the tests of a file, with an operator NL*CPA and a provider DE*EMA connected to it."""

from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
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
