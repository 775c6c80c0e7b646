"""Platforms that answer as a test says, and runs against them inside the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from contracts.report import Report, Result
from contracts.run import Target, run
from contracts.suite import Suite
from tests.contracts.raw_partner import Asked, RawPartner, answer, envelope, raw_partner

TOKEN = "token-of-the-test-0123456789"
JSON_HEADER = "Content-Type: application/json"


@asynccontextmanager
async def platform(answers: Mapping[str, Any] | None = None) -> AsyncIterator[RawPartner]:
    """OCPI 2.2.1 with an endpoint for each path of `answers`: data, or the bytes of a whole answer, or what makes either."""
    known = dict(answers or {})

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        path = asked.target.partition("?")[0]
        made = {**_basics(f"http://{asked.headers['host']}", known), **known}.get(path)
        said = made(asked) if callable(made) else made
        if path not in known and path not in {"/versions", "/2.2.1", "/2.2.1/credentials"}:
            said = answer(envelope(), JSON_HEADER, status="404 Not Found")
        writer.write(said if isinstance(said, bytes) else answer(envelope(said), JSON_HEADER))

    async with raw_partner(respond) as partner:
        yield partner


def _basics(url: str, known: Mapping[str, Any]) -> dict[str, Any]:
    endpoints = [("credentials", "SENDER"), *((path.strip("/").split("/")[-1], "SENDER") for path in known)]
    return {
        "/versions": [{"version": "2.2.1", "url": f"{url}/2.2.1"}],
        "/2.2.1": {
            "version": "2.2.1",
            "endpoints": [{"identifier": name, "role": side, "url": f"{url}/2.2.1/{name}"} for name, side in endpoints],
        },
        "/2.2.1/credentials": {
            "token": TOKEN,
            "url": f"{url}/versions",
            "roles": [{"role": "CPO", "country_code": "NL", "party_id": "CPA", "business_details": {"name": "A"}}],
        },
    }


async def run_on(
    suite: Suite, partner: RawPartner, progress: Callable[..., None] = lambda *_: None, **changes: Any
) -> Report:
    """One run of the suite against it."""
    about = {"role": "CPO", "versions_url": partner.versions_url, "token": TOKEN}
    return await run(suite, Target(**(about | changes)), progress)


async def judge(suite: Suite, answers: Mapping[str, Any] | None = None, **changes: Any) -> Result:
    """What came of the only check of the suite."""
    async with platform(answers) as partner:
        (only,) = (await run_on(suite, partner, **changes)).results
    return only
