"""Runs the suite against one platform, bounded in time, and always ends in a report."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from contracts.client import Client, Sent, authorization
from contracts.clock import monotonic_s, now_utc, written
from contracts.counterpart import Counterpart
from contracts.outcomes import CheckFailed, CheckSkipped
from contracts.report import Redactor, Report, Result, judged, summary
from contracts.suite import COMMON, Check, Suite
from contracts.trial import Session, Trial
from contracts.verbs import play

LIMIT_S = {"observe": 60.0, "exercise": 180.0}
CLEANUP_S = 10.0
_OPPOSITE = {"CPO": "EMSP", "EMSP": "CPO"}
Progress = Callable[[int, int, str], None]
"""How many checks are done, of how many, and which one is next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The platform under test, and who calls it."""

    role: str
    """`CPO` or `EMSP`: what the platform is."""
    versions_url: str
    token: str = field(default="", repr=False)
    """An established credentials token; or, with `register`, a token A that this run registers with."""
    register: bool = False
    mode: str = "observe"
    party: Mapping[str, str] | None = None
    """country_code and party_id of the party under test; empty takes the first of its role in its credentials."""
    us: Mapping[str, str] = field(default_factory=lambda: {"country_code": "NL", "party_id": "CTS"})
    listen: tuple[str, int] = ("127.0.0.1", 0)
    callback_url: str = ""
    public_only: bool = False
    modules: frozenset[str] = frozenset()
    """Only these; empty means all."""
    checks: frozenset[str] = frozenset()
    """Only these, by id; empty means all."""
    limit_s: float = 0.0
    """For the whole run; 0 takes that of the mode."""


async def run(suite: Suite, target: Target, progress: Progress = lambda *_: None) -> Report:
    """Judge every check that fits the target; never raises for anything that the platform does."""
    session = _session(target)
    roles = [{"role": _OPPOSITE[target.role], "business_details": {"name": "Contract suite"}, **target.us}]
    host, port = target.listen
    began_s, started_at = monotonic_s(), written(now_utc())
    deadline_s = began_s + (target.limit_s or LIMIT_S[target.mode])
    results: list[Result] = []
    async with (
        Client(public_only=target.public_only) as client,
        Counterpart(host=host, port=port, public_url=target.callback_url, roles=roles) as counterpart,
    ):
        if session.token:
            counterpart.tokens.add(session.token)
        await _discover(session, client, target, deadline_s)
        wanted = [*_wanted(suite, target)]
        for number, (check, module) in enumerate(wanted):
            progress(number, len(wanted), f"{check.check_id} {module}")
            trial = Trial(
                suite=suite, check=check, module=module, session=session, client=client, counterpart=counterpart
            )
            results.append(await _judge(trial, deadline_s))
            if check.phase == "registering" or not session.endpoints:
                await _discover(session, client, target, deadline_s)
        if counterpart.encodings:
            session.quirks["sends_token_as"] = "/".join(sorted(counterpart.encodings))
    progress(len(wanted), len(wanted), "done")
    return Report(
        **summary(suite),
        role=target.role,
        mode=target.mode,
        party="*".join(session.them.values()),
        versions_url=target.versions_url,
        started_at=started_at,
        seconds=round(monotonic_s() - began_s, 1),
        complete=monotonic_s() < deadline_s,
        quirks=session.quirks,
        results=tuple(results),
    )


def _wanted(suite: Suite, target: Target) -> Iterator[tuple[Check, str]]:
    """Checks in order, each with every module that it is for."""
    for check in suite.checks:
        if target.role not in check.roles or (check.mode == "exercise" and target.mode == "observe"):
            continue
        if target.checks and check.check_id not in target.checks:
            continue
        for module in check.modules:
            if not target.modules or module in target.modules or module in COMMON:
                yield check, module


async def _judge(trial: Trial, deadline_s: float) -> Result:
    began_s = monotonic_s()
    verdict, expected, observed = "passed", "", ""
    try:
        await _play(trial, deadline_s - began_s)
    except CheckSkipped as skipped:
        verdict, observed = "skipped", str(skipped)
    except CheckFailed as failed:
        verdict = "failed" if trial.check.status == "active" else "warning"
        expected, observed = failed.expected, failed.observed
    result = judged(
        trial.check,
        trial.module,
        verdict,
        Redactor(trial.session),
        trial.exchanges,
        expected=expected,
        observed=observed,
        ms=(monotonic_s() - began_s) * 1000,
    )
    await _clean_up(trial, deadline_s - monotonic_s())
    return result


async def _clean_up(trial: Trial, left_s: float) -> None:
    with suppress(CheckFailed, CheckSkipped, TimeoutError, KeyError, TypeError, ValueError, RecursionError):
        async with asyncio.timeout(min(CLEANUP_S, left_s)):
            await play(trial, trial.check.cleanup)


async def _play(trial: Trial, left_s: float) -> None:
    if left_s <= 0:
        raise CheckSkipped("the time for the whole run was over")
    if trial.check.phase != "main" and not (trial.session.token_a or trial.session.registered_here):
        raise CheckSkipped("needs a token A of its own (--register): it would end the registration in use")
    limit_s = min(trial.check.limit_s, left_s)
    try:
        async with asyncio.timeout(limit_s):
            await play(trial, trial.check.steps)
    except TimeoutError:
        raise CheckFailed(f"all of it within {limit_s:.0f} s", "it took longer") from None
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CheckFailed("answers that can be looked at", f"{type(error).__name__}: {str(error)[:160]}") from None


def _session(target: Target) -> Session:
    secrets = {target.token, authorization(target.token, "base64").removeprefix("Token ")} if target.token else set()
    return Session(
        versions_url=target.versions_url,
        role=target.role,
        us=dict(target.us),
        them=dict(target.party or {}),
        token=None if target.register else target.token or None,
        token_a=target.token if target.register else None,
        secrets=secrets,
    )


async def _discover(session: Session, client: Client, target: Target, deadline_s: float) -> None:
    """Learn the endpoints and who the platform is; what is missing or wrong is for the checks to say."""
    token = session.token or session.token_a
    trial = _Asking(client, token, session, deadline_s)
    for version in _listed(await trial.data(session.versions_url)):
        if version.get("version") == "2.2.1" and isinstance(version.get("url"), str):
            session.details_url = version["url"]
    details = await trial.data(session.details_url) if session.details_url else None
    for endpoint in _listed(details.get("endpoints") if isinstance(details, dict) else None):
        if isinstance(endpoint.get("url"), str):
            key = (str(endpoint.get("identifier")), str(endpoint.get("role")))
            session.endpoints.setdefault(key, endpoint["url"])
    if session.them:
        return
    url = next((url for (module, _), url in session.endpoints.items() if module == "credentials"), "")
    credentials = await trial.data(url) if url else None
    for role in _listed(credentials.get("roles") if isinstance(credentials, dict) else None):
        if role.get("role") == target.role and not session.them:
            session.them |= {name: str(role.get(name)) for name in ("country_code", "party_id")}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


@dataclass(slots=True)
class _Asking:
    """GETs before the first check: with the token as it should be, then raw, as older software wants it."""

    client: Client
    token: str | None
    session: Session
    deadline_s: float

    async def data(self, url: str) -> Any:
        for encoding in dict.fromkeys((self.session.encoding, "raw")):
            left_s = min(10.0, self.deadline_s - monotonic_s())
            if left_s <= 0:
                return None
            sent = Sent(method="GET", url=url, token=self.token, encoding=encoding, timeout_s=left_s)
            try:
                got = await self.client.call(sent)
            except CheckFailed:
                return None
            if got.http != 401:
                if encoding != self.session.encoding:
                    self.session.encoding = encoding
                    self.session.quirks["token_encoding"] = encoding
                parsed = got.json
                return parsed.get("data") if isinstance(parsed, dict) else None
        return None
