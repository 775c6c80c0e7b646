"""The operations page with every real charging point: first live update, smoothness at 500 changes a second, cost of a viewer."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.running import HubProcess, joined
from hub.config import Settings
from hub.control import mint_token
from hub.simulate.cpo import Cpo
from hub.simulate.operators import PARTIES
from hub.simulate.stations import stations
from hub.wire.party import Party

CHANGES_PER_S = 500
WANTED_FIRST_UPDATE_S = 1.0
WANTED_CORE_SHARE = 0.05
_OPENINGS = 5
_SECONDS = 10.0
_LIFE = timedelta(hours=1)
_FRAMES = """() => new Promise((done) => {
  const began = performance.now(); let last = began, longest = 0, frames = 0;
  const look = (now) => { longest = Math.max(longest, now - last); last = now; frames += 1;
    if (now - began < 10000) requestAnimationFrame(look); else done([frames / 10, longest]); };
  requestAnimationFrame(look);
})"""
"""Frames a second and the longest pause between two, in milliseconds, over ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What a viewer has, and what it costs."""

    points: int
    first_updates_s: Sequence[float]
    changes_per_s: float
    frames_per_s: float
    longest_pause_ms: float
    share_with: float
    """Of a core, by the hub's process, with one viewer and no traffic."""
    share_without: float


async def measure(hub: HubProcess) -> Viewed | None:
    """None where there is no Chromium."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        return None
    async with AsyncExitStack() as stack:
        cpos = await _operators(hub, stack)
        points = sum(len(one["evses"]) for cpo in cpos for one in cpo.locations.values())
        playwright = await stack.enter_async_context(async_playwright())
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        stack.push_async_callback(browser.close)
        updates = [await _open(hub, browser, points) for _ in range(_OPENINGS)]
        for _, page in updates[:-1]:
            await page.context.close()
        page = updates[-1][1]
        await asyncio.sleep(3)
        share_with = await _share(hub.pid)
        changing = asyncio.ensure_future(_change(cpos))
        frames_per_s, longest = await page.evaluate(_FRAMES)
        changes_per_s = await changing
        await page.context.close()
        await asyncio.sleep(3)
        return Viewed(
            points=points,
            first_updates_s=sorted(taken for taken, _ in updates),
            changes_per_s=changes_per_s,
            frames_per_s=frames_per_s,
            longest_pause_ms=longest,
            share_with=share_with,
            share_without=await _share(hub.pid),
        )


async def _operators(hub: HubProcess, stack: AsyncExitStack) -> list[Cpo]:
    """Every operator of the real stations, which has published them."""
    by_party: dict[Party, list[dict[str, Any]]] = {}
    for location in stations(*PARTIES.values()):
        by_party.setdefault(Party.of(location["country_code"], location["party_id"]), []).append(location)
    cpos = [
        await stack.enter_async_context(joined(hub, Cpo(party, locations=some))) for party, some in by_party.items()
    ]
    for cpo in cpos:
        await cpo.publish()
    return cpos


async def _open(hub: HubProcess, browser: Browser, points: int) -> tuple[float, Page]:
    """Seconds from opening the address, sign-in included, until every point is there; and the page."""
    told = json.loads((hub.data_dir / "admin.json").read_text())
    settings = Settings(_env_file=None, data_dir=Path(hub.data_dir))
    token = mint_token(settings, "bench", _LIFE)
    page = await (await browser.new_context(viewport={"width": 1600, "height": 1000})).new_page()
    began_s = time.perf_counter()
    await page.goto(f"{told['url']}/#token={token}", wait_until="commit")
    await page.wait_for_selector(f"body[data-points='{points}']", timeout=60_000)
    return time.perf_counter() - began_s, page


async def _change(cpos: Sequence[Cpo]) -> float:
    """Change statuses at CHANGES_PER_S for _SECONDS, all over the map; returns the rate that the hub accepted."""
    places = [(cpo, key, evse["uid"]) for cpo in cpos for key, one in cpo.locations.items() for evse in one["evses"]]
    began_s, accepted, waiting = time.perf_counter(), 0, set[asyncio.Task[bool]]()
    for number in range(int(CHANGES_PER_S * _SECONDS)):
        cpo, location_id, uid = places[number * 7919 % len(places)]
        status = ("CHARGING", "AVAILABLE")[number // len(places) % 2]
        waiting.add(asyncio.ensure_future(cpo.set_status(location_id, uid, status)))
        await asyncio.sleep(max(0.0, began_s + number / CHANGES_PER_S - time.perf_counter()))
        done = {one for one in waiting if one.done()}
        accepted += sum(one.result() for one in done)
        waiting -= done
    accepted += sum(await asyncio.gather(*waiting))
    return accepted / (time.perf_counter() - began_s)


async def _share(pid: int) -> float:
    """Of a core, over _SECONDS."""
    before = _processor_s(pid)
    await asyncio.sleep(_SECONDS)
    return (_processor_s(pid) - before) / _SECONDS


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
