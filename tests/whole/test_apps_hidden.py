"""What is hidden from an eMSP, no app of it sees, by any door: agreements × verdicts × publish × publish_allowed_to × token.

What may be seen is said here a second time, in few words, and held against every endpoint.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from hub.clock import now_utc
from hub.config import Settings
from hub.platform import Effect, Platform
from hub.standing import Require, Side, Standing, State
from hub.store.protocols import ObjectKey, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.apps import AppUser, app_of, encode_polyline
from tests.whole.platforms import joined, until

LOCATIONS, TARIFFS, TOKENS = ModuleId("locations"), ModuleId("tariffs"), ModuleId("tokens")
AREA = "4.5,51.5,5.5,52.5"
TRIP = {"kwh": "10", "minutes": "30"}
MINE = {"Driver-Token": "RFID/012345678"}
"""words.token(): issuer `E-Mobility A`, group DF000-2001-8999."""

SHOWN_TO: dict[str, tuple[bool, list[dict[str, str]], bool]] = {
    "OPEN": (True, [], True),
    "SHUT": (False, [], False),
    "UID": (False, [{"uid": "012345678"}], True),
    "GROUP": (False, [{"uid": "999"}, {"group_id": "df000-2001-8999"}], True),
    "OTHER": (False, [{"uid": "999"}], False),
    "HALF": (False, [{"uid": "012345678", "issuer": "Somebody else"}], False),
    "EMPTY": (False, [{}], False),
}
"""Location -> publish, publish_allowed_to, may the driver of MINE see it."""


class Rules(NamedTuple):
    """Agreements, and what they leave: may locations be seen, may tariffs."""

    name: str
    rules: tuple[tuple[Party | None, Party | None, str | None, Effect], ...]
    locations: bool
    tariffs: bool


CPO, EMSP = words.CPO, words.EMSP
ALLOW, DENY = Effect.ALLOW, Effect.DENY
RULES = (
    Rules("none", (), True, True),
    Rules("locations denied", ((CPO, EMSP, "locations", DENY),), False, True),
    Rules("asking denied", ((EMSP, CPO, "locations", DENY),), False, True),
    Rules("all modules denied", ((CPO, EMSP, None, DENY),), False, False),
    Rules("everyone denied", ((CPO, None, None, DENY),), False, False),
    Rules("tariffs denied", ((CPO, EMSP, "tariffs", DENY),), True, False),
    Rules("allowed among denied", ((CPO, None, None, DENY), (CPO, EMSP, "locations", ALLOW)), True, False),
    Rules("another is denied", ((CPO, Party.parse("FR-MOB"), None, DENY),), True, True),
)
CARRIES = {State.VERIFIED: True, State.DEGRADED: True, State.SANDBOX: False, State.BLOCKED: False, None: False}
"""Verdict on the operator's side, where verdicts are enforced: does it carry anything."""


@pytest.fixture(scope="module")
async def enforcing(tmp_path_factory: pytest.TempPathFactory, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that enforces verdicts, with NL*CPA, DE*EMA, and what NL*CPA published while all was well."""
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("hidden"),
        allow_private_urls=True,
        require_verdict=Require.ENFORCE,
        verify_soon_s=3600,
    )
    async with (
        running_hub(settings, mongodb_url, apps_requests_per_s=100_000) as hub,
        joined(hub, "NL/CPA/CPO"),
        joined(hub, "DE/EMA/EMSP"),
    ):
        await _keep(hub, LOCATIONS, CPO, {name: _location(name, "AVAILABLE") for name in SHOWN_TO})
        await _keep(hub, TARIFFS, CPO, {"TARIFF1": words.tariff(id="TARIFF1")})
        await _keep(hub, TOKENS, EMSP, {"rfid/012345678": words.token()})
        yield hub


@pytest.mark.parametrize("state", list(CARRIES), ids=str)
@pytest.mark.parametrize("rules", RULES, ids=[one.name for one in RULES])
async def test_no_door_shows_what_is_hidden(enforcing: RunningHub, rules: Rules, state: State | None) -> None:
    """Every endpoint shows exactly the locations that agreement, verdict, publish and publish_allowed_to leave."""
    hub = enforcing
    async with AsyncExitStack() as stack:
        await _judge(hub, CPO, state)
        await _judge(hub, EMSP, State.VERIFIED)
        for sender, receiver, module, effect in rules.rules:
            chapter = ModuleId(module) if module else None
            await hub.hub.partners.agree(sender, receiver, chapter, effect)
            stack.push_async_callback(hub.hub.partners.unset, sender, receiver, chapter)
        there = rules.locations and CARRIES[state]
        app = await stack.enter_async_context(app_of(hub))
        for headers in ({}, MINE):
            expected = {
                name for name, (publish, _, mine) in SHOWN_TO.items() if there and (publish or (mine and bool(headers)))
            }
            prices = there and rules.tariffs

            assert await _seen(hub, app, headers, priced=prices) == dict.fromkeys(DOORS, expected)
    assert not hub.hub.partners.agreements()


async def test_a_party_that_is_no_emsp_here_sees_nothing(enforcing: RunningHub) -> None:
    """An app may be made before its eMSP joins, or outlive it: until then and after that nothing is shown."""
    await _judge(enforcing, CPO, State.VERIFIED)
    async with app_of(enforcing, Party.parse("FR-XXX")) as app:
        assert await _seen(enforcing, app, {}, priced=False) == {door: set() for door in DOORS}


async def test_a_token_that_its_emsp_does_not_vouch_for_opens_nothing(enforcing: RunningHub) -> None:
    """Named tokens must be ones that the app's own eMSP published, valid ones; another eMSP's token is unknown."""
    invalid = {"rfid/blocked": words.token(uid="BLOCKED", valid=False)}
    await _keep(enforcing, TOKENS, EMSP, invalid)
    async with app_of(enforcing) as app:
        for written in ("RFID/BLOCKED", "RFID/unknown", "012345678", "CARD/012345678", "RFID/"):
            told = await app.get("/locations", {"bbox": AREA}, {"Driver-Token": written})

            assert (told.status, told.error) == (400, ("bad_parameter", "Driver-Token")), written
            assert written not in str(told.json)
    async with app_of(enforcing, Party.parse("FR-MOB")) as app:
        assert (await app.get("/locations", {"bbox": AREA}, MINE)).status == 400


DOORS = ("near", "bbox", "along", "geojson", "one", "one geojson", "clusters", "changes", "prices", "stream")


async def _seen(hub: RunningHub, app: AppUser, headers: dict[str, str], *, priced: bool) -> dict[str, set[str]]:
    """Door -> which locations it shows."""
    seen: dict[str, set[str]] = {}
    near = await app.get("/locations", {"near": "52,5", "radius_m": 100_000, **TRIP}, headers)
    seen["near"] = set(near.ids)
    for location in near.json["locations"]:
        price = location["evses"][0]["connectors"][0]["price"]
        assert (price["incl"] is not None) == priced
        assert "publish_allowed_to" not in location
    seen["bbox"] = set((await app.get("/locations", {"bbox": AREA, "sort": "power"}, headers)).ids)
    route = {"along": encode_polyline((51.9, 4.9), (52.1, 5.1)), "buffer_m": 50_000}
    body = {"driver_token": headers["Driver-Token"]} if headers else {}
    seen["along"] = set((await app.post("/locations", route | body)).ids)
    drawn = (await app.get("/locations", {"bbox": AREA, "format": "geojson"}, headers)).json
    seen["geojson"] = {one["properties"]["id"] for one in drawn["features"]}
    for door, query in (("one", None), ("one geojson", {"format": "geojson"})):
        statuses = {name: (await app.get(f"/locations/NL/CPA/{name}", query, headers)).status for name in SHOWN_TO}
        assert set(statuses.values()) <= {200, 404}
        seen[door] = {name for name, status in statuses.items() if status == 200}
    seen["prices"] = set()
    for name in SHOWN_TO:
        told = await app.get("/prices", {"location": f"NL/CPA/{name}", **TRIP}, headers)
        if told.status == 200:
            seen["prices"].add(name)
            assert (told.json["prices"][0]["price"]["incl"] is not None) == priced
    seen["clusters"] = set()
    for cluster in (await app.get("/clusters", {"bbox": AREA, "zoom": 20}, headers)).json["clusters"]:
        seen["clusters"].add(cluster["location"].rpartition("/")[2].upper())
    seen["stream"], seen["changes"] = await _changed(hub, app, headers)
    return seen


async def _changed(hub: RunningHub, app: AppUser, headers: dict[str, str]) -> tuple[set[str], set[str]]:
    """Every location changes: of which do a stream and the list of changes tell?"""
    since = (await app.get("/locations", {"bbox": AREA})).json["seq"]
    emsp = next(one.emsp for one in hub.hub.apps.access.all() if one.app_id == app.app_id)
    async with app_of(hub, emsp) as short, short.stream({"bbox": AREA, "locations": _keys()}, headers) as listening:
        status = "CHARGING" if int(now_utc().timestamp() * 1000) % 2 else "RESERVED"
        for turn in (status, "AVAILABLE"):
            await _keep(hub, LOCATIONS, CPO, {name: _location(name, turn) for name in SHOWN_TO})
        await hub.hub.apps.access.revoke(short.app_id)
        told = set()
        while (event := await listening.event())["event"] != "end":
            told.add(event["location"]["id"])
    changes = (await app.get("/changes", {"since": since}, headers)).json["changes"]
    return told, {one["location"]["id"] for one in changes}


def _keys() -> str:
    return ",".join(f"NL/CPA/{name}" for name in SHOWN_TO)


def _location(name: str, status: str) -> words.Words:
    publish, allowed, _ = SHOWN_TO[name]
    number = list(SHOWN_TO).index(name)
    place = {"latitude": "52.000000", "longitude": f"5.{number}00000"}
    evses = [words.evse(status=status)]
    return words.location(id=name, publish=publish, publish_allowed_to=allowed, coordinates=place, evses=evses)


async def _keep(hub: RunningHub, module: ModuleId, owner: Party, objects: dict[str, words.Words]) -> None:
    """Put objects into the store as a push would, whoever may push; they are known when this returns."""
    store, apps = hub.hub.store, hub.hub.apps.office
    for name, value in objects.items():
        key = ObjectKey(module=module, owner=owner, object_id=name.lower())
        before = await store.objects.get(key)
        now = now_utc()
        updated = datetime.fromisoformat("2024-03-01T08:00:00+00:00")
        stored = StoredObject(key=key, body=words.body(value), last_updated=updated, received_at=now, changed_at=now)
        if before is not None:
            stored = replace(before, body=stored.body, received_at=now)
        saved = await store.objects.save(stored)

        async def known(key: ObjectKey = key, revision: int = saved.revision) -> bool:
            if key.module == TOKENS:
                return True
            if key.module == TARIFFS:
                return apps.tariffs.find(str(key.owner), key.object_id) is not None
            return apps.feed.revision(str(key)) >= revision

        await until(known)


async def _judge(hub: RunningHub, party: Party, state: State | None) -> None:
    """Give the platform of a party this standing in every module."""
    roster = hub.hub._front.roster
    place = roster.directory.hosted[party][0]
    side = Side.CPO if party == CPO else Side.EMSP
    now = now_utc()
    standings = tuple(
        Standing(
            side=side, module=module, state=state, judged_at=now, expires_at=now + timedelta(days=1), suite_version="1"
        )
        for module in (LOCATIONS, TARIFFS, TOKENS)
        if state is not None
    )

    def edit(platform: Platform) -> Platform:
        return replace(platform, standings=standings)

    await roster.amend(place.platform.platform_id, edit)


def test_the_matrix_is_whole() -> None:
    """Every state of a verdict that there is, is in it."""
    assert {state for state in CARRIES if state} == set(State) - {State.UNVERIFIED}
