"""REL-10: names that take seconds to look up are nobody else's latency."""

import asyncio
import random
import socket
import time
from contextlib import AsyncExitStack, suppress

from hub.clock import Tasks
from hub.config import Settings
from hub.delivery.answer import PostFailed
from hub.delivery.post import Post
from hub.outbound import Outbound
from tests.faults.keys import authorization
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.owner import location
from tests.faults.partner import FastPartner
from tests.faults.report import Figure, Row
from tests.faults.rows.isolation import compared
from tests.faults.stage import Stage, receiver_party

PARTNERS = 20
SLOW = 12
RATE_PER_S = 200.0
_SLOW_S = (4.0, 10.0)
_TIMEOUT_S = 5.0
_ASKED_EVERY_S = 0.5
_NAME_LASTS = 200
"""Requests until the good names are looked up anew."""


async def rel_10(stage: Stage) -> Row:
    """Partners whose names resolve at once, beside some whose names take seconds."""
    rounds, seconds = stage.size(3, 6), stage.size(2, 10)
    well, harmed = Timing(), Timing()
    slow = _SlowNames(stage.seed)
    settings = Settings(_env_file=None, allow_private_urls=True)
    async with AsyncExitStack() as stack:
        partners = [
            await stack.enter_async_context(FastPartner(receiver_party(number), "EMSP")) for number in range(PARTNERS)
        ]
        post = await stack.enter_async_context(Post(settings, lookup=slow.look_up))
        await _load(post, partners, Timing(), 1, seed=stage.seed, names="warm")
        for number in range(rounds):
            await _load(post, partners, well, seconds, seed=stage.seed + number, names="alone")
            callers = Tasks()
            for name in range(SLOW):
                callers.spawn(slow.call(post, name), "slow name")
            await _load(post, partners, harmed, seconds, seed=stage.seed + number, names="beside")
            await callers.close()
    return Row(
        "REL-10",
        f"Requests of 1 KB, open loop at {RATE_PER_S:.0f}/s, by the hub's post office (hub.delivery.post) to {PARTNERS} partners "
        f"whose names resolve at once (each anew after a second): {rounds} times {seconds} s alone, and in between as long "
        f"beside {SLOW} partners whose names take {_SLOW_S[0]:.0f} to {_SLOW_S[1]:.0f} s, each called again and again. In this "
        "process, with a look-up of its own: a hub asks the system.",
        [
            *compared(well, harmed),
            Figure("slow look-ups begun", slow.begun, least=SLOW),
            Figure("most of them at once for one name", slow.most_at_once, most=1, least=1),
        ],
        note="The target asks for one slow host; with the usual pool of six threads, twelve names delayed all others by 7.8 s.",
    )


class _SlowNames:
    """A look-up that is slow for some names, and who calls them."""

    def __init__(self, seed: int) -> None:
        self.begun = 0
        self.most_at_once = 0
        self._looking_up: dict[str, int] = {}
        self._chance = random.Random(seed)

    def look_up(self, host: str) -> list[tuple[int, str]]:
        """Blocking, in a thread of the resolver's."""
        if host.startswith("slow"):
            self.begun += 1
            self._looking_up[host] = self._looking_up.get(host, 0) + 1
            self.most_at_once = max(self.most_at_once, self._looking_up[host])
            time.sleep(self._chance.uniform(*_SLOW_S))
            self._looking_up[host] -= 1
            raise OSError("no such name")
        return [(int(socket.AF_INET), "127.0.0.1")]

    async def call(self, post: Post, number: int) -> None:
        """Again and again, until cancelled."""
        while True:
            calls = [self._once(post, number) for _ in range(2)]
            await asyncio.gather(*calls)
            await asyncio.sleep(_ASKED_EVERY_S)

    async def _once(self, post: Post, number: int) -> None:
        with suppress(PostFailed):
            await post.send(_request(f"http://slow{number}.example:1", f"slow{number}", {}, number))


async def _load(
    post: Post, partners: list[FastPartner], timing: Timing, seconds: float, *, seed: int, names: str
) -> None:
    """Requests to partners that are well."""

    async def send(number: int, began_s: float) -> None:
        partner = partners[number % PARTNERS]
        name = f"well{number % PARTNERS}-{number // _NAME_LASTS}-{seed}-{names}"  # nobody keeps an answer for ever
        url = f"http://{name}.example:{partner.port}"
        try:
            answer = await post.send(_request(url, partner.name, authorization(partner.keys.newest), number))
            good = answer.http_status == 200
        except PostFailed:
            good = False
        timing.add(began_s, good=good)

    timing.shed += await open_loop(due_times_s(RATE_PER_S, seconds, seed), send)


def _request(url: str, platform_id: str, headers: dict[str, str], number: int) -> Outbound:
    return Outbound(
        platform_id=platform_id,
        method="PUT",
        url=f"{url}/2.2.1/locations/NL/CPO/N{number % 100}",
        body=location(f"N{number % 100}", number),
        timeout_s=_TIMEOUT_S,
        headers=headers,
    )
