"""Make a partner of a running demonstration fail, and tell what the hub did about it."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from hub.clock import monotonic_s, now_utc
from hub.control import AdminClient, HubAway, HubRefused
from hub.demo.cast import Player
from hub.demo.lines import Leg
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.running import Contact, RunningDemo, find
from hub.demo.scroll import TRACED_WITHIN_S
from hub.demo.stage import open_admin
from hub.simulate.faults import Fault
from hub.wire.party import Party, Role

WATCH_S = 8.0
_LOOK_EVERY_S = 0.25
_LEGS_SHOWN = 5
_SETTLES_AS = {Fault.DOWN: "OFFLINE", Fault.NONE: "CONNECTED"}


class NoSuchParty(DemoFailed):
    """The demonstration has no such party; `hint` is a command with one that it has."""

    def __init__(self, written: str, known: list[str], fault: str) -> None:
        close = difflib.get_close_matches(written.upper().replace("-", "*"), known, n=1)
        super().__init__(f"No partner {written!r} in this demo." + (f" Did you mean {close[0]!r}?" if close else ""))
        self.hint = f"hubctl demo fault {(close or known)[0].replace('*', '-')} {fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What the hub says of a partner after its fault was switched; `legs` are the last ones to it since then."""

    party: str
    name: str
    fault: str
    status: str
    status_changed_at: str
    watched_s: float
    legs: tuple[Leg, ...]


def switch_fault(written: str, fault: Fault) -> Consequences:
    """Switch the fault of a party of the running demonstration, and watch the hub until it reacted, or WATCH_S.

    Raises NoDemo, NoSuchParty, or DemoFailed when the partner cannot be controlled or the hub does not tell.
    """
    demo = find()
    party = _party(written, demo, fault)
    try:
        with closing(open_admin(Path(demo.data_dir))) as admin:
            return asyncio.run(_switch(demo, party, demo.partners[party], fault, admin))
    except (HubAway, HubRefused) as error:
        raise DemoFailed(error.message) from None


async def _switch(demo: RunningDemo, party: str, contact: Contact, fault: Fault, admin: AdminClient) -> Consequences:
    began_s, began_at = monotonic_s(), now_utc()
    async with ClientSession() as session:
        player = Player(party=Party.parse(party), role=Role(contact.role), name=contact.name)
        await Remote(player, contact.url, demo.key, session).do("fault", {"fault": fault})

    async def look() -> tuple[dict[str, Any], tuple[Leg, ...]]:
        shown = await asyncio.to_thread(admin.ask, "GET", "partners", contact.name)
        query = {"partner": contact.name, "since_s": (now_utc() - began_at).total_seconds(), "limit": 1000}
        traffic = await asyncio.to_thread(admin.ask, "GET", "traffic", query=query)
        return shown, tuple(leg for leg in traffic["legs"] if leg["kind"] == "out" and leg["partner"] == contact.name)

    shown, legs = await _watch(look, fault, began_s)
    return Consequences(
        party=party,
        name=contact.name,
        fault=fault,
        status=shown["status"],
        status_changed_at=shown["parties"][0]["status_changed_at"],
        watched_s=round(monotonic_s() - began_s, 1),
        legs=legs[-_LEGS_SHOWN:],
    )


async def _watch(
    look: Callable[[], Awaitable[tuple[dict[str, Any], tuple[Leg, ...]]]], fault: Fault, began_s: float
) -> tuple[dict[str, Any], tuple[Leg, ...]]:
    """Look until the fault had its effect (another status, or for the other faults a request that met it), and once more
    when the trace has caught up.
    """
    settled = False
    while not settled and monotonic_s() - began_s < WATCH_S:
        await asyncio.sleep(_LOOK_EVERY_S)
        shown, legs = await look()
        settles_as = _SETTLES_AS.get(fault)
        settled = shown["status"] == settles_as if settles_as else bool(legs)
    await asyncio.sleep(TRACED_WITHIN_S)
    return await look()


def _party(written: str, demo: RunningDemo, fault: Fault) -> str:
    """The party as the demonstration knows it; its name works too."""
    for party, contact in demo.partners.items():
        if written.casefold() == contact.name.casefold():
            return party
    try:
        party = str(Party.parse(written))
    except ValueError:
        party = written
    if party not in demo.partners:
        raise NoSuchParty(written, sorted(demo.partners), fault)
    return party
