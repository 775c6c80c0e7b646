"""A running hub and its operator, for every test of hubctl."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from aiohttp import ClientSession

from hub.config import Settings
from tests.operating import Operator
from tests.running import RunningHub, running_hub


@pytest.fixture(autouse=True)
def _no_log_of_the_hub() -> Iterator[None]:
    """Hub and hubctl share this process: without this the hub's log lines would be among hubctl's output."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


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
