"""The operations page in a real browser: it is live, filters and traces, says when it is lost, and keeps names as text."""

import re

import pytest
from playwright.async_api import Browser

from hub.simulate.platform import Platform
from hub.wire.party import Party, PartyRole, Role
from tests.pages.browsing import script, size, viewing
from tests.pages.conftest import HOSTILE, LONG, TURNED, Scene
from tests.pages.relaying import relay
from tests.whole.platforms import R, S


async def test_it_shows_all_and_then_what_changes(scene: Scene, browser: Browser) -> None:
    """Signed in by the address alone: partners, EVSEs, traffic; then a status change moves the counts, unasked."""
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.see("#state", "All 2 partners fine")
        await viewer.see("#point-count", "2 EVSEs")
        await viewer.see("#legend", "available 2")
        await viewer.see("#cards", "DE*EMA EMSP")
        await scene.cpo.set_status("LOC1", "E2", "CHARGING")
        await viewer.see("#legend", "charging 1")
        await viewer.see("#legs", "locations/NL/CPA/LOC1/E2")
        await scene.cpo.set_status("LOC1", "E2", "AVAILABLE")
        await viewer.see("#legend", "charging 0")

        assert "token" not in viewer.page.url
        assert (viewer.complaints, viewer.outside) == ([], [])


async def test_traffic_is_filtered_and_followed(scene: Scene, browser: Browser) -> None:
    """The command line's filter: only what fits is left; a wrong option is named; a correlation id opens its whole way."""
    await scene.emsp.ask("GET", "locations", S, "?limit=1", to=scene.hub.settings.party)
    await scene.emsp.ask("POST", "commands", R, "/START_SESSION", {"nonsense": 1}, to=Party.parse("NL*CPA"))
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.see("#legs", "START_SESSION")
        await viewer.page.fill("#filter", "--module commands --status fail --since 10m")
        await viewer.page.press("#filter", "Enter")
        await viewer.until(script("all_fit"), "commands")
        await viewer.page.fill("#filter", "--modul commands")
        await viewer.page.press("#filter", "Enter")
        await viewer.see("#filter-said", "--modul is none of")
        await viewer.page.fill("#filter", "--partner nobody-here")
        await viewer.page.press("#filter", "Enter")
        await viewer.see("#filter-said", "nobody-here")
        await viewer.page.locator("#legs button").first.click()
        await viewer.see("dialog .chain", "commands/START_SESSION")
        command = await viewer.text("dialog .command code")

        assert re.fullmatch(r"hubctl traffic trace \S+", command)
        complaints = [said for said in viewer.complaints if "404" not in said]
        assert (complaints, viewer.outside) == ([], [])


async def test_the_chart_is_there_with_the_first_figures(scene: Scene, browser: Browser) -> None:
    """Requests and errors over time do not wait: they are drawn when the first figures came, by the page's own clock."""
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.until("document.querySelector('#clock').textContent !== '-'")
        assert await viewer.page.locator("#chart .uplot").count() == 1
        assert "requests/s" in await viewer.text("#chart-words")
        await viewer.page.hover("#chart .u-over")
        told = await viewer.text("#chart .u-legend .u-series:first-child .u-value")

        assert re.fullmatch(r"[0-2]\d:[0-5]\d", told)


async def test_a_cell_of_the_matrix_gives_the_commands(scene: Scene, browser: Browser) -> None:
    """From a party to another: the command that explains the route, and the one that forbids it."""
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.see("#cards", "DE*EMA EMSP")
        await viewer.page.click("#tab-matrix")
        await viewer.page.click("#tab-panel button[aria-label^='NL*CPA to DE*EMA']")
        commands = await viewer.page.locator("#tab-panel .command code").all_inner_texts()

        assert commands == [
            "hubctl routes test --from NL-CPA --to DE-EMA --module locations",
            "hubctl routes deny --from NL-CPA --to DE-EMA",
        ]


async def test_a_narrow_page_shows_each_answer(scene: Scene, browser: Browser) -> None:
    """At 360 pixels the answer of a message and the button to its way are in sight, without moving the table."""
    async with viewing(browser, scene.page_url, viewport=size(360, 800)) as viewer:
        await viewer.see("#legs", "follow")
        for selector in ("#legs .answer", "#legs button"):
            box = await viewer.page.locator(selector).first.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 360


async def test_a_partner_opens_with_its_commands(scene: Scene, browser: Browser) -> None:
    """By keyboard: a card opens the partner in full, with commands to copy; Escape closes it, the focus comes back."""
    async with viewing(browser, scene.page_url) as viewer:
        card = viewer.page.locator(".card", has_text="DE*EMA EMSP")
        await card.focus()
        await viewer.page.keyboard.press("Enter")
        await viewer.see("dialog", "Last seen")
        commands = await viewer.page.locator("dialog .command code").all_inner_texts()
        await viewer.page.keyboard.press("Escape")
        await viewer.page.locator("dialog").wait_for(state="hidden")

        assert "hubctl partner show DE-EMA" in commands
        assert await viewer.page.evaluate("document.activeElement.classList.contains('card')")
        assert (viewer.complaints, viewer.outside) == ([], [])


async def test_tabs_move_by_arrow(scene: Scene, browser: Browser) -> None:
    """Failed pushes, matrix, verdicts, findings: each shows something, by keyboard."""
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.see("#tab-panel", "Every push got through")
        await viewer.page.focus("#tab-deliveries")
        for text in ("from row to column", "contract suite", "CDR"):
            await viewer.page.keyboard.press("ArrowRight")
            await viewer.see("#tab-panel", text)

        assert "✓" not in await viewer.text("#tab-panel"), "nothing was checked, so nothing is in order"
        assert (viewer.complaints, viewer.outside) == ([], [])


async def test_hostile_names_are_text(scene: Scene, browser: Browser) -> None:
    """Markup, marks that turn the direction and 100 wide letters, as a partner's and a place's name: shown, never obeyed."""
    name = f"{HOSTILE[:60]}{TURNED}".replace("\u202e", "").replace("\u2067", "").replace("\u200f", "") + LONG[:20]
    claim = PartyRole(party=Party.parse("DE*HOS"), role=Role.CPO)
    async with Platform(name, [claim]) as platform:
        await scene.hub.join(platform)
        async with viewing(browser, scene.page_url, viewport=size(360, 800)) as viewer:
            await viewer.see("#cards", HOSTILE[:40])
            await viewer.page.locator(".card", has_text="DE*HOS").click()
            await viewer.see("#dialog-title", HOSTILE[:40])
            await viewer.page.keyboard.press("Escape")
            box = await viewer.page.locator("#map").bounding_box()
            assert box is not None
            await viewer.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            await viewer.see(".leaflet-popup", HOSTILE)
            await viewer.see(".leaflet-popup bdi", LONG)

            assert await viewer.page.locator("main script, main img, dialog script, dialog img").count() == 0
            assert "owned" not in await viewer.page.title()
            assert await viewer.overflow_px() == 0
            assert (viewer.complaints, viewer.outside) == ([], [])
    await scene.hub.hub.partners.remove(name)


async def test_a_lost_stream_is_said_and_found_again(scene: Scene, browser: Browser) -> None:
    """Without a connection the data turns grey and a banner says since when; with it, all is as before."""
    async with (
        relay(scene.operator.url) as way,
        viewing(browser, scene.page_url.replace(scene.operator.url, way.url)) as viewer,
    ):
        await viewer.see("#state", "partners fine")
        way.cut()
        await viewer.see("#lost", "What is shown is as of")
        lost = await viewer.page.evaluate(
            "[document.body.className, getComputedStyle(document.querySelector('main')).filter]"
        )
        way.mend()
        await viewer.page.locator("#lost").wait_for(state="hidden")
        await scene.cpo.set_status("LOC1", "E1", "BLOCKED")
        await viewer.see("#legend", "blocked 1")
        await scene.cpo.set_status("LOC1", "E1", "AVAILABLE")

        assert lost == ["lost", "grayscale(1)"]
        assert await viewer.page.evaluate("document.body.className") == ""
        assert viewer.outside == []


async def test_silence_is_a_loss_too(scene: Scene, browser: Browser) -> None:
    """A connection that stands, but over which nothing comes, is told as well."""
    async with (
        relay(scene.operator.url) as way,
        viewing(browser, scene.page_url.replace(scene.operator.url, way.url)) as viewer,
    ):
        await viewer.see("#state", "partners fine")
        way.freeze()
        await viewer.see("#lost", "Nothing was heard from the hub for 5 s")


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_and_can_be_read(scene: Scene, browser: Browser, width: int, scheme: str) -> None:
    """At both widths nothing sticks out; in both schemes text and ground differ enough; with reduced motion nothing moves."""
    context = {"viewport": size(width, 900), "color_scheme": scheme, "reduced_motion": "reduce"}
    async with viewing(browser, scene.page_url, **context) as viewer:
        await viewer.see("#point-count", "2 EVSEs")
        contrasts = await viewer.page.evaluate(script("contrasts"))

        assert await viewer.overflow_px() == 0
        assert min(contrasts.values()) >= 4.5, contrasts
        assert (viewer.complaints, viewer.outside) == ([], [])


async def test_everything_has_a_name(scene: Scene, browser: Browser) -> None:
    """For a screen reader: every button, field, link, table and region that is there says what it is; one heading leads."""
    async with viewing(browser, scene.page_url) as viewer:
        await viewer.see("#point-count", "2 EVSEs")
        await viewer.see("#legs", "follow")
        nameless = await viewer.page.evaluate(script("nameless"))

        assert nameless == []
        assert await viewer.page.locator("h1").count() == 1
        assert await viewer.page.get_by_role("region", name="Map of charging points").count() == 1
        assert await viewer.page.get_by_role("textbox", name=re.compile("Filter")).count() == 1


async def test_signing_in_and_out(scene: Scene, browser: Browser) -> None:
    """Without a token the page asks for one and shows nothing; a wrong one is refused in words; signing out hides all."""
    async with viewing(browser, f"{scene.operator.url}/") as viewer:
        await viewer.see("#sign-in", "hubctl admin token")
        await viewer.page.fill("#token", "junk")
        await viewer.page.press("#token", "Enter")
        await viewer.see("#sign-in-said", "not an admin token")
        await viewer.page.fill("#token", scene.operator.token)
        await viewer.page.press("#token", "Enter")
        await viewer.see("#point-count", "2 EVSEs")
        cookies = await viewer.page.context.cookies()
        assert [(one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, "Strict")]
        await viewer.page.click("#sign-out")
        await viewer.see("#sign-in-said", "Signed out")
        assert not await viewer.page.locator("#data").is_visible()
