"""Fixtures for the simulated partners."""

from collections.abc import AsyncIterator

import pytest

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from tests import words
from tests.hub.simulate.pair import SPEED, Pair


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """NL*CPA with one location and DE*EMA with two drivers, registered with each other; sessions take an instant."""
    cpo = Cpo(words.CPO, locations=[words.location()], speed=SPEED, page_size=2)
    emsp = Emsp(words.EMSP, tokens=[words.token(), words.token(uid="BLOCKED1", valid=False)])
    async with cpo, emsp:
        await cpo.register(emsp.versions_url, emsp.invite())
        yield Pair(cpo, emsp)
