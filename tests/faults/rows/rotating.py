"""REL-24: credentials tokens and the server key are changed under load, and nobody is turned away."""

import asyncio
import itertools
from urllib.parse import quote

import orjson

from hub.clock import new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests import words
from tests.faults.history import Heard
from tests.faults.load import Load, UntilStopped
from tests.faults.open_loop import Timing
from tests.faults.owner import OWNER
from tests.faults.partner import FastPartner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world

RECEIVERS = 3
RATE_PER_S = 60.0


async def rel_24(stage: Stage) -> Row:
    """Both tokens of partners renewed by either side, and the server key once, while messages go both ways."""
    rounds = stage.size(5, 100)
    async with world(stage, receivers=RECEIVERS, HUB_SECRET_KEY="") as played:
        load = Load(played.owner, RATE_PER_S, stage.seed)
        directed = _Directed(played, stage.seed)
        owner = played.owner.partner
        renewed = 0
        keys = 0
        for number in range(rounds):
            receiver = played.receivers[number % RECEIVERS]
            theirs, ours = (owner, receiver) if number % 2 else (receiver, owner)
            await theirs.renew(played.hub.wire)
            await asyncio.sleep(0.3)
            await _asked(played, f"/partners/{quote(ours.name)}/rotate")
            renewed += 2
            if number == rounds // 2:
                keys = len(orjson.loads(await _asked(played, "/keys/rotate"))["keys"])
            await asyncio.sleep(0.5)
        await asyncio.sleep(1)
        await directed.stop()
        await load.stop()
        drained_s = await played.all_have_all(30)
        pushed = played.owner.refusals
        refused = sum(count for said, count in pushed.items() if said.startswith("HTTP 401")) + directed.unauthorized
        return Row(
            "REL-24",
            f"{renewed} renewals of tokens B and C of an operator and {RECEIVERS} receivers, half of them begun by the partner "
            f"and half by the hub, and a new server key in the middle, under {RATE_PER_S:.0f} pushes/s to the receivers and "
            f"{RATE_PER_S / 2:.0f} directed messages/s back. A partner takes an older token for a second after a renewal.",
            [
                *played.promises(),
                Figure("renewals", renewed, least=2 * rounds),
                Figure("server keys that are accepted afterwards", keys, least=2),
                Figure("directed messages taken", directed.taken, least=1),
                Figure("requests to the hub that failed with 401", refused, most=0),
                Figure(
                    "requests of the hub that failed with 401",
                    sum(one.keys.refused for one in (owner, *played.receivers)),
                    most=0,
                ),
                Figure("failed in any other way", _failed(played) + directed.timing.failed - refused, most=0),
                Figure("all delivered after the last push", drained_s, "s", least=0),
            ],
            note=played.refusals(),
        )


class _Directed(UntilStopped):
    """Tokens that receivers of Locations send to their owner, one after the other."""

    def __init__(self, played: World, seed: int) -> None:
        self.timing = Timing()
        self.unauthorized = 0
        self._wire = played.hub.wire
        self._senders = itertools.cycle(played.receivers)
        super().__init__(RATE_PER_S / 2, seed + 1, self._put)

    @property
    def taken(self) -> int:
        """Answered with 1000."""
        return len(self.timing.latencies_ms) - self.timing.failed

    async def _put(self, number: int, began_s: float) -> None:
        sender: FastPartner = next(self._senders)
        party = sender.party
        token = words.token(country_code=party.country_code, party_id=party.party_id, uid=f"T{number}")
        path = f"/ocpi/2.2.1/receiver/tokens/{party.country_code}/{party.party_id}/T{number}"
        headers = sender.headers(OWNER) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        said = await self._wire.ask("PUT", path, headers, words.body(token))
        self.unauthorized += said.http_status == 401
        self.timing.add(began_s, good=said.ocpi_status == 1000)


async def _asked(played: World, path: str) -> bytes:
    """One call of an operator's; raises RuntimeError when it is refused."""
    said = await played.hub.admin("POST", path, {})
    if said.http_status != 200:
        raise RuntimeError(f"POST {path}: HTTP {said.http_status} {said.body!r}")
    return said.body


def _failed(played: World) -> int:
    """Pushes that were not acknowledged."""
    return len(played.history.pushes) - played.history.heard(Heard.OK)
