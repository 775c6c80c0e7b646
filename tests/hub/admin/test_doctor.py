"""The doctor's checks, each well and ill, with what mends it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from hub.admin.doctor import (
    check_clock,
    check_config,
    check_database,
    check_public_url,
    check_secret_file,
)
from hub.config import Settings
from hub.secrets import Secrets
from hub.store.database_facts import DatabaseFacts
from tests.operating import Operator

FACTS = DatabaseFacts(
    version="6.0.5",
    replica_set="rs0",
    is_primary=True,
    latency_ms=1.2,
    database_time=datetime(2026, 1, 1, tzinfo=UTC),
    indexes=14,
    missing_indexes=(),
)


async def test_a_good_hub_is_well(operator: Operator) -> None:
    """A hub that runs on a real replica set passes every check."""
    examined = await operator.ask("GET", "/doctor")

    assert [check["name"] for check in examined.json["checks"] if not check["ok"]] == []
    names = {check["name"] for check in examined.json["checks"]}
    assert names == {"config", "secret key", "mongodb", "replica set", "indexes", "clock", "public url"}
    assert examined.json["ok"] is True


@pytest.mark.parametrize(
    ("changes", "ill"),
    [
        ({}, set()),
        ({"version": "5.0.30"}, {"mongodb"}),
        ({"latency_ms": 80.0}, {"mongodb"}),
        ({"replica_set": ""}, {"replica set"}),
        ({"is_primary": False}, {"replica set"}),
        ({"missing_indexes": ("traces.age",)}, {"indexes"}),
    ],
    ids=str,
)
def test_databases_that_are_not_right(changes: dict[str, object], ill: set[str]) -> None:
    """An old version, a slow answer, no replica set, no primary and a missing index are each one problem with a hint."""
    checks = check_database(replace(FACTS, **changes))  # type: ignore[arg-type]

    assert {check.name for check in checks if not check.ok} == ill
    assert all(check.hint for check in checks if not check.ok)


def test_clocks_that_differ() -> None:
    """A second is the most that two clocks may differ."""
    assert check_clock(0.4).ok
    assert not check_clock(-1.5).ok
    assert "-1.5 s" in check_clock(-1.5).text


def test_the_key_file_is_the_owners_alone(settings: Settings) -> None:
    """A key from the environment, one in a 0600 file, one that others may read, one that is gone."""
    gone = check_secret_file(settings)
    Secrets.load("", settings.data_path)
    well = check_secret_file(settings)
    (settings.data_path / "secret.key").chmod(0o644)
    open_to_all = check_secret_file(settings)
    from_environment = check_secret_file(settings.model_copy(update={"secret_key": SecretStr("k" * 32)}))

    assert (gone.ok, well.ok, open_to_all.ok, from_environment.ok) == (False, True, False, True)
    assert open_to_all.hint == f"chmod 600 {settings.data_path / 'secret.key'}"


def test_settings_that_do_not_go_together(settings: Settings) -> None:
    """Private addresses on a public hub, and tokens over plain http, are said; a test hub on loopback is well."""
    lax = settings.model_copy(update={"public_url": "https://hub.example"})
    clear = settings.model_copy(update={"public_url": "http://hub.example", "allow_private_urls": False})
    good = settings.model_copy(update={"public_url": "https://hub.example", "allow_private_urls": False})

    assert "HUB_ALLOW_PRIVATE_URLS" in check_config(lax).hint
    assert "https" in check_config(clear).hint
    assert check_config(good).ok
    assert check_config(settings).ok


async def test_the_public_url_must_be_this_hubs(settings: Settings, free_port: int) -> None:
    """Somebody else's 404, and nobody at all, are told apart from the hub's own 401."""
    app = web.Application()
    app.router.add_get("/good/ocpi/versions", _unauthorized)
    async with TestServer(app) as server, ClientSession() as http:

        async def check(public_url: str) -> tuple[bool, str]:
            checked = await check_public_url(http, settings.model_copy(update={"public_url": public_url}))
            return checked.ok, checked.text

        assert await check(str(server.make_url("/good"))) == (
            True,
            f"{server.make_url('/good')}/ocpi/versions answers 401 without a token",
        )
        assert "answers 404 instead of 401" in (await check(str(server.make_url("/"))))[1]
        assert "ClientConnectorError" in (await check(f"http://127.0.0.1:{free_port}"))[1]
        assert "no address" in (await check("http://hub.invalid"))[1]


async def _unauthorized(_: web.Request) -> web.Response:
    return web.Response(status=401)
