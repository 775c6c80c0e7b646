"""`make screenshots`: start the demo, let a partner fail, and take the README's pictures of its pages with Chromium."""

import asyncio
import os
import re
import shutil
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from docs import ROOT

FOLDER = ROOT / "docs" / "screenshots"
_HUBCTL = Path(sys.executable).with_name("hubctl")
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_READY_S = 300.0
_SETTLE_S = 12.0
_WAIT_MS = 60_000


async def main() -> None:
    """Take every picture; ends the demo in any case."""
    executable = next((found for name in _CHROMIUM if (found := shutil.which(name))), None)
    if executable is None:
        sys.exit("There is no Chromium on this machine: make browser")
    FOLDER.mkdir(exist_ok=True)
    demo = await asyncio.create_subprocess_exec(_HUBCTL, "demo", "--no-browser", stdout=PIPE, limit=1 << 20)
    try:
        assert demo.stdout is not None
        async with asyncio.timeout(_READY_S):
            page, docs, data_dir = await _addresses(demo.stdout)
        reading = asyncio.ensure_future(demo.stdout.read())  # noqa: TID251 - so that the demo can write on
        async with async_playwright() as playwright:
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
            await _take(browser, page, docs, data_dir)
            await browser.close()
            reading.cancel()
    finally:
        if demo.returncode is None:
            demo.terminate()
        await demo.wait()


async def _addresses(lines: StreamReader) -> tuple[str, str, str]:
    """The operations page, the developers' page, and the data directory, from what the demo prints."""
    found: dict[str, str] = {}
    patterns = {
        "page": r"operations page +(http\S+)",
        "docs": r"developers of apps +(http\S+)",
        "data": r"HUB_DATA_DIR=(\S+)",
    }
    async for line in lines:
        for name, pattern in patterns.items():
            if matched := re.search(pattern, line.decode()):
                found[name] = matched[1]
        if "sessions/" in line.decode():  # traffic passes
            return found["page"], found["docs"], found["data"]
    raise RuntimeError("the demo ended before traffic passed")


async def _take(browser: Browser, page: str, docs: str, data_dir: str) -> None:
    for scheme in ("light", "dark"):
        shown = await _open(browser, page, scheme, (1600, 1000))
        await shown.wait_for_selector("body[data-points='29109']", timeout=_WAIT_MS)
        await asyncio.sleep(_SETTLE_S)
        await shown.screenshot(path=FOLDER / f"operations-{scheme}.png")
        if scheme == "light":
            await _fail(data_dir, "down")
            await shown.wait_for_selector("#needs:not([hidden])", timeout=_WAIT_MS)
            await shown.locator("#needs-list li").first.wait_for()
            await asyncio.sleep(_SETTLE_S)
            await shown.screenshot(path=FOLDER / "operations-partner-offline.png")
            await _fail(data_dir, "none")
        await shown.context.close()
    shown = await _open(browser, docs, "light", (1600, 1000))
    await shown.locator("#said", has_text="places").wait_for(timeout=_WAIT_MS)
    await asyncio.sleep(2)
    await shown.screenshot(path=FOLDER / "developers.png")
    await shown.context.close()


async def _open(browser: Browser, url: str, scheme: str, window: Sequence[int]) -> Page:
    width, height = window
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    opened = await context.new_page()
    await opened.goto(url)
    return opened


async def _fail(data_dir: str, fault: str) -> None:
    words = ("demo", "fault", "FR-MOB", fault)
    process = await asyncio.create_subprocess_exec(_HUBCTL, *words, env=os.environ | {"HUB_DATA_DIR": data_dir})
    await process.wait()


if __name__ == "__main__":
    asyncio.run(main())
