"""Leases on destinations: one holder at a time, by the database's clock, and a fence that only grows."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from hub.store.protocols import Store

LONG_S = 60.0
SHORT_S = 0.03
WAIT_S = 5.0


async def _take_when_free(store: Store, platform_id: str, holder: str) -> Mapping[str, int]:
    """Ask again and again, as a worker does, until the other's lease is over."""
    async with asyncio.timeout(WAIT_S):
        while not (taken := await store.leases.take([platform_id], holder, LONG_S)):  # noqa: ASYNC110
            await asyncio.sleep(SHORT_S / 3)
    return taken


async def test_a_free_destination_is_taken_and_renewed(store: Store) -> None:
    """The fence of the first holder is 1, and a renewal does not change it."""
    assert await store.leases.take(["p-1", "p-2"], "hub-a", LONG_S) == {"p-1": 1, "p-2": 1}
    assert await store.leases.take(["p-2", "p-1", "p-1"], "hub-a", LONG_S) == {"p-1": 1, "p-2": 1}
    assert await store.leases.take([], "hub-a", LONG_S) == {}


async def test_a_held_destination_is_not_given_to_another(store: Store, other_store: Store) -> None:
    """The other gets only what is free."""
    await store.leases.take(["p-1"], "hub-a", LONG_S)

    assert await other_store.leases.take(["p-1", "p-2"], "hub-b", LONG_S) == {"p-2": 1}
    assert await store.leases.take(["p-1", "p-2"], "hub-a", LONG_S) == {"p-1": 1}


async def test_an_expired_lease_goes_over_with_a_higher_fence(store: Store, other_store: Store) -> None:
    """After its time the other gets it; the first one, back from a pause, does not get it back."""
    await store.leases.take(["p-1"], "hub-a", SHORT_S)
    taken = await _take_when_free(other_store, "p-1", "hub-b")

    assert taken == {"p-1": 2}
    assert await store.leases.take(["p-1"], "hub-a", LONG_S) == {}


async def test_a_released_lease_is_free_at_once(store: Store, other_store: Store) -> None:
    """A hub that stops lets the others go on; fences stay, for whoever comes."""
    await store.leases.take(["p-1", "p-2"], "hub-a", LONG_S)
    await other_store.leases.take(["p-3"], "hub-b", LONG_S)
    await store.leases.release("hub-a")

    assert await other_store.leases.take(["p-1", "p-2", "p-3"], "hub-b", LONG_S) == {"p-1": 2, "p-2": 2, "p-3": 1}
    assert await store.leases.take(["p-1"], "hub-a", LONG_S) == {}


async def test_of_many_that_ask_at_once_one_gets_it(store: Store, other_store: Store) -> None:
    """However many holders want however many destinations: each has exactly one holder."""
    wanted = [f"p-{number}" for number in range(20)]
    taken = await asyncio.gather(
        *(at.leases.take(wanted, f"hub-{number}", LONG_S) for number in range(5) for at in (store, other_store))
    )
    by_hub = [{**taken[number], **taken[number + 1]} for number in range(0, 10, 2)]

    held = [platform_id for leases in by_hub for platform_id in leases]
    assert sorted(held) == sorted(wanted)


HOLDERS = st.sampled_from(["hub-a", "hub-b", "hub-c"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "expired", "release"]), HOLDERS, st.frozensets(st.sampled_from("123"))),
    max_size=12,
)


@example_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_fences_grow_at_every_change_of_holder(
    store: Store, steps: list[tuple[str, str, frozenset[str]]]
) -> None:
    """Any order of taking (for a time, or for one that is over at once) and releasing is what a model says."""
    run = uuid4().hex
    model: dict[str, tuple[str, int, bool]] = {}
    for act, name, numbers in steps:
        holder = f"{run}/{name}"
        if act == "release":
            await store.leases.release(holder)
            model = {
                key: ("", fence, False) if by == holder else (by, fence, held)
                for key, (by, fence, held) in model.items()
            }
            continue
        held = act == "take"
        expected: dict[str, int] = {}
        for number in numbers:
            by, fence, taken = model.get(f"{run}/{number}", ("", 0, False))
            if by == holder or not taken:
                fence += by != holder
                model[f"{run}/{number}"] = (holder, fence, held)
                expected |= {f"{run}/{number}": fence} if held else {}
        given = await store.leases.take([f"{run}/{number}" for number in numbers], holder, LONG_S if held else 0.0)
        assert given == expected
