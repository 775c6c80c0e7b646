"""What an operator does with partners over the admin API."""

from datetime import datetime, timedelta

from hub.clock import now_utc
from hub.simulate.faults import Fault
from hub.simulate.platform import Platform
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub

CPO = PartyRole(party=words.CPO, role=Role.CPO)
EMSP = PartyRole(party=words.EMSP, role=Role.EMSP)
INVITE = {"name": "GreenPlug", "parties": ["NL/CPA/CPO"]}


async def test_an_invitation_opens_the_door_once(running: RunningHub, operator: Operator) -> None:
    """The invitation's URL and token are all that a partner needs to register; nothing shows the token again."""
    invited = await operator.ask("POST", "/partners/invite", INVITE | {"expires_s": 3600})
    token = invited.json["token"]
    before = await operator.ask("GET", "/partners/GreenPlug")
    async with Platform("GreenPlug", [CPO]) as platform:
        await platform.register(invited.json["versions_url"], token)
        after = await operator.ask("GET", "/partners/GreenPlug")

        assert invited.status == 201
        assert set(invited.json) == {"name", "versions_url", "token", "expires_at"}
        life = datetime.fromisoformat(invited.json["expires_at"]) - now_utc()
        assert timedelta(minutes=58) < life < timedelta(minutes=61)
        assert (before.json["state"], before.json["status"]) == ("INVITED", "PLANNED")
        assert (after.json["state"], after.json["status"]) == ("REGISTERED", "CONNECTED")
        for secret in (token, platform.outgoing_token or "", platform.issued_token or ""):
            assert secret
            assert secret not in str(before.json) + str(after.json)


async def test_a_name_is_invited_once(running: RunningHub, operator: Operator) -> None:
    """A party of another partner, and the hub's own, cannot be invited: 409 with a sentence."""
    await operator.ask("POST", "/partners/invite", INVITE)

    taken = await operator.ask("POST", "/partners/invite", {"name": "Other", "parties": ["NL/CPA/CPO"]})
    own = await operator.ask("POST", "/partners/invite", {"name": "Other", "parties": ["NL/HUB/CPO"]})

    assert (taken.status, taken.error) == (409, "conflict")
    assert (own.status, own.error) == (409, "conflict")


async def test_what_cannot_be_invited_is_said(operator: Operator) -> None:
    """A role that is none, no party at all, a name with a line break, a life of a second: 400, and which field it is."""
    for changes, said in (
        ({"parties": ["NL/CPA/BANK"]}, "names no role"),
        ({"parties": []}, "parties: "),
        ({"name": "Green\nPlug"}, "name: "),
        ({"name": " "}, "name: "),
        ({"expires_s": 1}, "expires_s: "),
    ):
        refused = await operator.ask("POST", "/partners/invite", INVITE | changes)
        assert refused.status == 400
        assert said in refused.json["error"]["message"]


async def test_the_hub_registers_at_a_partner(running: RunningHub, operator: Operator) -> None:
    """With a token A of the partner's the hub starts the handshake, and tells every call of it."""
    async with Platform("GreenPlug", [CPO]) as platform:
        token = platform.invite()
        body = {"name": "GreenPlug", "parties": ["NL/CPA/CPO"], "versions_url": platform.versions_url, "token": token}

        done = await operator.ask("POST", "/partners/register", body | {"trailing_slash": True})

        assert done.status == 201
        assert done.json["partner"]["status"] == "CONNECTED"
        assert done.json["partner"]["trailing_slash"] is True
        assert [(step["method"], step["ok"]) for step in done.json["steps"]][-1] == ("POST", True)
        assert token not in str(done.json)


async def test_a_partner_that_fails_is_named(running: RunningHub, operator: Operator) -> None:
    """A handshake that the partner spoils is 502 with the calls so far, and leaves nothing behind."""
    async with Platform("GreenPlug", [CPO]) as platform:
        body = {"name": "GreenPlug", "parties": ["NL/CPA/CPO"], "versions_url": platform.versions_url}
        token = platform.invite()
        platform.fail(Fault.SERVER_ERROR)

        failed = await operator.ask("POST", "/partners/register", body | {"token": token})

        assert (failed.status, failed.error) == (502, "partner_failed")
        assert failed.json["error"]["steps"][0]["http_status"] == 500
        assert token not in str(failed.json)
    assert (await operator.ask("GET", "/partners")).json == []


async def test_suspend_and_resume(running: RunningHub, operator: Operator) -> None:
    """A suspended partner is SUSPENDED until it is resumed; a second suspension is a conflict; a party id is a name too."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)

        suspended = await operator.ask("POST", "/partners/nl-cpa/suspend", {"reason": "unpaid"})
        again = await operator.ask("POST", "/partners/greenplug/suspend", {})
        resumed = await operator.ask("POST", "/partners/NL*CPA/resume")

        assert suspended.json["partner"]["status"] == "SUSPENDED"
        assert suspended.json["partner"]["suspended_reason"] == "unpaid"
        assert again.status == 409
        assert resumed.json["partner"]["status"] == "CONNECTED"


async def test_rotate_renews_what_opens_the_doors(running: RunningHub, operator: Operator) -> None:
    """Rotation gives the partner another token, and shows neither."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)
        before = platform.outgoing_token

        done = await operator.ask("POST", "/partners/GreenPlug/rotate")

        assert done.status == 200
        assert platform.outgoing_token != before
        assert str(platform.outgoing_token) not in str(done.json)


async def test_remove_frees_name_and_party(running: RunningHub, operator: Operator) -> None:
    """A removed partner is gone from the list, and its name and parties can be invited again."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)

        removed = await operator.ask("DELETE", "/partners/GreenPlug")

        assert removed.json["partner"]["state"] == "REMOVED"
        assert (await operator.ask("GET", "/partners")).json == []
        assert (await operator.ask("POST", "/partners/invite", INVITE)).status == 201


async def test_switches_are_changed_one_by_one(running: RunningHub, operator: Operator) -> None:
    """PATCH switches what it names and leaves the rest."""
    await operator.ask("POST", "/partners/invite", INVITE | {"trailing_slash": True})

    changed = await operator.ask("PATCH", "/partners/GreenPlug", {"catch_up": False})

    assert (changed.json["trailing_slash"], changed.json["catch_up"]) == (True, False)


async def test_a_name_with_odd_characters_is_still_a_name(running: RunningHub, operator: Operator) -> None:
    """Slashes, percent signs and umlauts in a name survive the path."""
    name = "Grün/Plug 100% & Co"
    await operator.ask("POST", "/partners/invite", INVITE | {"name": name})

    shown = await operator.ask("GET", "/partners/Gr%C3%BCn%2FPlug%20100%25%20%26%20Co")

    assert shown.json["name"] == name


async def test_parties_of_everyone(running: RunningHub, operator: Operator) -> None:
    """Every party is listed with its partner and its HubClientInfo status."""
    async with Platform("GreenPlug", [CPO]) as cpo, Platform("MapApp", [EMSP]) as emsp:
        await running.join(cpo)
        await running.join(emsp)

        listed = await operator.ask("GET", "/parties")

        shown = [
            (one["country_code"], one["party_id"], one["role"], one["partner"], one["status"]) for one in listed.json
        ]
        assert shown == [
            ("DE", "EMA", "EMSP", "MapApp", "CONNECTED"),
            ("NL", "CPA", "CPO", "GreenPlug", "CONNECTED"),
        ]
