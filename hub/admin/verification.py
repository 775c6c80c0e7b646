"""The contract suite over the admin API: verify a partner, what its verdicts say, let a module pass in spite of them."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal

import orjson
import structlog
from pydantic import Field

from contracts import report
from contracts.page import page
from hub.admin import views
from hub.admin.errors import Broken, Unknown
from hub.admin.refusing import as_refusal
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.clock import now_utc
from hub.platform import Platform
from hub.standing import Side
from hub.store.judgements import Verification
from hub.verifying.office import Judged, Wish
from hub.wire.interface import ModuleId

_Module = Annotated[str, Field(pattern=r"^[a-z]{1,36}$")]


class Verify(Asked):
    """`exercise` writes marked test objects; `observe` only reads."""

    mode: Literal["observe", "exercise"] = "observe"
    modules: Annotated[tuple[_Module, ...], Field(max_length=20)] = ()


class Override(Asked):
    """Let a module carry traffic whatever its verdict, for a time; `hours` 0 ends it."""

    side: Side
    module: _Module
    hours: Annotated[float, Field(ge=0, le=90 * 24)]
    reason: Annotated[str, Field(min_length=5, max_length=200)]


async def _verify(call: AdminCall[Verify]) -> AsyncIterator[Json]:
    return _progress(call, call.office.partners.find(call.path["name"]))


async def _progress(call: AdminCall[Verify], platform: Platform) -> AsyncIterator[Json]:
    """Steps as they are done, then the outcome."""
    steps: asyncio.Queue[Json | None] = asyncio.Queue()
    wish = Wish(
        mode=call.asked.mode,
        modules=call.asked.modules,
        progress=lambda done, of, following: steps.put_nowait({"done": done, "of": of, "next": following}),
    )
    run = asyncio.ensure_future(call.office.verifying.verify(platform.platform_id, wish))  # noqa: TID251 - awaited below
    run.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        while (step := await steps.get()) is not None:
            yield step
        yield {"runs": [_judged(one) for one in await run]}
    except Exception as error:  # noqa: BLE001 - the answer has begun: its last line says what went wrong
        yield (as_refusal(error) or Broken("the hub failed; its log says why")).body()
    finally:
        run.cancel()


async def _verdict(call: AdminCall[Nothing]) -> Json:
    """Standings, signed verdicts, and what carried traffic broke."""
    office = call.office
    platform = office.partners.find(call.path["name"])
    signed: dict[tuple[str, str], Json] = {}
    runs = await office.store.verifications.latest(platform.platform_id)
    for run in runs:
        for module, verdict in run.verdicts.items():
            signed.setdefault((run.side, module), verdict.decode())
    return {
        "name": platform.name,
        "require": office.settings.require_verdict,
        "standings": [
            views.standing(one) | {"signed": signed.get((one.side, one.module))} for one in platform.standings
        ],
        "learned": dict(platform.learned),
        "runs": [_run(one) for one in runs],
        "faults": [views.fault(one) for one in await office.store.faults.of(platform.platform_id)],
    }


async def _page(call: AdminCall[Nothing]) -> str:
    return page(report.read(await _report(call)))


async def _report(call: AdminCall[Nothing]) -> Json:
    found = await call.office.store.verifications.get(call.path["run_id"])
    if found is None:
        raise Unknown(f"There is no run {call.path['run_id']!r}.", "hubctl partner verdict NAME", code="unknown_run")
    return orjson.loads(zlib.decompress(found.report))


async def _override(call: AdminCall[Override]) -> Json:
    asked, office, now = call.asked, call.office, now_utc()
    platform = office.partners.find(call.path["name"])
    until = now + timedelta(hours=asked.hours) if asked.hours else None
    known = platform.standing(asked.side, ModuleId(asked.module))
    if known is None:
        raise Unknown(
            f"{platform.name!r} has no verdict on its {asked.side} side of {asked.module} yet.",
            f"hubctl partner verify {platform.name!r}",
            code="unknown_standing",
        )

    def edit(current: Platform) -> Platform:
        changed = tuple(
            replace(one, override_until=until, override_reason=asked.reason if until else "")
            if (one.side, one.module) == (known.side, known.module)
            else one
            for one in current.standings
        )
        return replace(current, standings=changed)

    amended = await office.partners.amend(platform.platform_id, edit)
    structlog.get_logger().warning(
        "verdict_overridden",
        partner=platform.name,
        side=known.side,
        module=known.module,
        until=until and until.isoformat(),
        reason=asked.reason,
        by=call.subject,
    )
    return [views.standing(one) for one in amended.standings]


def _judged(one: Judged) -> Json:
    return _run(one.verification) | {"report": one.report}


def _run(one: Verification) -> dict[str, Any]:
    return {
        "run_id": one.run_id,
        "side": one.side,
        "mode": one.mode,
        "judged_at": one.judged_at,
        "suite_version": one.suite_version,
        "modules": sorted(one.verdicts),
    }


ROUTES = (
    AdminRoute(
        method="POST",
        path="/partners/{name}/verify",
        act=_verify,
        streams=True,
        asks=Verify,
        summary="Judge a partner by the contract suite; a line for each step, then the outcome.",
    ),
    AdminRoute(
        method="GET", path="/partners/{name}/verdict", act=_verdict, asks=Nothing, summary="What its verdicts say."
    ),
    AdminRoute(
        method="POST",
        path="/partners/{name}/override",
        act=_override,
        asks=Override,
        summary="Let a module carry traffic whatever its verdict, for a time.",
    ),
    AdminRoute(method="GET", path="/verifications/{run_id}", act=_report, asks=Nothing, summary="One whole report."),
    AdminRoute(
        method="GET",
        path="/verifications/{run_id}/page",
        act=_page,
        asks=Nothing,
        summary="The same as a page for a browser.",
        text="text/html; charset=utf-8",
    ),
)
