"""The story of a partner that fails and comes back: everyone hears of it, and it gets what it missed, once."""

from dataclasses import dataclass
from typing import Any

from hub.demo.book import Book
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.stage import Stage
from hub.demo.story import driver
from hub.demo.waiting import until
from hub.wire.party import PartyRole

_CHANGES = ("BLOCKED", "INOPERATIVE", "OUTOFORDER")


@dataclass(frozen=True, slots=True)
class _Outage:
    """`failing` goes down; `cpo` changes the status of `evse` meanwhile; `watching` all hear of both."""

    stage: Stage
    failing: Remote
    cpo: Remote
    evse: dict[str, str]

    @property
    def path(self) -> str:
        """How a path ends that names the location as a whole."""
        party = self.cpo.player.party
        return f"/{party.country_code}/{party.party_id}/{self.evse['location_id']}"


async def tell_outage(stage: Stage, book: Book) -> None:
    """Down, OFFLINE told to the others; a change meanwhile; back, CONNECTED, the current object once."""
    failing, cpo = stage.emsps[-1], stage.cpos[-1]
    outage = _Outage(stage, failing, cpo, await cpo.do("free-evse", {"number": stage.options.seed}))
    name = failing.player.name
    await book.play("outage", f"{name} goes down", _go_down(outage))
    await book.play("meanwhile", "an EVSE breaks while nobody there listens", _change(outage))
    await book.play("recovery", f"{name} comes back", _come_back(outage))


async def _go_down(outage: _Outage) -> str:
    """Two requests that it does not answer make it OFFLINE; the next is refused at once."""
    await outage.failing.do("fault", {"fault": "down"})
    wishes = {"uid": driver(outage.stage, outage.failing, 1), "to": str(outage.failing.player.party)}

    async def refused_at_once() -> int | None:
        answer = (await outage.cpo.do("authorize", wishes))["answer"]
        return int(answer["status_code"]) if await _heard(outage.cpo, outage, "OFFLINE") else None

    await until(refused_at_once, f"that {outage.failing.player.party} is OFFLINE")
    told = await _all_heard(outage, "OFFLINE")
    answer = (await outage.cpo.do("authorize", wishes))["answer"]
    if answer["status_code"] != 4003:
        raise DemoFailed(f"a request to an OFFLINE party is 4003, not {answer['status_code']}")
    return (
        f"{outage.failing.player.party} OFFLINE, told to {told} operators; a request to it is refused at once with 4003"
    )


async def _change(outage: _Outage) -> str:
    """Several changes, so that it shows that only the last one is made good."""
    for status in _CHANGES:
        changed = await outage.cpo.do("status", {**outage.evse, "status": status})
        if not changed["accepted"]:
            raise DemoFailed(f"the hub refused the status {status}: {(await outage.cpo.state())['problems'][-1:]}")
    others = [one for one in outage.stage.emsps if one is not outage.failing]

    async def arrived() -> bool | None:
        return True if all([await _status(one, outage) == _CHANGES[-1] for one in others]) else None

    await until(arrived, "that the other eMSPs get the change")
    return f"{outage.evse['evse_uid']} {' → '.join(_CHANGES)}; the other eMSPs know"


async def _come_back(outage: _Outage) -> str:
    before = len(await _pushes(outage))
    await outage.failing.do("fault", {"fault": "none"})
    told = await _all_heard(outage, "CONNECTED")

    async def current() -> bool | None:
        return True if await _status(outage.failing, outage) == _CHANGES[-1] else None

    await until(current, f"that {outage.failing.player.name} gets the current object")
    pushes = (await _pushes(outage))[before:]
    if pushes != ["PUT"]:
        raise DemoFailed(f"the missed object came as {', '.join(pushes)} instead of one PUT")
    return f"CONNECTED, told to {told} operators; it got the location once, by PUT, as it is now ({_CHANGES[-1]})"


async def _all_heard(outage: _Outage, status: str) -> int:
    """Wait until every operator heard of it; returns how many."""

    async def heard() -> bool | None:
        return True if all([await _heard(cpo, outage, status) for cpo in outage.stage.cpos]) else None

    await until(heard, f"that every operator hears that {outage.failing.player.party} is {status}")
    return len(outage.stage.cpos)


async def _heard(partner: Remote, outage: _Outage, status: str) -> bool:
    """Was `partner` told by HubClientInfo that the failing party has this status?"""
    player = outage.failing.player
    heard_of = (await partner.state())["parties_heard_of"]
    return bool(heard_of.get(str(PartyRole(party=player.party, role=player.role))) == status)


async def _status(emsp: Remote, outage: _Outage) -> str | None:
    """The status of the EVSE as `emsp` has it."""
    location = await emsp.object("locations", outage.evse["location_id"])
    evses: list[dict[str, Any]] = location["evses"] if location else []
    return next((str(one["status"]) for one in evses if one["uid"] == outage.evse["evse_uid"]), None)


async def _pushes(outage: _Outage) -> list[str]:
    """Methods of the pushes of the whole location and of its EVSE that reached the failing partner so far."""
    paths = (outage.path, f"{outage.path}/{outage.evse['evse_uid']}")
    found = [await outage.failing.do("received", {"path": path}) for path in paths]
    return [one["method"] for received in found for one in received["requests"]]
