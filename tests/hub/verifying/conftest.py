"""A hub whose partners can be verified, and the reference partners at it."""

from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.reference import reference_cpo, reference_emsp
from tests.running import HUB, RunningHub, running_hub


@pytest.fixture
async def running(settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub of its own for the test."""
    async with running_hub(settings, mongodb_url) as hub:
        yield hub


@pytest.fixture
async def cpo(running: RunningHub) -> AsyncIterator[Cpo]:
    """The reference operator, whose lists hold something for the hub."""
    async with reference_cpo(counterpart=HUB) as platform:
        await running.join(platform)
        yield platform


@pytest.fixture
async def emsp(running: RunningHub) -> AsyncIterator[Emsp]:
    """The reference provider."""
    async with reference_emsp() as platform:
        await running.join(platform)
        yield platform
