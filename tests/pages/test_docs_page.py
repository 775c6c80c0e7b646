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


async def test_what_is_found_is_shown(scene: Scene, browser: Browser) -> None:
    """With the token of an app in the address: the answer as JSON, the places, how old, the limit; and a price for a place."""
    async with viewing(browser, f"{scene.docs_url}#token={await scene.app_token()}") as viewer:
        await viewer.see("#said", "1 places.")
        await viewer.see("#answer", '"confidence": "live"')
        await viewer.see("#freshness", "2")
        await viewer.see("#limit", "ratelimit")
        box = await viewer.page.locator("#map").bounding_box()
        assert box is not None
        await viewer.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await viewer.see(".leaflet-popup bdi", "<script>")
        assert await viewer.page.input_value("#price-fields [name=location]") == "NL/CPA/LOC1"
        await viewer.page.fill("#price-fields [name=kwh]", "20")
        await viewer.page.fill("#price-fields [name=minutes]", "30")
        await viewer.page.click("#price button[type=submit]")
        await viewer.see("#price-answer", "HTTP 200")
        await viewer.page.check("#filters [name=free]")
        await viewer.see("#snippet code", "&free=true")

        assert "token" not in viewer.page.url
        assert await viewer.page.locator("main script").count() == 0
        assert (viewer.complaints, viewer.outside) == ([], [])


async def test_the_reference_shows_every_document(scene: Scene, browser: Browser) -> None:
    """Swagger UI, offline, under the strict policy: the operations of the OCPI document with this hub's address."""
    async with viewing(browser, f"{scene.docs_url}reference.html") as viewer:
        documents = await viewer.page.locator("#document option").all_inner_texts()
        await viewer.page.select_option("#document", "ocpi")
        await viewer.see(".swagger-ui", "/{version}/receiver/locations")
        served = await viewer.page.evaluate("fetch('openapi/ocpi.json').then((answer) => answer.json())")

        assert documents == ["apps", "ocpi"]
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
