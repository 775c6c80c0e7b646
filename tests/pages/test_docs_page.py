"""The app developer's page and the API reference in a real browser."""

import re

import pytest
from playwright.async_api import Browser

from tests.pages.browsing import script, size, viewing
from tests.pages.conftest import Scene


async def test_the_map_makes_the_request(scene: Scene, browser: Browser) -> None:
    """What is written in the form is in the request; each language can be chosen by arrow; the token is never in it."""
    async with viewing(browser, scene.docs_url) as viewer:
        await viewer.page.fill("#token", "secret-of-an-app")
        await viewer.page.fill("#near", "52.0907,5.1214")
        await viewer.page.click("#search button[type=submit]")
        await viewer.see("#snippet code", "curl")
        asked = [await viewer.text("#snippet code")]
        await viewer.page.focus("#languages button")
        for word in ("urllib.request", "await fetch"):
            await viewer.page.keyboard.press("ArrowRight")
            await viewer.see("#snippet code", word)
            asked.append(await viewer.text("#snippet code"))

        for snippet in asked:
            assert re.search(r"/apps/v1/locations\?near=52\.09\d*,5\.12\d*&radius_m=\d+", snippet)
            assert "secret-of-an-app" not in snippet
            assert "TOKEN" in snippet
        assert viewer.outside == []


async def test_the_reference_shows_every_document(scene: Scene, browser: Browser) -> None:
    """Swagger UI, offline, under the strict policy: the operations of the OCPI document with this hub's address."""
    async with viewing(browser, f"{scene.docs_url}reference.html") as viewer:
        documents = await viewer.page.locator("#document option").all_inner_texts()
        await viewer.page.select_option("#document", "ocpi")
        await viewer.see(".swagger-ui", "/{version}/receiver/locations")
        served = await viewer.page.evaluate("fetch('openapi/ocpi.json').then((answer) => answer.json())")

        assert "ocpi" in documents
        assert served["servers"] == [{"url": scene.hub.settings.ocpi_url}]
        assert (viewer.complaints, viewer.outside) == ([], [])


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_and_everything_has_a_name(scene: Scene, browser: Browser, width: int, scheme: str) -> None:
    """At both widths and in both schemes nothing sticks out, and every control says what it is."""
    async with viewing(browser, scene.docs_url, viewport=size(width, 900), color_scheme=scheme) as viewer:
        await viewer.see("#snippet code", "curl")

        assert await viewer.overflow_px() == 0
        assert await viewer.page.evaluate(script("nameless")) == []
        assert (viewer.complaints, viewer.outside) == ([], [])
