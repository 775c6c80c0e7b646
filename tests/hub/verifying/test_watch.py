"""Who is due is judged, once, by the process that delivers to it; what got old loses its standing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.clock import Tasks, now_utc
from hub.config import Settings
from hub.partners.problems import PartnerFailed
from hub.simulate.cpo import Cpo
from hub.simulate.reference import reference_cpo
from hub.standing import Require, Side, Standing, State
from hub.verifying.office import Verifying, Wish
from hub.verifying.watch import Watch
from hub.wire.interface import ModuleId
from tests.hub.verifying.test_office import id_of, states
from tests.running import HUB, RunningHub, running_hub
from tests.whole.platforms import until

OBSERVE = Wish()


class Office(Verifying):
    """Notes who is to be judged, and may fail."""

    def __init__(self) -> None:
        self.suite_version = "1.0.0"
        self.asked: list[tuple[str, str]] = []
        self.fails = False

    async def verify(self, platform_id: str, wish: Wish = OBSERVE) -> list[object]:  # type: ignore[override]
        """Judge nobody."""
        self.asked.append((platform_id, wish.mode))
        if self.fails:
            raise PartnerFailed("it is not there")
        return []


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = now_utc() + timedelta(minutes=5)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """What the watch begins."""
    background = Tasks()
    yield background
    await background.close()


def watching(running: RunningHub, office: Office, tasks: Tasks, clock: Time, *, owns: bool = True) -> Watch:
    """A watch over the partners of a running hub."""
    return Watch(
        running.settings,
        running.hub._front.roster,
        office,
        tasks,
        owns=lambda _: owns,
        now=clock,
    )


async def test_a_new_partner_is_judged_once(running: RunningHub, cpo: Cpo, tasks: Tasks) -> None:
    """However often the watch looks while that run is on its way."""
    office, clock = Office(), Time()
    watch = watching(running, office, tasks, clock)
    await watch.look()
    await watch.look()
    await tasks.join()

    assert office.asked == [(id_of(running, cpo), "observe")]


async def test_only_the_process_that_delivers_to_it_judges(running: RunningHub, cpo: Cpo, tasks: Tasks) -> None:
    """Two hubs on one database judge nobody twice."""
    office = Office()
    await watching(running, office, tasks, Time(), owns=False).look()
    await tasks.join()

    assert office.asked == []


async def test_after_a_failed_run_a_partner_has_an_hour(running: RunningHub, cpo: Cpo, tasks: Tasks) -> None:
    """A platform that gives no report is not asked every twenty seconds."""
    office, clock = Office(), Time()
    office.fails = True
    watch = watching(running, office, tasks, clock)
    for minutes in (0, 30, 31):
        clock.now += timedelta(minutes=minutes)
        await watch.look()
        await tasks.join()

    assert len(office.asked) == 2


async def test_grace_ends(running: RunningHub, cpo: Cpo, tasks: Tasks) -> None:
    """A DEGRADED module that nobody mended in its time is BLOCKED, without a run."""
    clock = Time()
    ago = clock.now - timedelta(days=20)
    standing = Standing(
        side=Side.CPO,
        module=ModuleId("cdrs"),
        state=State.DEGRADED,
        judged_at=clock.now,
        expires_at=clock.now + timedelta(days=9),
        suite_version="1.0.0",
        failed_blockers=("CDR-01",),
        failing_since=ago,
    )
    platform_id = id_of(running, cpo)
    await running.hub.partners.amend(platform_id, lambda current: replace(current, standings=(standing,)))
    await watching(running, Office(), tasks, clock).look()

    assert states(running, cpo.name)["cdrs"] is State.BLOCKED


async def test_where_verdicts_mean_nothing_nobody_is_judged(running: RunningHub, tasks: Tasks) -> None:
    """With `off` the watch ends at once."""
    async with asyncio.timeout(5):
        await watching(running, Office(), tasks, Time()).run()


async def test_a_hub_judges_a_new_partner_by_itself(settings: Settings, mongodb_url: str) -> None:
    """Soon after the handshake, and again after new credentials, with nobody asking for it."""
    async with (
        running_hub(settings, mongodb_url, require_verdict=Require.WARN, verify_soon_s=0.1) as hub,
        reference_cpo(counterpart=HUB) as cpo,
    ):
        await hub.join(cpo)

        async def verified() -> bool:
            return State.VERIFIED in states(hub, cpo.name).values()

        await until(verified, timeout_s=60)
        first = hub.hub.partners.find(cpo.name).standings[0].judged_at
        await cpo.rotate()

        async def again() -> bool:
            return hub.hub.partners.find(cpo.name).standings[0].judged_at > first

        await until(again, timeout_s=60)
