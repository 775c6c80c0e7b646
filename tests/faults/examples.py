"""Examples by the hundred, the same for the same seed: what hypothesis makes, for rows that count instead of stopping."""

from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def examples_of(strategy: SearchStrategy[T], count: int, seed: int) -> list[T]:
    """At most `count` of them: fewer where there are not so many."""
    made: list[T] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        made.append(example)

    collect()
    return made[:count]
