"""Who is there: notes every sign of life, checks the silent, probes the OFFLINE, and lets any message reconnect.

Source: OCPI 2.2.1, mod_hub_client_info, Still alive check; checklist H5.06 to H5.09, decision D5.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

import structlog

from hub.clock import Tasks, monotonic_s
from hub.config import Settings
from hub.delivery.answer import Failure
from hub.partners.calls import Journey, Unanswered
from hub.partners.means import Means
from hub.partners.offering import UNAUTHORIZED
from hub.partners.outgoing import Outgoing
from hub.platform import ConnectionStatus, Platform, PlatformState
from hub.registry import Directory, platform_status
from hub.store.protocols import PresenceStore, StoreUnavailable

PRESENCE_EVERY_S = 10.0
_CHECKS_AT_ONCE = 32
_SPREAD = 0.2
"""Platforms that fell silent together are checked over this share of the silence, not all at once."""
_PROBE_SPREAD = 0.5
"""Platforms that went away together are probed, and come back, over this share of the wait."""


@dataclass(slots=True)
class _Pulse:
    """What this process knows of one platform's life; instants of the monotonic clock."""

    heard_s: float
    next_check_s: float = 0.0
    wait_s: float = 0.0
    failures: int = 0
    unsettled_s: float | None = None
    """Since when there have been two outgoing tokens."""


class Liveness:
    """`heard` and `missed` return at once; what follows from them happens in the background."""

    def __init__(
        self,
        means: Means,
        presence: PresenceStore,
        outgoing: Outgoing,
        tasks: Tasks,
        *,
        set_out: Callable[[], Journey],
        owns: Callable[[str], bool],
        woke: Callable[[str], None],
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        """`owns` says whether this process is the one that checks a platform; `woke` is told of each that is back."""
        self._settings: Settings = means.settings
        self._means = means
        self._presence = presence
        self._outgoing = outgoing
        self._tasks = tasks
        self._set_out = set_out
        self._owns = owns
        self._woke = woke
        self._monotonic = monotonic
        self._pulses: dict[str, _Pulse] = {}
        self._seen_s: dict[str, float] = {}
        self._unsaved: set[str] = set()
        self._saved_s = monotonic()
        self._checking: set[str] = set()
        self._wanted: dict[str, bool] = {}
        means.roster.watch(self._swapped)

    def heard(self, platform_id: str) -> None:
        """A request of this platform came in, or it answered one of ours."""
        pulse = self._pulse(platform_id)
        pulse.heard_s = self._seen_s[platform_id] = self._monotonic()
        pulse.failures = 0
        self._unsaved.add(platform_id)
        platform = self._means.roster.directory.platforms.get(platform_id)
        if platform_id in self._wanted or (platform is not None and _offline(platform)):
            self._change(platform_id, reachable=True)

    def missed(self, platform_id: str, reason: str) -> None:
        """A request to this platform had no answer; enough of these in a row make it OFFLINE."""
        platform = self._means.roster.directory.platforms.get(platform_id)
        if platform is None or not platform.reachable:
            return
        pulse = self._pulse(platform_id)
        pulse.failures += 1
        pulse.wait_s = self._settings.probe_first_s
        pulse.next_check_s = self._monotonic() + pulse.wait_s
        if pulse.failures >= self._settings.failures_before_offline:
            structlog.get_logger().warning("partner_offline", partner=platform.name, reason=reason)
            self._change(platform_id, reachable=False)

    def doubted(self, platform_id: str) -> None:
        """It answered 401: if a renewal left two outgoing tokens, the next tick finds out which one works."""
        self._pulse(platform_id).unsettled_s = self._monotonic() - self._settings.probe_max_s

    async def last_seen(self) -> dict[str, datetime]:
        """platform_id -> when any process last heard of it."""
        seen = await self._presence.all()
        for platform_id, at in self._seen_at(self._seen_s).items():
            seen[platform_id] = max(at, seen.get(platform_id, at))
        return seen

    async def run(self) -> None:
        """Check and probe until cancelled."""
        pause_s = min(1.0, self._settings.probe_first_s / 2, self._settings.silence_before_check_s / 4)
        while True:
            try:
                await self.tick()
            except StoreUnavailable as error:
                structlog.get_logger().warning("presence_not_kept", reason=str(error))
            await asyncio.sleep(pause_s)

    async def tick(self) -> None:
        """Start every check that is due now, and write down who was heard."""
        await self._save_presence()
        due = [platform for platform in self._owned() if self._is_due(platform)]
        if due:
            self._learn(await self._presence.all())
        for platform in due:
            if self._is_due(platform) and len(self._checking) < _CHECKS_AT_ONCE:
                self._checking.add(platform.platform_id)
                self._tasks.spawn(self._check(platform), name=f"still alive {platform.platform_id}")

    def _owned(self) -> list[Platform]:
        platforms = self._means.roster.directory.platforms.values()
        return [one for one in platforms if one.state is PlatformState.REGISTERED and self._owns(one.platform_id)]

    def _is_due(self, platform: Platform) -> bool:
        if platform.platform_id in self._checking or not platform.versions_url:
            return False
        pulse = self._pulse(platform.platform_id)
        if not platform.reachable or pulse.failures:
            return self._monotonic() >= pulse.next_check_s
        if self._is_unsettled(platform, pulse):
            return True
        spread = _SPREAD * _share(platform.platform_id)
        return self._monotonic() >= pulse.heard_s + self._settings.silence_before_check_s * (1 + spread)

    def _is_unsettled(self, platform: Platform, pulse: _Pulse) -> bool:
        """A renewal left two outgoing tokens: after a while, which one works is found out even of who is not silent."""
        if not platform.outgoing_previous:
            pulse.unsettled_s = None
        elif pulse.unsettled_s is None:
            pulse.unsettled_s = self._monotonic()
        else:
            return self._monotonic() >= pulse.unsettled_s + self._settings.probe_max_s
        return False

    async def _check(self, platform: Platform) -> None:
        """GET versions: no side effects, and everyone has it. Only a 5xx or no answer is a failure (checklist H5.07)."""
        try:
            access = self._means.access(platform)
            heard = await self._set_out().call("GET", "versions", platform.versions_url, access)
        except Unanswered as failed:
            if failed.failed.failure is not Failure.BUSY:
                self._failed(platform, failed.failed.reason)
            return
        finally:
            self._checking.discard(platform.platform_id)
        if heard.http_status >= 500:
            self._failed(platform, f"HTTP {heard.http_status}")
            return
        self.heard(platform.platform_id)
        if heard.http_status == UNAUTHORIZED:
            structlog.get_logger().error(
                "partner_refuses_our_token", partner=platform.name, hint=f"hubctl partner rotate {platform.name!r}"
            )
        if platform.outgoing_previous:
            self._pulse(platform.platform_id).unsettled_s = None
            await self._outgoing.settle(platform.platform_id)

    def _failed(self, platform: Platform, reason: str) -> None:
        if platform.reachable:
            self.missed(platform.platform_id, reason)
            return
        pulse = self._pulse(platform.platform_id)
        pulse.wait_s = min(self._settings.probe_max_s, max(pulse.wait_s * 2, self._settings.probe_first_s))
        pulse.next_check_s = self._monotonic() + pulse.wait_s * (1 - _PROBE_SPREAD * _share(platform.platform_id))

    def _change(self, platform_id: str, *, reachable: bool) -> None:
        """Save what was found, one save at a time for each platform; the newest finding is the last that is saved."""
        under_way = platform_id in self._wanted
        self._wanted[platform_id] = reachable
        if not under_way:
            self._tasks.spawn(self._save(platform_id), name=f"reachable {platform_id}")

    async def _save(self, platform_id: str) -> None:
        saved: bool | None = None
        try:
            while saved is not self._wanted[platform_id]:
                saved = self._wanted[platform_id]
                await self._means.roster.amend(platform_id, _reachable(saved))
        finally:
            del self._wanted[platform_id]

    async def _save_presence(self) -> None:
        if self._unsaved and self._monotonic() - self._saved_s >= PRESENCE_EVERY_S:
            self._saved_s = self._monotonic()
            told, self._unsaved = self._unsaved, set()
            await self._presence.seen(self._seen_at(told))

    def _seen_at(self, platform_ids: Iterable[str]) -> dict[str, datetime]:
        """When this process last heard each of them, to the millisecond."""
        now, now_s = self._means.now(), self._monotonic()
        return {
            platform_id: now - timedelta(milliseconds=round((now_s - self._seen_s[platform_id]) * 1000))
            for platform_id in platform_ids
        }

    def _learn(self, seen: dict[str, datetime]) -> None:
        """Take over what other processes heard."""
        now, now_s = self._means.now(), self._monotonic()
        for platform_id, at in seen.items():
            pulse = self._pulse(platform_id)
            pulse.heard_s = max(pulse.heard_s, now_s - (now - at).total_seconds())

    def _pulse(self, platform_id: str) -> _Pulse:
        pulse = self._pulses.get(platform_id)
        if pulse is None:
            pulse = self._pulses[platform_id] = _Pulse(heard_s=self._monotonic())
        return pulse

    def _swapped(self, before: Directory, after: Directory) -> None:
        """Someone is CONNECTED who was not: whoever did it and in whichever process, deliveries may go on here."""
        for platform_id, platform in after.platforms.items():
            if not _connected(platform):
                continue
            known = before.platforms.get(platform_id)
            if known is None or not _connected(known):
                pulse = self._pulse(platform_id)
                pulse.failures, pulse.wait_s, pulse.heard_s = 0, 0.0, self._monotonic()
                self._woke(platform_id)


def _connected(platform: Platform) -> bool:
    return platform_status(platform) is ConnectionStatus.CONNECTED


def _share(platform_id: str) -> float:
    """Where a platform stands in a spread: from 0 to 1, always the same."""
    return crc32(platform_id.encode()) % 1000 / 1000


def _offline(platform: Platform) -> bool:
    return platform_status(platform) is ConnectionStatus.OFFLINE


def _reachable(reachable: bool) -> Callable[[Platform], Platform]:
    def edit(current: Platform) -> Platform:
        registered = current.state is PlatformState.REGISTERED
        return replace(current, reachable=reachable) if registered else current

    return edit
