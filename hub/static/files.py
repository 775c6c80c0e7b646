"""A folder of files for browsers: read once, served by name with its type, an ETag, gzip and a strict policy.

Nothing outside the folder can be named: a request is a key of a dictionary, never a path.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

VENDOR = Path(__file__).parent / "vendor"
"""Libraries and the outline of the map; LICENCES.md beside them says whose they are."""
SHARED = Path(__file__).parent / "shared"
"""What both pages use."""
SWAGGER = Path(__file__).parent / "swagger"
"""The API reference; its licences lie beside it."""

POLICY: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every file: a page loads and asks its own server alone, runs no inline script, and is in nobody's frame."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes
    kind: str
    etag: str


class Files:
    """The files of some folders under one prefix, by name; a later folder wins."""

    def __init__(self, *folders: Path) -> None:
        paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in _TYPES]
        self._files = {path.name: _read(path) for path in paths}

    def mount(self, app: web.Application, prefix: str) -> None:
        """Serve `{prefix}/` (the index) and `{prefix}/{name}`."""
        app.router.add_get(f"{prefix}/", self._answer)
        app.router.add_get(f"{prefix}/{{name}}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info.get("name", INDEX))
        if file is None:
            raise web.HTTPNotFound(text="there is no such page\n", headers=POLICY)
        headers = {**POLICY, "ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == file.etag:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = file.kind
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=file.packed, headers=headers | {"Content-Encoding": "gzip"})
        return web.Response(body=file.content, headers=headers)


def _read(path: Path) -> _File:
    content = path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    return _File(content, gzip.compress(content, 6, mtime=0), _TYPES[path.suffix], etag)
