"""A running hub and its operator, for every test of hubctl."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from hub.config import Settings
from tests.operating import Operator
from tests.running import RunningHub, running_hub


@pytest.fixture
async def running(settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub of its own for the test."""
    async with running_hub(settings, mongodb_url) as hub:
        yield hub


@pytest.fixture
async def operator(running: RunningHub) -> AsyncIterator[Operator]:
    """Who may do everything at that hub."""
    async with ClientSession() as http:
        yield Operator(running.settings, http)
