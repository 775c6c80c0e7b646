"""hubctl apps, near and watch against a running hub."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import words
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.apps import publish, push
from tests.whole.platforms import Scripted, joined, until

HUBCTL = str(Path(sys.executable).with_name("hubctl"))


@pytest.fixture
async def cpo(running: RunningHub) -> AsyncIterator[Scripted]:
    """NL*CPA with one location, and DE*EMA."""
    async with joined(running, "NL/CPA/CPO") as cpo, joined(running, "DE/EMA/EMSP"):
        await running.hub.apps.office.feed.ready.wait()
        await publish(running, cpo, words.location())
        yield cpo


async def _token(operator: Operator) -> str:
    return (await operator.hubctl("apps", "create", "MapApp", "--emsp", "DE/EMA")).out.strip()


async def test_apps_from_the_command_line(operator: Operator) -> None:
    """create prints the token alone on stdout; list and revoke; a second revoke is exit 3, a wrong life exit 2."""
    created = await operator.hubctl("apps", "create", "MapApp", "--emsp", "de-ema", "--expires", "90d")
    listed = await operator.hubctl("apps", "list")
    unasked = await operator.hubctl("apps", "revoke", "MapApp")
    revoked = await operator.hubctl("apps", "revoke", "MapApp", "--yes")
    again = await operator.hubctl("apps", "revoke", "MapApp", "--yes")
    wrong = await operator.hubctl("apps", "create", "X", "--emsp", "DE/EMA", "--expires", "soon")

    assert created.exit_code == 0
    assert created.out.count(".") == 2
    assert len(created.out.split()) == 1
    assert "! DE*EMA is not a party" in created.err
    assert listed.rows[0][:3] == ["MapApp", "DE*EMA", "live"]
    assert (unasked.exit_code, revoked.exit_code, again.exit_code, wrong.exit_code) == (2, 0, 3, 2)


async def test_near_prints_what_an_app_sees(operator: Operator, cpo: Scripted) -> None:
    """A line for each location; --json has the API's own answer; HUB_APP_TOKEN and --token are the same."""
    token = await _token(operator)
    line = ("near", "52.09,5.11", "--free", "--min-kw", "11")
    shown = await operator.hubctl(*line, HUB_APP_TOKEN=token)
    as_json = await operator.hubctl(*line, "--json", "--token", token)
    nothing = await operator.hubctl("near", "52.09,5.11", "--min-kw", "50", "--json", HUB_APP_TOKEN=token)

    row = shown.rows[0]
    assert (row[1:4], row[5], row[7:]) == (["1/1", "22.0", "IEC_62196_T2"], "live", ["Stationsplein", "NL/CPA/LOC1"])
    assert [one["id"] for one in as_json.json["locations"]] == ["LOC1"]
    assert nothing.json["locations"] == []


async def test_near_without_what_it_needs(operator: Operator, cpo: Scripted) -> None:
    """No token or a wrong one is exit 4, a wrong place exit 2, no hub exit 1; each with a sentence."""
    token = await _token(operator)
    no_token = await operator.hubctl("near", "52,5")
    wrong = await operator.hubctl("near", "52,5", "--token", "x.y.z")
    place = await operator.hubctl("near", "952,5", "--token", token)
    away = await operator.hubctl("near", "52,5", "--token", token, "--hub-url", "http://127.0.0.1:9")

    assert [one.exit_code for one in (no_token, wrong, place, away)] == [4, 4, 2, 1]
    assert "HUB_APP_TOKEN" in no_token.err
    assert "latitude 952" in place.err
    assert "No hub answers" in away.err


async def test_watch_shows_changes_and_goes_on_after_a_break(
    running: RunningHub, operator: Operator, cpo: Scripted
) -> None:
    """A line for each change; when the stream breaks off, it connects again with the last id, and misses nothing."""
    environment = operator.environment | {"HUB_APP_TOKEN": await _token(operator)}
    process = await asyncio.create_subprocess_exec(
        *(HUBCTL, "watch", "--bbox", "5,52,6,53", "--json", "--count", "3"), env=environment, stdout=PIPE, stderr=PIPE
    )
    streams = running.hub.apps.office.streams

    async def watching() -> bool:
        return len(streams) == 1

    await until(watching, timeout_s=30)
    assert process.stdout is not None
    await _set(running, cpo, "CHARGING")
    lines = [await process.stdout.readline()]
    streams.end_all("for the test")
    await _set(running, cpo, "BLOCKED")
    await _set(running, cpo, "AVAILABLE")
    lines += [await process.stdout.readline() for _ in range(2)]
    _, said = await process.communicate()

    assert [json.loads(line)["evses"][0]["status"] for line in lines] == ["CHARGING", "BLOCKED", "AVAILABLE"]
    assert b"for the test" in said
    assert process.returncode == 0


async def test_watch_needs_something_to_watch(operator: Operator) -> None:
    """Exit 2."""
    assert (await operator.hubctl("watch", HUB_APP_TOKEN="x")).exit_code == 2


async def _set(hub: RunningHub, cpo: Scripted, status: str) -> None:
    body = {"status": status, "last_updated": "2024-03-02T08:00:00Z"}
    await push(hub, cpo, "locations", "/NL/CPA/LOC1/3256", body, "PATCH")
