"""A newcomer's first look in a real browser: a partner fails and comes back, and a copied request works as it stands."""

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT

import orjson
import pytest
from playwright.async_api import Browser

from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.wire.interface import Interface
from hub.wire.party import Party
from tests.pages.browsing import Viewer, viewing
from tests.pages.conftest import Scene
from tests.pages.relaying import relay

RUNNERS = {
    "curl": ("bash", "-c"),
    "Python": (sys.executable, "-c"),
    "JavaScript": ("node", "--input-type=module", "-e"),
}
"""What runs a copied request, by the language's name on the page."""


async def test_a_partner_fails_and_comes_back(scene: Scene, browser: Browser) -> None:
    """The one that is down is named in the bar and leads the cards, with what it is owed; its senders are not blamed."""
    async with Emsp(Party.parse("DE*DWN"), name="Downs") as emsp:
        await scene.hub.join(emsp)
        async with viewing(browser, scene.page_url) as viewer:
            await viewer.see("#state", "All 3 partners fine")
            emsp.fail(Fault.DOWN)
            for _ in range(25):
                await scene.cpo.tell("GET", "tokens", Interface.SENDER, to=emsp.party)
            await scene.cpo.set_status("LOC1", "E2", "CHARGING")
            await viewer.see("#state", "needs you: DE-DWN")
            await viewer.see(".card:first-child", "OFFLINE")
            await viewer.see("#needs-list", "hubctl partner show DE-DWN")
            await viewer.see("#tab-panel", "Downs lacks 1 object,")
            card = viewer.page.locator(".card", has_text="NL*CPA CPO")
            await card.filter(has_text=re.compile(r"2\d failed")).wait_for()
            needing = await viewer.page.locator(".card[data-need=needs] .name").all_inner_texts()
            emsp.fail(Fault.NONE)
            await viewer.see("#state", "All 3 partners fine")
            await viewer.see("#tab-panel", "Every push got through")

            assert needing == ["Downs"]
            assert (viewer.complaints, viewer.outside) == ([], [])
        await scene.cpo.set_status("LOC1", "E2", "AVAILABLE")
    await scene.hub.hub.partners.remove("Downs")


@pytest.mark.parametrize("language", RUNNERS)
async def test_a_copied_request_works(scene: Scene, browser: Browser, language: str) -> None:
    """What the button copies, pasted with TOKEN in the environment, finds the place that the page shows."""
    if shutil.which(RUNNERS[language][0]) is None or (language == "curl" and shutil.which("curl") is None):
        pytest.skip(f"this machine has nothing that runs {language}")
    token = await scene.app_token()
    async with viewing(
        browser, f"{scene.docs_url}#token={token}", permissions=["clipboard-read", "clipboard-write"]
    ) as viewer:
        await viewer.see("#said", "1 places.")
        await viewer.page.get_by_role("tab", name=language).click()
        copied = await _copy(viewer)
        await viewer.see("#limit", "requests left")

        said = await _run(language, copied, token)
        assert "LOC1" in said
        if language == "curl":
            assert orjson.loads(said)["locations"][0]["id"] == "LOC1"
        assert token not in copied
        assert await viewer.page.input_value("#price-fields [name=location]") == "NL/CPA/LOC1"


async def test_a_search_without_a_hub_is_said(scene: Scene, browser: Browser) -> None:
    """The app developer's page greys what it shows while the hub does not answer, and no longer once it does."""
    token = await scene.app_token()
    origin = scene.hub.settings.public_url
    async with relay(origin) as way, viewing(browser, f"{way.url}/docs/#token={token}") as viewer:
        await viewer.see("#said", "1 places.")
        way.cut()
        await viewer.page.click("#search button[type=submit]")
        await viewer.see("#lost", "The hub does not answer")
        shade = await viewer.page.evaluate("getComputedStyle(document.querySelector('main')).filter")
        way.mend()
        await viewer.page.click("#search button[type=submit]")
        await viewer.page.locator("#lost").wait_for(state="hidden")

        assert shade == "grayscale(1)"


@pytest.mark.parametrize("where", ["page", "docs"])
async def test_licences_are_a_step_away(scene: Scene, browser: Browser, where: str) -> None:
    """Each page links to the licences of what it is made with, and they are served."""
    async with viewing(browser, scene.page_url if where == "page" else scene.docs_url) as viewer:
        for link in await viewer.page.locator("footer a").all():
            answer = await viewer.page.request.get(await link.evaluate("(one) => one.href"))
            assert (answer.status, "icen" in await answer.text()) == (200, True)
        assert await viewer.page.locator("footer a").count() > 0


async def _copy(viewer: Viewer) -> str:
    await viewer.page.click("#snippet button")
    await viewer.see("#snippet button", "Copied")
    return str(await viewer.page.evaluate("navigator.clipboard.readText()"))


async def _run(language: str, copied: str, token: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *RUNNERS[language], copied, env=os.environ | {"TOKEN": token}, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    return said.decode()
