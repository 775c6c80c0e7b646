"""A receiver that was away gets what it missed once, as it is now; one that pulls gets nothing afterwards."""

from hub.config import Settings
from hub.platform import Quirks
from hub.simulate.faults import Fault
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.broadcasts import guest, instant, lane_to, location, put, settled
from tests.whole.platforms import R, Scripted, joined, until


async def _goes_away(hub: RunningHub, sender: Scripted, away: Scripted) -> None:
    """Close its port, and let the hub find out."""
    await away.stop()

    async def noticed() -> bool:
        answer = await sender.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=away.party)
        return answer.status_code == 4003 and not hub.hub.partners.find(away.name).reachable

    await until(noticed)
    away.forget()


def _pushed(away: Scripted) -> list[tuple[str, str]]:
    """Method and last segment of every broadcast that came."""
    return [(one.method, one.segments[-1]) for one in (*away.got("locations"), *away.got("tariffs"))]


async def test_what_was_missed_comes_once_as_it_is_now(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """D1, H3.25, H5.08: pushes collapse while it is away; back, it gets each current object by one PUT, a part as the whole,
    a withdrawn tariff as DELETE; no stale message is ever sent, and nothing twice (S17)."""
    async with guest(hub, "DE/AWA/EMSP") as away:
        await put(cpo, "locations", location("PATCHED", 1))
        await put(cpo, "tariffs", words.tariff(id="GONE"))
        await put(cpo, "tariffs", words.tariff(id="KNOWN"))
        await settled(hub, "tariffs", words.CPO, "KNOWN")
        await _goes_away(hub, cpo, away)

        answers = [await put(cpo, "locations", location("MISSED", number)) for number in range(5)]
        patch = {"name": "patched", "last_updated": instant(50)}
        answers.append(await cpo.ask("PATCH", "locations", R, "/NL/CPA/PATCHED", patch, to=words.HUB))
        answers.append(await cpo.ask("DELETE", "tariffs", R, "/NL/CPA/GONE", to=words.HUB))
        answers.append(await put(cpo, "tariffs", words.tariff(id="NEVER")))
        answers.append(await cpo.ask("DELETE", "tariffs", R, "/NL/CPA/NEVER", to=words.HUB))
        sent_while_away = away.got()
        await away.start()
        for module, object_id in (("locations", "MISSED"), ("locations", "PATCHED"), ("tariffs", "GONE")):
            await settled(hub, module, words.CPO, object_id)

        assert [answer.status_code for answer in answers] == [1000] * 9
        assert sent_while_away == []
        pushed = _pushed(away)
        assert sorted(one for one in pushed if one[1] != "NEVER") == [
            ("DELETE", "GONE"),
            ("PUT", "MISSED"),
            ("PUT", "PATCHED"),
        ]
        assert ("PUT", "NEVER") not in pushed
        missed, patched = sorted(away.got("locations"), key=lambda received: received.segments[-1])
        assert missed.body == words.body(location("MISSED", 4))
        assert (patched.json["name"], patched.json["last_updated"]) == ("patched", instant(50))
        assert [evse["uid"] for evse in patched.json["evses"]] == ["3256"]
        assert {(one.from_, one.to) for one in away.got("locations")} == {(words.HUB, away.party)}


async def test_a_directed_push_is_never_sent_later(hub: RunningHub, cpo: Scripted) -> None:
    """D1, H3.15, H5.08: what was addressed to the party itself was refused, and is not delivered when it is back (S17)."""
    async with guest(hub, "DE/DIR/EMSP") as away:
        await _goes_away(hub, cpo, away)
        refused = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/DIRECT", words.tariff(id="DIRECT"), to=away.party)
        told = await put(cpo, "tariffs", words.tariff(id="TOLD"))
        await away.start()
        await away.wait_for(lambda received: received.segments[-1] == "TOLD")
        await settled(hub, "tariffs", words.CPO, "TOLD")

        assert (refused.status_code, told.status_code) == (4003, 1000)
        assert _pushed(away) == [("PUT", "TOLD")]


async def test_who_fails_for_a_while_gets_the_newest(hub: RunningHub, cpo: Scripted) -> None:
    """D1, H3.27: after HTTP 500s it is sent the current object, not what failed."""
    async with guest(hub, "DE/BAD/EMSP") as failing:
        failing.fail(Fault.SERVER_ERROR)
        for number in range(3):
            await put(cpo, "locations", location("FAILED", number))
        await failing.wait_for(lambda received: "FAILED" in received.segments)
        failing.fail(Fault.NONE)
        await settled(hub, "locations", words.CPO, "FAILED")

        names = [received.json["name"] for received in failing.got("locations")]
        assert names[-1] == "2"
        assert names == sorted(names)


async def test_a_platform_that_pulls_is_owed_nothing(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """D1: with catch_up=False it gets live pushes, and afterwards nothing of what it missed."""
    async with Scripted("DE/PUL/EMSP") as pulling:
        await hub.join(pulling, quirks=Quirks(catch_up=False))
        await lane_to(hub, pulling)
        await put(cpo, "tariffs", words.tariff(id="LIVE"))
        await pulling.wait_for(lambda received: received.segments[-1] == "LIVE")
        await _goes_away(hub, cpo, pulling)
        await put(cpo, "tariffs", words.tariff(id="MISSED"))
        await emsp.wait_for(lambda received: received.segments[-1] == "MISSED")
        await settled(hub, "tariffs", words.CPO, "MISSED")
        await pulling.start()

        async def back() -> bool:
            return hub.hub.partners.find("DE-PUL").reachable

        await until(back)
        await put(cpo, "tariffs", words.tariff(id="AGAIN"))
        await pulling.wait_for(lambda received: received.segments[-1] == "AGAIN")
        await hub.hub.partners.remove(pulling.name)

        assert _pushed(pulling) == [("PUT", "AGAIN")]


async def test_a_platform_that_pulls_is_sent_nothing_twice(hub: RunningHub, cpo: Scripted) -> None:
    """D1: a live push that it answered with HTTP 500 is not sent again either."""
    async with Scripted("DE/PUM/EMSP") as pulling:
        await hub.join(pulling, quirks=Quirks(catch_up=False))
        await lane_to(hub, pulling)
        pulling.fail(Fault.SERVER_ERROR)
        await put(cpo, "tariffs", words.tariff(id="FAILED"))
        await pulling.wait_for(lambda received: received.segments[-1] == "FAILED")
        pulling.fail(Fault.NONE)
        await settled(hub, "tariffs", words.CPO, "FAILED")
        await put(cpo, "tariffs", words.tariff(id="NEXT"))
        await pulling.wait_for(lambda received: received.segments[-1] == "NEXT")
        await hub.hub.partners.remove(pulling.name)

        assert _pushed(pulling) == [("PUT", "FAILED"), ("PUT", "NEXT")]


async def test_a_platform_that_was_suspended_meanwhile(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """D1, H5.08: what it missed before it was suspended comes when the operator resumes it, and not when it answers again."""
    async with guest(hub, "DE/SUM/EMSP") as away:
        await _goes_away(hub, cpo, away)
        await put(cpo, "tariffs", words.tariff(id="BEFORE"))
        await hub.hub.partners.suspend(away.name, "for the test")
        await away.start()
        await put(cpo, "tariffs", words.tariff(id="BETWEEN"))
        await emsp.wait_for(lambda received: received.segments[-1] == "BETWEEN")
        meanwhile = away.got()
        await hub.hub.partners.resume(away.name)
        await away.wait_for(lambda received: received.segments[-1] == "BEFORE")

        assert meanwhile == []


async def test_an_agreement_made_meanwhile_holds(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """D1, H3.24: what a receiver missed and may no longer have is not sent when it is back."""
    async with guest(hub, "DE/DEN/EMSP") as away:
        await _goes_away(hub, cpo, away)
        await put(cpo, "tariffs", words.tariff(id="DENIED"))
        await put(cpo, "locations", words.location(id="OPEN"))
        await hub.deny(words.CPO, away.party, "tariffs")
        await away.start()
        await settled(hub, "locations", words.CPO, "OPEN")
        await settled(hub, "tariffs", words.CPO, "DENIED")

        assert _pushed(away) == [("PUT", "OPEN")]


async def test_a_hub_that_was_restarted_remembers(whole_settings: Settings, mongodb_url: str) -> None:
    """D1, H3.21: what was acknowledged and not delivered when the hub ended goes out from the next one."""
    async with (
        running_hub(whole_settings, mongodb_url, keep_database=True) as first,
        joined(first, "NL/CPA/CPO") as cpo,
        joined(first, "DE/EMA/EMSP") as emsp,
    ):
        await _goes_away(first, cpo, emsp)
        answer = await put(cpo, "locations", location("KEPT", 1))
    async with running_hub(whole_settings, mongodb_url, mongodb_database=first.settings.mongodb_database) as second:
        await emsp.start()
        try:
            received = await emsp.wait_for(lambda received: received.segments[-1] == "KEPT")
            await settled(second, "locations", words.CPO, "KEPT")
        finally:
            await emsp.stop()

    assert answer.status_code == 1000
    assert received.body == words.body(location("KEPT", 1))
    assert len(emsp.got("locations")) == 1
