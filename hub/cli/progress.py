"""How far something that takes long has come: a bar on stderr while that is a terminal, else silence."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Step = Callable[[int, int, str], None]
"""Done, of how many, and what is next."""


@contextmanager
def steps(before: str = "") -> Iterator[Step]:
    """A bar of steps; `before` is shown until the first of them."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(before, total=None)
        yield lambda done, of, following: bar.update(task, completed=done, total=of, description=following)
