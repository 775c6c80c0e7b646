"""Runs the suite against one platform, bounded in time, and always ends in a report."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from contracts.client import Client
from contracts.clock import monotonic_s, now_utc, written
from contracts.counterpart import Counterpart
from contracts.discovery import discover
from contracts.outcomes import CheckFailed, CheckSkipped
from contracts.redaction import Redactor
from contracts.report import Report, Result, summary
from contracts.showing import judged
from contracts.suite import COMMON, Check, Suite
from contracts.trial import OPPOSITE, Session, Trial
from contracts.verbs import play

LIMIT_S = {"observe": 60.0, "exercise": 180.0}
CLEANUP_S = 10.0
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
    agreed: tuple[Mapping[str, str], ...] = ()
    """role, country_code and party_id of everyone for whom the platform may speak; empty when that is not known."""
    modules: frozenset[str] = frozenset()
    """Only these, and those that count for every module; empty means all."""
    checks: frozenset[str] = frozenset()
    """Only these, and with `register` those that register; empty means all."""
    patience: float = 1.0
    """How long the pauses of the checks are, as a share of what they say."""
    limit_s: float = 0.0
    """For the whole run; 0 takes that of the mode."""


async def run(suite: Suite, target: Target, progress: Progress = lambda *_: None) -> Report:
    """Judge every check that fits the target; raises CannotListen alone, and nothing for what the platform does."""
    session = _session(target)
    roles = [{"role": OPPOSITE[target.role], "business_details": {"name": "Contract suite"}, **target.us}]
    host, port = target.listen
    began_s, started_at = monotonic_s(), written(now_utc())
    deadline_s = began_s + (target.limit_s or LIMIT_S[target.mode])
    results: list[Result] = []
    async with (
        Client(public_only=target.public_only) as client,
        Counterpart(
            host=host, port=port, public_url=target.callback_url, roles=roles, any_token=not target.register
        ) as counterpart,
    ):
        if session.token:
            counterpart.tokens.add(session.token)
        await discover(session, client, deadline_s)
        wanted = [*_wanted(suite, target)]
        for number, (check, module) in enumerate(wanted):
            progress(number, len(wanted), f"{check.check_id} {module}")
            trial = Trial(
                suite=suite,
                check=check,
                module=module,
                session=session,
                client=client,
                counterpart=counterpart,
                patience=target.patience,
            )
            token = session.token
            results.append(await _judge(trial, deadline_s))
            counterpart.scripts.clear()
            if session.token not in {token, None}:
                await discover(session, client, deadline_s)
        if counterpart.encodings:
            session.quirks["sends_token_as"] = "/".join(sorted(counterpart.encodings))
    progress(len(wanted), len(wanted), "done")
    redactor = Redactor(session.secrets)
    return Report(
        **summary(suite),
        role=target.role,
        mode=target.mode,
        party="*".join(session.them[name] for name in ("country_code", "party_id") if name in session.them),
        versions_url=redactor.text(target.versions_url),
        started_at=started_at,
        seconds=round(monotonic_s() - began_s, 1),
        complete=monotonic_s() < deadline_s,
        only=_limits(target),
        quirks={name: redactor.text(one) if isinstance(one, str) else one for name, one in session.quirks.items()},
        results=tuple(results),
    )


def _limits(target: Target) -> dict[str, list[str]]:
    """What makes this run less than a whole one."""
    narrowed = (("modules", target.modules), ("checks", target.checks))
    only = {name: sorted(names) for name, names in narrowed if names}
    return only if target.patience == 1 else only | {"patience": [f"{target.patience:g}"]}


def _wanted(suite: Suite, target: Target) -> Iterator[tuple[Check, str]]:
    """Checks in order, each with every module that it is for."""
    for check in suite.checks:
        if check.mode == "exercise" and target.mode == "observe":
            continue
        registers = target.register and check.phase == "registering"
        if target.checks and check.check_id not in target.checks and not registers:
            continue
        for module in check.modules:
            asked_for = not target.modules or module in target.modules or module in COMMON
            if asked_for and suite.concerns(check, module, target.role):
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
    result = judged(trial, verdict, expected=expected, observed=observed, ms=(monotonic_s() - began_s) * 1000)
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
        raise CheckFailed(f"all of it within {limit_s:.3g} s", "it took longer") from None
    except (CheckFailed, CheckSkipped):
        raise
    except Exception as error:  # noqa: BLE001 - whatever an answer does to one check, the others are judged all the same
        raise CheckFailed("answers that can be looked at", f"{type(error).__name__}: {str(error)[:160]}") from None


def _session(target: Target) -> Session:
    session = Session(
        versions_url=target.versions_url,
        role=target.role,
        us=dict(target.us),
        them=dict(target.party or {}),
        token=None if target.register else target.token or None,
        token_a=target.token if target.register else None,
        agreed=[dict(one) for one in target.agreed],
    )
    session.keep_secret(target.token)
    return session
