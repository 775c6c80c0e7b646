"""Names are looked up once at a time, apart from one another, and every answer is checked."""

import asyncio
import socket
import threading
from collections import Counter

import pytest

from hub.delivery import resolver as resolver_module
from hub.delivery.addresses import AddressRefused
from hub.delivery.resolver import KEEP_FAILED_S, KEEP_S, Resolver, system_lookup

PUBLIC = (int(socket.AF_INET), "93.184.216.34")
PRIVATE = (int(socket.AF_INET), "127.0.0.1")
SIX = (int(socket.AF_INET6), "2606:2800:220:1:248:1893:25c8:1946")


class Names:
    """A name server: what it answers, how often it was asked, and names that wait until they are let go."""

    def __init__(self, **answers: list[tuple[int, str]]) -> None:
        self.answers = answers
        self.asked: Counter[str] = Counter()
        self.slow = threading.Event()

    def __call__(self, host: str) -> list[tuple[int, str]]:
        """Look up; blocks for the name `slow`."""
        self.asked[host] += 1
        if host == "slow":
            self.slow.wait(10)
        if host not in self.answers:
            raise socket.gaierror(-2, "Name or service not known")
        return self.answers[host]


async def hosts(resolver: Resolver, name: str) -> list[str]:
    """The addresses that come out."""
    return [address for _, address in await resolver.resolve(name)]


async def test_only_public_answers_come_out() -> None:
    """D4: of several answers the private ones are left out; a name with private ones alone is refused."""
    resolver = Resolver(False, Names(mixed=[PRIVATE, PUBLIC, SIX], inside=[PRIVATE]))

    assert await hosts(resolver, "mixed") == [PUBLIC[1], SIX[1]]
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is not a public address"):
        await hosts(resolver, "inside")


async def test_a_name_that_is_rebound_is_refused_at_the_next_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """D4: first public, then private: the second answer is checked like the first."""
    now_s = [0.0]
    monkeypatch.setattr(resolver_module, "monotonic_s", lambda: now_s[0])
    names = Names(partner=[PUBLIC])
    resolver = Resolver(False, names)
    assert await hosts(resolver, "partner") == [PUBLIC[1]]
    names.answers["partner"] = [PRIVATE]
    now_s[0] += KEEP_S + 1

    with pytest.raises(AddressRefused):
        await hosts(resolver, "partner")


async def test_a_test_network_may_have_private_names() -> None:
    """With the setting every answer comes out; a name without one has no address."""
    resolver = Resolver(True, Names(partner=[PRIVATE, SIX], nobody=[]))

    assert await hosts(resolver, "partner") == [PRIVATE[1], SIX[1]]
    with pytest.raises(OSError, match="no address"):
        await hosts(resolver, "nobody")


async def test_a_slow_name_delays_only_itself() -> None:
    """A name server that does not answer for one host holds up nobody else, and is asked once however many wait."""
    names = Names(slow=[PUBLIC], **{f"fast{n}": [PUBLIC] for n in range(20)})
    resolver = Resolver(False, names)
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(hosts(resolver, "slow")) for _ in range(50)]
        async with asyncio.timeout(2):
            for number in range(20):
                await hosts(resolver, f"fast{number}")
        names.slow.set()

    assert [one.result() for one in waiting] == [[PUBLIC[1]]] * 50
    assert names.asked["slow"] == 1


async def test_waiting_is_limited_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a name gives up; the answer that comes later serves the next one."""
    monkeypatch.setattr(resolver_module, "LOOKUP_MAX_S", 0.05)
    names = Names(slow=[PUBLIC])
    resolver = Resolver(False, names)

    with pytest.raises(OSError, match="not resolved within"):
        await hosts(resolver, "slow")
    names.slow.set()
    monkeypatch.setattr(resolver_module, "LOOKUP_MAX_S", 5)
    assert await hosts(resolver, "slow") == [PUBLIC[1]]
    assert names.asked["slow"] == 1


async def test_one_who_gives_up_does_not_spoil_it_for_the_others() -> None:
    """A caller that is cancelled leaves the look-up to those who still wait."""
    names = Names(slow=[PUBLIC])
    resolver = Resolver(False, names)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(hosts(resolver, "slow"))
        other = tasks.create_task(hosts(resolver, "slow"))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        names.slow.set()

    assert other.result() == [PUBLIC[1]]


async def test_answers_are_kept_for_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good answers for half a minute, failures for two seconds."""
    now_s = [0.0]
    monkeypatch.setattr(resolver_module, "monotonic_s", lambda: now_s[0])
    names = Names(partner=[PUBLIC])
    resolver = Resolver(False, names)
    for _ in range(3):
        await hosts(resolver, "partner")
        with pytest.raises(OSError, match="cannot be resolved"):
            await hosts(resolver, "unknown")
    assert (names.asked["partner"], names.asked["unknown"]) == (1, 1)

    now_s[0] += KEEP_FAILED_S + 0.1
    names.answers["unknown"] = [PUBLIC]
    assert await hosts(resolver, "unknown") == [PUBLIC[1]]
    await hosts(resolver, "partner")
    assert names.asked["partner"] == 1


async def test_the_number_of_pending_names_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostile names cannot fill the process with threads."""
    monkeypatch.setattr(resolver_module, "THREADS_MAX", 1)
    names = Names(slow=[PUBLIC], other=[PUBLIC])
    resolver = Resolver(False, names)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hosts(resolver, "slow"))
        await asyncio.sleep(0)
        with pytest.raises(OSError, match="too many names"):
            await hosts(resolver, "other")
        names.slow.set()


def test_the_system_knows_localhost() -> None:
    """The real look-up answers with family and address."""
    assert (int(socket.AF_INET), "127.0.0.1") in system_lookup("localhost")
