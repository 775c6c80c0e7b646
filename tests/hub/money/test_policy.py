"""A policy is one value that says what it changes."""

from dataclasses import FrozenInstanceError

import pytest

from hub.money.exact import Rounding
from hub.money.policy import DEFAULT, Policy, StepSize


def test_a_policy_tells_what_differs() -> None:
    """Only the switches that are not the default, as text; nothing for the default itself, or one like it."""
    assert Policy(rounding=Rounding.DOWN, step_size=StepSize.IGNORED).changed() == {
        "rounding": "down",
        "step_size": "ignored",
    }
    assert DEFAULT.changed() == Policy().changed() == {}


def test_a_policy_does_not_change() -> None:
    """It is frozen, and equal to another one with the same switches."""
    with pytest.raises(FrozenInstanceError):
        DEFAULT.digits = 3  # type: ignore[misc]
    assert Policy(digits=2) == Policy(digits=2)
