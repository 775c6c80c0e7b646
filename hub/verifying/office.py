"""The verifiers' office: judges a platform by the contract suite, signs what came of it, and keeps it."""

import asyncio
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from hub import verdicts
from hub.clock import new_id, now_utc
from hub.config import Settings
from hub.partners.problems import NotPossible, PartnerFailed
from hub.partners.roster import Roster
from hub.platform import Platform, PlatformState, Quirks, TokenEncoding
from hub.secrets import Secrets
from hub.standing import Side, Standing, judged, side_of
from hub.store.judgements import Verification, VerificationStore
from hub.verifying.process import Job, Progress, RunFailed, run
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from hub.wire.types import format_datetime

_AT_ONCE = 2
LIMIT_S = {"observe": 60.0, "exercise": 180.0}
_TIME = "TIME"
"""Stands among the failed blockers for a run whose time was over."""
COMMON = ("versions", "credentials", "transport")
"""Modules of the suite whose checks count for every other one."""


def _say_nothing(*_: object) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a platform should be judged."""

    mode: str = "observe"
    modules: Sequence[str] = ()
    """Only these; empty means all."""
    progress: Progress = _say_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of one run."""

    verification: Verification
    report: Mapping[str, Any]


class Verifying:
    """One run at a time for each platform, few at once in this process."""

    def __init__(
        self,
        *,
        settings: Settings,
        roster: Roster,
        secrets: Secrets,
        store: VerificationStore,
        suite_version: str,
        open_callbacks: Callable[[str], Any],
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`open_callbacks(platform_id)` yields where the runner should listen, and at which URL partners reach it."""
        self.suite_version = suite_version
        self._settings = settings
        self._roster = roster
        self._secrets = secrets
        self._store = store
        self._open_callbacks = open_callbacks
        self._now = now
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._busy: set[str] = set()

    async def verify(self, platform_id: str, wish: Wish = Wish()) -> list[Judged]:
        """Judge every side of a platform. Raises NotPossible, or PartnerFailed when the runner gave no report."""
        platform = self._roster.directory.platforms[platform_id]
        if platform.state is not PlatformState.REGISTERED:
            raise NotPossible(
                f"{platform.name!r} is {platform.state.lower()}: only a registered partner can be verified"
            )
        if platform_id in self._busy:
            raise NotPossible(f"{platform.name!r} is being verified at this moment")
        self._busy.add(platform_id)
        try:
            async with self._places:
                return [await self._judge(platform, side, party, wish) for side, party in _sides(platform).items()]
        finally:
            self._busy.discard(platform_id)

    async def _judge(self, platform: Platform, side: Side, party: Party, wish: Wish) -> Judged:
        async with self._open_callbacks(platform.platform_id) as (listen, callback_url):
            job = Job(
                role=side,
                versions_url=platform.versions_url,
                token=self._roster.directory.credentials_tokens.get(platform.platform_id, ""),
                mode=wish.mode,
                party=str(party),
                us=str(self._settings.party),
                agreed=[f"{one.party.country_code}-{one.party.party_id}-{one.role}" for one in sorted(platform.claims)],
                modules=wish.modules,
                listen=listen,
                callback_url=callback_url,
                public_only=not self._settings.allow_private_urls,
                limit_s=LIMIT_S[wish.mode],
            )
            try:
                report = await run(job, wish.progress)
            except RunFailed as failed:
                raise PartnerFailed(f"{platform.name}: {failed}") from None
        verification = self._sign(platform, side, report)
        await self._store.put(verification)
        await self._learn(platform.platform_id, side, report)
        structlog.get_logger().info(
            "partner_verified", partner=platform.name, side=side, mode=wish.mode, ok=report["ok"], **report["counts"]
        )
        return Judged(verification=verification, report=report)

    def _sign(self, platform: Platform, side: Side, report: Mapping[str, Any]) -> Verification:
        now = self._now()
        results = [[one["check_id"], one["module"], one["verdict"]] for one in report["results"]]
        about = {
            "format": verdicts.FORMAT,
            "hub": str(self._settings.party),
            "platform": platform.name,
            "platform_id": platform.platform_id,
            "parties": sorted({str(hosted.party_role.party) for hosted in platform.parties if not hosted.gone}),
            "side": side.value,
            "mode": report["mode"],
            "suite": {"version": report["suite_version"], "digest": report["suite_digest"], "ocpi": report["ocpi"]},
            "results_digest": hashlib.sha256(orjson.dumps(results)).hexdigest(),
            "judged_at": format_datetime(now),
            "expires_at": format_datetime(now + timedelta(days=self._settings.verdict_days)),
        }
        signed = {
            ModuleId(module): verdicts.write(verdicts.sign({**about, "module": module, **verdict}, self._secrets))
            for module, verdict in report["modules"].items()
        }
        return Verification(
            run_id=new_id(),
            platform_id=platform.platform_id,
            side=side.value,
            mode=report["mode"],
            judged_at=now,
            suite_version=report["suite_version"],
            report=zlib.compress(orjson.dumps(report)),
            verdicts=signed,
        )

    async def _learn(self, platform_id: str, side: Side, report: Mapping[str, Any]) -> None:
        """What the verdict means for the platform, and what its software turned out to need."""

        def edit(current: Platform) -> Platform:
            standings = {(one.side, one.module): one for one in current.standings}
            for module, verdict in report["modules"].items():
                key = (side, ModuleId(module))
                standings[key] = self._standing(standings.get(key), key, verdict, report)
            known = _profile(current, report["quirks"])
            return replace(known, standings=tuple(standings[key] for key in sorted(standings)))

        await self._roster.amend(platform_id, edit)

    def _standing(
        self, before: Standing | None, key: tuple[Side, ModuleId], verdict: Mapping[str, Any], report: Mapping[str, Any]
    ) -> Standing:
        side, module = key
        still = _left_open(before.failed_blockers if before else (), report, module)
        return judged(
            before,
            side=side,
            module=module,
            failed_blockers=tuple(sorted(still | set(verdict["failed_blockers"]) | _cut(verdict))),
            suite_version=report["suite_version"],
            mode=report["mode"],
            now=self._now(),
            valid=timedelta(days=self._settings.verdict_days),
        )


def _left_open(failed: Iterable[str], report: Mapping[str, Any], module: str) -> set[str]:
    """Of the checks that failed before, those that this run did not judge: they stay failed."""
    of_module = (one for one in report["results"] if one["module"] in {module, *COMMON})
    verdicts = {one["check_id"]: one["verdict"] for one in of_module}
    whole = report["mode"] == "exercise" and not report["only"].get("modules")
    absent = "no more in the suite" if whole else "skipped"
    return {one for one in failed if one != _TIME and verdicts.get(one, absent) == "skipped"}


def _cut(verdict: Mapping[str, Any]) -> set[str]:
    """A run whose time was over is not green, although no blocker failed."""
    return {_TIME} if not verdict["green"] and not verdict["failed_blockers"] else set()


def _sides(platform: Platform) -> dict[Side, Party]:
    """The sides that a platform's parties play, each with its first party."""
    sides: dict[Side, Party] = {}
    for hosted in sorted(platform.parties, key=lambda one: one.party_role):
        if not hosted.gone:
            sides.setdefault(side_of(hosted.party_role.role), hosted.party_role.party)
    return sides


def _profile(platform: Platform, quirks: Mapping[str, Any]) -> Platform:
    learned = {**platform.learned, **{name: _words(value) for name, value in quirks.items()}}
    encoding = TokenEncoding.RAW if quirks.get("token_encoding") == "raw" else platform.token_encoding
    known: Quirks = replace(
        platform.quirks, slash_in_calls=bool(quirks.get("trailing_slash", platform.quirks.slash_in_calls))
    )
    return replace(platform, learned=learned, token_encoding=encoding, quirks=known)


def _words(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)[:100]
