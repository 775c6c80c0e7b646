"""The OpenAPI documents are true: whatever schemathesis makes of them, the hub answers as they say, and never fails."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from docs import ROOT
from hub.admin import bearer
from hub.clock import now_utc
from hub.config import Settings
from hub.limits import Rates
from hub.simulate.platform import Platform
from hub.simulate.reference import reference_cpo, reference_emsp
from hub.wire.credentials_token import write_authorization
from tests.running import RunningHub, running_hub

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
EXAMPLES = 8
SHOWN_CHARS = 6_000


@pytest.fixture
async def hub(settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub of its own: what is sent here would disturb others."""
    async with running_hub(settings, mongodb_url) as running:
        yield running


@pytest.fixture
async def partners(hub: RunningHub) -> AsyncIterator[dict[str, Platform]]:
    """Both reference partners, registered."""
    async with reference_cpo() as cpo, reference_emsp() as emsp:
        await hub.join(cpo)
        await hub.join(emsp)
        yield {"CPO": cpo, "EMSP": emsp}


@pytest.mark.parametrize("who", ["CPO", "EMSP"])
async def test_partners_get_what_the_document_says(
    hub: RunningHub, partners: dict[str, Platform], tmp_path: Path, who: str
) -> None:
    """Every operation, by a partner of either side to the other: no 5xx, no answer that is not declared."""
    caller, receiver = partners[who], partners[{"CPO": "EMSP", "EMSP": "CPO"}[who]]
    headers = {
        "Authorization": write_authorization(caller.outgoing_token or ""),
        "OCPI-from-country-code": caller.party.country_code,
        "OCPI-from-party-id": caller.party.party_id,
        "OCPI-to-country-code": receiver.party.country_code,
        "OCPI-to-party-id": receiver.party.party_id,
    }

    await fuzz(tmp_path, "ocpi.json", hub.settings.ocpi_url, headers, "--exclude-method", "DELETE")


async def test_operators_get_what_the_document_says(
    hub: RunningHub, partners: dict[str, Platform], tmp_path: Path
) -> None:
    """Every operation of the admin API, with partners to do it to."""
    token = bearer.mint(hub.hub.secrets.admin_key, subject="fuzz", now=now_utc(), life=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}

    await fuzz(tmp_path, "admin.json", f"{hub.hub.admin_url}/admin/v1", headers, "--exclude-path", "/stream")


async def test_apps_get_what_the_document_says(hub: RunningHub, partners: dict[str, Platform], tmp_path: Path) -> None:
    """Every operation of the apps' API but the stream, which has no end."""
    apps = hub.hub.apps
    await apps.office.feed.ready.wait()
    apps.access._rates = Rates(50.0, 1e9)
    _, token = await apps.access.create("fuzz", partners["EMSP"].party, timedelta(hours=1), "test")
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{hub.settings.public_url}/apps/v1"

    await fuzz(tmp_path, "apps.json", url, headers, "--exclude-path", "/stream")


async def fuzz(folder: Path, document: str, url: str, headers: dict[str, str], *more: str) -> None:
    """Let schemathesis make requests of a document; fails with what it found. Its notes are in `folder`."""
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).parent / "st"), "run", str(ROOT / "openapi" / document), "--url", url, "--no-color"),
        *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        # one worker: with more, threads of CPython 3.11 stumble in ast.parse while hypothesis describes its strategies
        *("--workers", "1", "--warnings", "off", "--continue-on-failure", *more),
        *(word for name, value in headers.items() for word in ("--header", f"{name}: {value}")),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        pytest.fail(f"{document}:\n{said.decode()[-SHOWN_CHARS:]}", pytrace=False)
