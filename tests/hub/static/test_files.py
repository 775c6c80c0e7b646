"""Files for browsers: found by name alone, packed, with a strict policy; what is vendored is licensed and small enough."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.front import PAGE
from hub.static.files import SHARED, SWAGGER, VENDOR, Files
from hub.web import APPS_PAGE

PACKED_BYTES_MAX = 200_000
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A server of the operations page's files alone."""
    app = web.Application()
    Files(VENDOR, SHARED, PAGE).mount(app, "/page")
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_each_file_is_served_under_the_policy(client: Client) -> None:
    """The index and a script: their types, no inline script allowed, no frame, an ETag that answers 304."""
    index, script = await client.get("/page/"), await client.get("/page/main.js")
    again = await client.get("/page/main.js", headers={"If-None-Match": script.headers["ETag"]})

    assert (index.status, index.content_type) == (200, "text/html")
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert "script-src 'self';" in index.headers["Content-Security-Policy"]
    assert "unsafe" not in index.headers["Content-Security-Policy"]
    assert index.headers["X-Frame-Options"] == "DENY"
    assert (again.status, await again.read()) == (304, b"")


async def test_nothing_else_is_served(client: Client) -> None:
    """Names that climb out of the folder, in any spelling, are 404."""
    for name in ("../__init__.py", "..%2f__init__.py", "%2e%2e/front.py", "nothing.js", "main.py", ""):
        answer = await client.get(f"/page/x/{name}" if not name else f"/page/{name}")
        assert answer.status == 404


async def test_who_takes_gzip_gets_it(client: Client) -> None:
    """The same bytes, packed or plain."""
    plain = await client.get("/page/leaflet.js", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/page/leaflet.js", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert await plain.read() == await packed.read() == (VENDOR / "leaflet.js").read_bytes()


def test_the_operations_page_is_small() -> None:
    """All of it under 200 KB packed, without the outline of the map."""
    files = [
        path
        for folder in (VENDOR, SHARED, PAGE)
        for path in folder.iterdir()
        if path.suffix in {".html", ".js", ".css"}
    ]

    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < PACKED_BYTES_MAX


def test_pages_hold_no_inline_script_and_name_no_other_host() -> None:
    """What the policy forbids is not there: no script or style in the HTML, no address of another host in our own files."""
    ours = [
        path
        for folder in (SHARED, PAGE, APPS_PAGE)
        for path in folder.iterdir()
        if path.suffix in {".html", ".js", ".css"}
    ]
    for path in ours:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert re.search(r"https?://", text) is None, path.name
        assert "innerHTML" not in text, path.name
        assert path.suffix != ".html" or re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text) is None, (
            path.name
        )


@pytest.mark.parametrize("folder", [VENDOR, SWAGGER], ids=lambda folder: Path(folder).name)
def test_what_is_vendored_says_its_licence(folder: Path) -> None:
    """Every vendored file is named in the list of licences beside it."""
    (licences,) = folder.glob("*LICENCES.md")

    assert [
        path.name for path in folder.iterdir() if path != licences and f"`{path.name}`" not in licences.read_text()
    ] == []
