"""Turns: one undertaking at a time for each platform."""

import asyncio

import pytest

from hub.partners.means import Turns, TurnTaken


async def test_one_platform_takes_turns_and_others_do_not_wait() -> None:
    """H2.34: registration steps of one platform are one after the other."""
    turns, order = Turns(5.0), []

    async def step(platform_id: str, name: str) -> None:
        async with turns.of(platform_id):
            order.append(f"{name} starts")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(step("a", "first"), step("a", "second"), step("b", "other"))

    assert [event for event in order if "other" not in event] == [
        "first starts",
        "first ends",
        "second starts",
        "second ends",
    ]
    assert order.index("other starts") < order.index("first ends")


async def test_a_turn_is_not_waited_for_for_ever() -> None:
    """H2.34: when both sides renew at once, each holds its own turn and waits for the other; one gives up."""
    turns = Turns(0.01)

    async with turns.of("a"):
        with pytest.raises(TurnTaken, match="try again"):
            async with turns.of("a"):
                raise AssertionError

    async with turns.of("a"):
        pass


async def test_a_turn_ends_with_a_failure() -> None:
    """What fails does not keep the next one out."""
    turns = Turns(0.01)

    with pytest.raises(ValueError, match="broken"):
        async with turns.of("a"):
            raise ValueError("broken")

    async with turns.of("a"):
        pass
