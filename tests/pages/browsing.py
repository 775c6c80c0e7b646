"""A person at a page, in the system's Chromium: what they see, and what the browser complains of or asks for outside."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _NAMES if (found := shutil.which(name))), None)
"""Path of the browser, if this machine has one."""
WAIT_MS = 15_000


@dataclass(slots=True)
class Viewer:
    """A page that is open; `complaints` are console errors and exceptions, `outside` requests to other hosts."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    async def text(self, selector: str) -> str:
        """What stands there."""
        return await self.page.inner_text(selector)

    async def see(self, selector: str, text: str) -> None:
        """Wait until it holds this text."""
        await self.page.locator(selector).filter(has_text=text).first.wait_for(timeout=WAIT_MS)

    async def until(self, script: str, asked: object = None) -> None:
        """Wait until this is so, frame by frame; asked from outside, for the page's policy lets nothing evaluate text in it."""
        async with asyncio.timeout(WAIT_MS / 1000):
            while not await self.page.evaluate(script, asked):
                await self.page.evaluate("() => new Promise(requestAnimationFrame)")

    async def overflow_px(self) -> int:
        """How much wider than the window the page is."""
        width = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(width)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, without a window."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def viewing(browser: Browser, url: str, **context: Any) -> AsyncIterator[Viewer]:
    """Open an address in a context of its own (`viewport`, `color_scheme`, `reduced_motion`)."""
    opened = await browser.new_context(**({"viewport": {"width": 1600, "height": 1000}} | context))
    try:
        viewer = Viewer(await opened.new_page())
        host = url.split("/")[2]
        viewer.page.set_default_timeout(WAIT_MS)
        viewer.page.on("console", lambda said: viewer.complaints.append(said.text) if said.type == "error" else None)
        viewer.page.on("pageerror", lambda error: viewer.complaints.append(str(error)))
        viewer.page.on(
            "request",
            lambda asked: (
                None
                if asked.url.split("/")[2] == host or asked.url.startswith(("data:", "blob:"))
                else viewer.outside.append(asked.url)
            ),
        )
        await viewer.page.goto(url)
        yield viewer
    finally:
        await opened.close()


def size(width: int, height: int) -> Mapping[str, int]:
    """A window."""
    return {"width": width, "height": height}


def script(name: str) -> str:
    """What a page is asked, from a file beside this one."""
    return (Path(__file__).parent / f"{name}.js").read_text()
