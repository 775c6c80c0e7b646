"""Live changes: each arrives, none is lost over a break, the dead and the slow cost nobody anything, an end has a reason."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from hub.apps.api.sight import LOCATIONS as _LOCATIONS
from hub.apps.changes import Event
from hub.config import Settings
from hub.wire.interface import Interface
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.apps import AppUser, app_of, box, publish, push, somewhere
from tests.whole.platforms import Scripted, joined, until

_R = Interface.RECEIVER


async def _set(hub: RunningHub, cpo: Scripted, number: int, status: str) -> None:
    body = {"status": status, "last_updated": "2024-03-02T08:00:00Z"}
    await push(hub, cpo, "locations", f"/NL/CPA/LOC{number}/3256", body, "PATCH")


async def test_a_change_is_told_to_whom_it_concerns(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """A box hears of its sites, a list of locations of its own; the event says status, instants and confidence."""
    await publish(hub, cpo, somewhere(101), somewhere(102))
    async with (
        app_of(hub) as app,
        app.stream({"bbox": box(101)}) as boxed,
        app.stream({"locations": "NL/CPA/LOC102"}) as listed,
    ):
        await _set(hub, cpo, 101, "CHARGING")
        await _set(hub, cpo, 102, "BLOCKED")
        first, second = await boxed.event(), await listed.event()

    assert first["location"] == {"country_code": "NL", "party_id": "CPA", "id": "LOC101"}
    assert (first["event"], first["id"]) == ("status", first["seq"])
    evse = first["evses"][0]
    assert (evse["uid"], evse["before"], evse["status"], evse["current"]) == ("3256", "AVAILABLE", "CHARGING", True)
    assert {"received_at", "changed_at", "confirmed_at", "age_s", "confidence", "evidence"} <= set(evse)
    assert second["location"]["id"] == "LOC102"


async def test_nothing_is_lost_over_a_break(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """Whoever comes back with Last-Event-ID gets every change of meanwhile once, in order, then what comes."""
    await publish(hub, cpo, somewhere(103))
    statuses = ["CHARGING", "BLOCKED", "RESERVED", "CHARGING", "OUTOFORDER"]
    async with app_of(hub) as app:
        async with app.stream({"bbox": box(103)}) as listening:
            await _set(hub, cpo, 103, statuses[0])
            told = [await listening.event()]
        for status in statuses[1:4]:
            await _set(hub, cpo, 103, status)
        async with app.stream({"bbox": box(103)}, {"Last-Event-ID": told[-1]["id"]}) as listening:
            assert listening.opening["event"] == "open"
            await _set(hub, cpo, 103, statuses[4])
            told += [await listening.event() for _ in statuses[1:]]
        changes = (await app.get("/changes", {"since": told[0]["seq"]})).json

    assert [one["evses"][0]["status"] for one in told] == statuses
    assert [one["evses"][0]["status"] for one in changes["changes"]] == statuses[1:]
    assert [one["seq"] for one in told] == sorted({one["seq"] for one in told}, key=int)


async def test_changes_come_in_parts(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """`more` says that there are more; going on from `seq` gives each once."""
    await publish(hub, cpo, somewhere(104))
    async with app_of(hub) as app:
        since = (await app.get("/locations", {"bbox": box(104)})).json["seq"]
        for status in ("CHARGING", "BLOCKED", "AVAILABLE"):
            await _set(hub, cpo, 104, status)
        told: list[Any] = []
        more = True
        while more:
            answer = (await app.get("/changes", {"since": since, "limit": 2})).json
            told, since, more = told + answer["changes"], answer["seq"], answer["more"]
        again = (await app.get("/changes", {"since": since})).json

    assert [one["evses"][0]["status"] for one in told] == ["CHARGING", "BLOCKED", "AVAILABLE"]
    assert again == {"changes": [], "seq": since, "more": False}


async def test_what_is_not_kept_is_said(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """A number from before the window: 410 from /changes, `reset` from a stream, which then goes on live."""
    await publish(hub, cpo, somewhere(105))
    async with app_of(hub) as app:
        told = await app.get("/changes", {"since": "1"})
        async with app.stream({"bbox": box(105)}, {"Last-Event-ID": "1"}) as listening:
            opening = listening.opening
            await _set(hub, cpo, 105, "CHARGING")
            live = await listening.event()

    assert (told.status, told.error) == (410, ("not_kept", "since"))
    assert opening["event"] == "reset"
    assert "read the lists anew" in opening["reason"]
    assert live["evses"][0]["status"] == "CHARGING"


async def test_a_site_that_is_not_published_any_more_is_gone(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """Who saw it hears that it is gone, and nothing after that; who may see it all the same goes on seeing it."""
    await emsp.ask("PUT", "tokens", _R, "/DE/EMA/012345678", words.token(), to=words.HUB)
    await publish(hub, cpo, somewhere(106))
    allowed = [{"uid": "012345678", "type": "RFID"}]
    later = {"last_updated": "2024-03-03T08:00:00Z"}
    async with (
        app_of(hub) as app,
        app.stream({"bbox": box(106)}) as stranger,
        app.stream({"bbox": box(106)}, {"Driver-Token": "RFID/012345678"}) as driver,
    ):
        await publish(hub, cpo, somewhere(106, publish=False, publish_allowed_to=allowed))
        await _set(hub, cpo, 106, "CHARGING")
        await publish(hub, cpo, somewhere(106, publish=False, evses=[words.evse(status="BLOCKED")], **later))
        await publish(hub, cpo, somewhere(106, **later))
        heard = [(await stranger.event()) for _ in range(2)]
        seen = [(await driver.event()) for _ in range(3)]

    assert [one["event"] for one in heard] == ["gone", "status"]
    assert heard[1]["evses"][0]["status"] == "AVAILABLE"
    assert [one["event"] for one in seen] == ["location", "status", "status"]
    assert seen[1]["evses"][0]["status"] == "CHARGING"
    assert seen[2]["evses"][0]["status"] == "AVAILABLE"


async def test_streams_end_when_agreements_change(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """A rule that hides an operator ends the stream, with a reason, before anything of it could be told."""
    await publish(hub, cpo, somewhere(107))
    async with app_of(hub) as app, app.stream({"bbox": box(107)}) as listening:
        await hub.deny(words.CPO, words.EMSP, "locations")
        ended = await listening.event()
        with pytest.raises(EOFError):
            await listening.event()
        assert (await app.get("/locations", {"bbox": box(107)})).ids == []
        await hub.hub.partners.unset(words.CPO, words.EMSP, _LOCATIONS)

    assert ended["event"] == "end"
    assert "has changed" in ended["reason"]


async def test_a_revoked_app_is_cut_off_everywhere(settings: Settings, mongodb_url: str) -> None:
    """Revoked at one process, it is out at the other within a second: its stream ends with a reason, its token is refused."""
    async with (
        running_hub(settings, mongodb_url) as one,
        running_hub(settings, mongodb_url, **_same(one)) as other,
        app_of(one) as made,
    ):
        app = AppUser(other, made.http, made.app_id, made.token)

        async def known() -> bool:
            return other.hub.apps.access.is_live(made.app_id)

        await until(known)
        await other.hub.apps.office.feed.ready.wait()
        async with app.stream({"bbox": box(1)}) as listening:
            await one.hub.apps.access.revoke(made.app_id)
            async with asyncio.timeout(1):
                ended = await listening.event()
            refused = await app.get("/locations", {"bbox": box(1)})

    assert ended["event"] == "end"
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


async def test_silence_is_broken_and_moves_the_id_on(settings: Settings, mongodb_url: str) -> None:
    """A stream without changes says that it lives, with the number up to which nothing concerned it."""
    async with (
        running_hub(settings, mongodb_url, apps_heartbeat_s=0.1) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP"),
        app_of(hub) as app,
        app.stream({"bbox": box(1)}) as listening,
    ):
        await publish(hub, cpo, somewhere(2))
        last = str(hub.hub.apps.office.feed.changes.last)
        block = await listening.block()
        while block["id"] != last:
            block = await listening.block()

    assert block == {"comment": "alive", "id": last}


async def test_the_end_of_the_hub_ends_streams_with_a_reason(settings: Settings, mongodb_url: str) -> None:
    """Streams do not hold up a hub that stops: each is told to come back, at once."""
    async with running_hub(settings, mongodb_url) as hub, app_of(hub) as app, app.stream({"bbox": box(1)}) as listening:
        async with asyncio.timeout(5):
            await hub.hub.close()
        ended = await listening.event()

    assert ended["event"] == "end"
    assert "Last-Event-ID" in ended["reason"]


async def test_streams_are_bounded(settings: Settings, mongodb_url: str) -> None:
    """One app has so many, all have so many; a stream that was left makes room for another."""
    limits: dict[str, Any] = {"apps_streams_per_app_max": 1, "apps_streams_max": 2, "apps_heartbeat_s": 0.05}
    async with running_hub(settings, mongodb_url, **limits) as hub, app_of(hub) as app, app_of(hub) as other:
        async with app.stream({"bbox": box(1)}), other.stream({"bbox": box(1)}), app_of(hub) as third:
            for one in (app, third):
                told = await one.get("/stream", {"bbox": box(1)})
                assert (told.status, told.error[0]) == (429, "too_many")
                assert int(told.headers["Retry-After"]) > 0

        async def empty() -> bool:
            return len(hub.hub.apps.office.streams) == 0

        await until(empty)
        async with app.stream({"bbox": box(1)}):
            assert len(hub.hub.apps.office.streams) == 1


async def test_a_reader_who_takes_nothing_is_let_go(settings: Settings, mongodb_url: str) -> None:
    """It costs the others nothing: they hear every change while it is dropped, and it is counted."""
    async with (
        running_hub(settings, mongodb_url) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP"),
        app_of(hub) as app,
        app.stream({"bbox": box(1)}) as quick,
    ):
        await publish(hub, cpo, somewhere(1))
        await quick.event()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hub.settings.public_url.rpartition(":")[2]))
        request = (
            f"GET /apps/v1/stream?bbox={box(1)} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {app.token}\r\n\r\n"
        )
        writer.write(request.encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        streams = hub.hub.apps.office.streams
        key = "locations/NL/CPA/loc1"
        sent, heard = 0, 0
        while not streams.subscribers.dropped:
            for _ in range(500):
                sent += 1
                streams.tell(_event(hub, key, sent))
            while heard < sent:
                assert (await quick.event())["event"] == "location"
                heard += 1
        writer.close()

    assert heard == sent
    assert streams.subscribers.dropped == 1


def _event(hub: RunningHub, key: str, number: int) -> Event:
    return Event(seq=hub.hub.apps.office.feed.changes.last + number, key=key, changes=(), was_published=True)


def _same(one: RunningHub) -> dict[str, Any]:
    """The database and the key of another process of the same hub."""
    return {"mongodb_database": one.settings.mongodb_database}


async def test_an_app_that_expires_is_out(hub: RunningHub) -> None:
    """A token ends at its `exp`, and its app is not live after that."""
    access = hub.hub.apps.access
    app, token = await access.create("short", words.EMSP, timedelta(seconds=1), "test")
    assert access.is_live(app.app_id)

    async def expired() -> bool:
        return not access.is_live(app.app_id)

    await until(expired)
    async with ClientSession() as http:
        told = await AppUser(hub, http, app.app_id, token).get("/locations", {"bbox": box(1)})
    assert told.status == 401


async def test_nothing_is_lost_over_a_restart(settings: Settings, mongodb_url: str) -> None:
    """Another process numbers the same changes alike: who was cut off by the end of one goes on at the next."""
    statuses = ["CHARGING", "BLOCKED", "RESERVED"]
    async with (
        running_hub(settings, mongodb_url, keep_database=True) as one,
        joined(one, "NL/CPA/CPO") as cpo,
        joined(one, "DE/EMA/EMSP"),
        app_of(one) as made,
    ):
        await publish(one, cpo, somewhere(1))
        async with made.stream({"bbox": box(1)}) as listening:
            for status in statuses:
                await _set(one, cpo, 1, status)
            first = await listening.event()
    async with running_hub(settings, mongodb_url, **_same(one)) as other, ClientSession() as http:
        await other.hub.apps.office.feed.ready.wait()
        app = AppUser(other, http, made.app_id, made.token)
        feed = other.hub.apps.office.feed

        async def replayed() -> bool:
            return len(feed.changes.after(int(first["id"]), 10) or []) == 2

        await until(replayed)
        async with app.stream({"bbox": box(1)}, {"Last-Event-ID": first["id"]}) as listening:
            rest = [await listening.event() for _ in statuses[1:]]
        listed = (await app.get("/changes", {"since": first["id"]})).json["changes"]

    assert [one["evses"][0]["status"] for one in [first, *rest]] == statuses
    assert [one["seq"] for one in listed] == [one["seq"] for one in rest]
