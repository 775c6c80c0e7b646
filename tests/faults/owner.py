"""An operator that pushes Locations to the hub and remembers what it was told of each: one half of a history."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from hub.clock import monotonic_s, new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from hub.wire.party import Party
from hub.wire.types import format_datetime
from tests.faults.history import Heard, History, Push
from tests.faults.hubs import HUB
from tests.faults.open_loop import Timing
from tests.faults.partner import FastPartner
from tests.faults.wire import Said, Wire

OWNER = Party.parse("NL-CPO")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_LOCATION = (
    '{"country_code":"NL","party_id":"CPO","id":"%s","publish":true,"name":"%d","address":"F.Rooseveltlaan 3A",'
    '"city":"Gent","postal_code":"9000","country":"BEL","coordinates":{"latitude":"51.047599","longitude":"3.729944"},'
    '"evses":[{"uid":"3256","evse_id":"BE*BEC*E041503001","status":"AVAILABLE","capabilities":["RESERVABLE"],'
    '"connectors":[{"id":"1","standard":"IEC_62196_T2","format":"CABLE","power_type":"AC_3_PHASE","max_voltage":220,'
    '"max_amperage":16,"last_updated":"2015-03-16T10:10:02Z"}],"last_updated":"2015-06-28T08:12:01Z"}],'
    '"time_zone":"Europe/Brussels","last_updated":"%s"}'
)


class Owner:
    """Pushes states of objects; of one object one push is under way at a time, as OCPI's owners do."""

    def __init__(self, partner: FastPartner, wires: Callable[[], Sequence[Wire]], history: History) -> None:
        """`wires` gives the hubs that may be asked at this moment, the preferred one first."""
        self.partner = partner
        self.history = history
        self.timing = Timing()
        self.refusals: dict[str, int] = {}
        self.gaps_s: list[float] = []
        """How long nothing was acknowledged, each time when something is again, in seconds; gaps of over half a second."""
        self.acknowledged_s = monotonic_s()
        self.pushing: Callable[[int], None] = lambda _: None
        """Told the number of each push as it begins."""
        self.wires = wires
        self._busy: set[str] = set()
        self._number = 0

    async def push(self, object_id: str, began_s: float | None = None, *, again: bool = False) -> Heard | None:
        """PUT the next state; None when one of this object is still under way. `again` sends once more what broke."""
        if object_id in self._busy:
            return None
        self._busy.add(object_id)
        self._number += 1
        number = self._number
        began_s = monotonic_s() if began_s is None else began_s
        self.pushing(number)
        try:
            heard = await self._put(object_id, number, again=again)
        finally:
            self._busy.discard(object_id)
        self.history.pushes.append(Push(object_id, number, heard))
        self.timing.add(began_s, good=heard is Heard.OK)
        if heard is Heard.OK:
            now_s = monotonic_s()
            if now_s - self.acknowledged_s > 0.5:
                self.gaps_s.append(now_s - self.acknowledged_s)
            self.acknowledged_s = now_s
        return heard

    async def _put(self, object_id: str, number: int, *, again: bool) -> Heard:
        body = location(object_id, number)
        ids = {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        headers = self.partner.headers(HUB) | ids
        path = f"/ocpi/2.2.1/receiver/locations/NL/CPO/{object_id}"
        wires = self.wires()
        for tried, wire in enumerate([wires[0], wires[-1]] if again else wires[:1]):
            try:
                return self._heard(await wire.ask("PUT", path, headers, body))
            except (OSError, TimeoutError) as error:
                self._count(f"{type(error).__name__} (try {tried + 1})")
        return Heard.INFO

    def _heard(self, said: Said) -> Heard:
        if said.http_status == 200 and said.ocpi_status == 1000:
            return Heard.OK
        self._count(f"HTTP {said.http_status}, OCPI {said.ocpi_status}")
        refused = said.http_status == 200 and 2000 <= said.ocpi_status < 3000
        return Heard.FAIL if refused else Heard.INFO

    def _count(self, said: str) -> None:
        self.refusals[said] = self.refusals.get(said, 0) + 1


def location(object_id: str, number: int) -> bytes:
    """The `number`th state of all: its name says which, its time rises with it."""
    return (_LOCATION % (object_id, number, format_datetime(_START + timedelta(seconds=number)))).encode()


def mixed_objects(chance: random.Random, *, hot: int, share_new: float) -> Callable[[int], str]:
    """Names for pushes: a share of objects that are pushed once, the rest states of a few that change all the time."""

    def name(number: int) -> str:
        return f"NEW{number}" if chance.random() < share_new else f"HOT{chance.randrange(hot)}"

    return name


async def until(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for something in this process; tells whether it came."""
    until_s = monotonic_s() + timeout_s
    while not holds():
        if monotonic_s() > until_s:
            return False
        await asyncio.sleep(0.02)
    return True
