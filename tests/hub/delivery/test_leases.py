"""One process delivers to a platform, and knows without asking when it may no longer."""

import pytest

from hub.delivery import leases as leases_module
from hub.delivery.leases import LEASE_S, Leases
from hub.store.protocols import Store


async def test_the_first_one_has_it_until_it_lets_go(store: Store) -> None:
    """A second process gets nothing while the first one holds, and all of it afterwards."""
    first, second = Leases(store.leases, "one"), Leases(store.leases, "two")

    assert await first.renew(["p1", "p2"]) == {"p1", "p2"}
    assert await second.renew(["p1", "p2", "p3"]) == {"p3"}
    assert (first.valid("p1"), second.valid("p1"), second.valid("p3")) == (True, False, True)
    assert (second.elsewhere("p1"), second.elsewhere("p3")) == (True, False)
    await first.release()
    assert not first.valid("p1")
    assert await second.renew(["p1"]) == {"p1"}


async def test_it_ends_by_the_clock_without_a_renewal(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """P2: a process that stood still, or lost its database, stops before another one may start."""
    now_s = [100.0]
    monkeypatch.setattr(leases_module, "monotonic_s", lambda: now_s[0])
    leases = Leases(store.leases, "one")
    await leases.renew(["p1"])

    now_s[0] += LEASE_S - 0.2
    assert leases.valid("p1")
    now_s[0] += 0.2
    assert not leases.valid("p1")


async def test_nothing_is_asked_for_no_platform(store: Store) -> None:
    """A hub without partners holds nothing."""
    assert await Leases(store.leases, "one").renew([]) == frozenset()
