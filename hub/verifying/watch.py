"""Looks now and then at who is due to be judged, and at verdicts that got old."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hub.clock import Tasks, now_utc
from hub.config import Settings
from hub.partners.problems import PartnerProblem
from hub.partners.roster import Roster
from hub.platform import Platform
from hub.standing import Require, aged
from hub.store.protocols import StoreUnavailable
from hub.verifying.due import Due, due
from hub.verifying.office import Verifying, Wish

_LOOK_EVERY_S = 20.0
_AGAIN_AFTER = timedelta(hours=1)


class Watch:
    """Runs until cancelled; only for platforms that this process delivers to, so that each is judged once."""

    def __init__(
        self,
        settings: Settings,
        roster: Roster,
        verifying: Verifying,
        tasks: Tasks,
        *,
        owns: Callable[[str], bool],
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._settings = settings
        self._roster = roster
        self._verifying = verifying
        self._tasks = tasks
        self._owns = owns
        self._now = now
        self._tried: dict[str, datetime] = {}

    async def run(self) -> None:
        """Look every 20 seconds, unless verdicts mean nothing here."""
        if self._settings.require_verdict is Require.OFF:
            return
        pause_s = min(_LOOK_EVERY_S, self._settings.verify_soon_s / 2 + 0.05)
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.look()
            except StoreUnavailable as error:
                structlog.get_logger().warning("standings_not_kept", reason=str(error))

    async def look(self) -> None:
        """Age the standings, and begin what is due; a platform that could not be judged is left alone for an hour."""
        now = self._now()
        for platform in [*self._roster.directory.platforms.values()]:
            if not self._owns(platform.platform_id):
                continue
            await self._age(platform, now)
            found = self._due(platform, now)
            if found is not None and self._tried.get(platform.platform_id, now) <= now:
                self._tried[platform.platform_id] = now + _AGAIN_AFTER
                self._tasks.spawn(self._verify(platform, found), name=f"verify {platform.platform_id}")

    def _due(self, platform: Platform, now: datetime) -> Due | None:
        return due(
            platform,
            now=now,
            suite_version=self._verifying.suite_version,
            hour_utc=self._settings.verify_hour_utc,
            jitter_h=self._settings.verify_jitter_h,
            soon=timedelta(seconds=self._settings.verify_soon_s),
        )

    async def _age(self, platform: Platform, now: datetime) -> None:
        grace = timedelta(days=self._settings.verdict_grace_days)
        if any(aged(one, now, grace) != one for one in platform.standings):
            await self._roster.amend(
                platform.platform_id,
                lambda current: replace(current, standings=tuple(aged(one, now, grace) for one in current.standings)),
            )

    async def _verify(self, platform: Platform, found: Due) -> None:
        structlog.get_logger().info("verification_due", partner=platform.name, reason=found.why, mode=found.mode)
        try:
            await self._verifying.verify(platform.platform_id, Wish(mode=found.mode))
        except (PartnerProblem, StoreUnavailable) as error:
            structlog.get_logger().warning("verification_failed", partner=platform.name, reason=str(error))
        else:
            self._tried.pop(platform.platform_id, None)
