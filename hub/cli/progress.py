"""How far something that takes long has come: a bar on stderr while that is a terminal, else silence."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

Step = Callable[[int, int, str], None]
"""Done, of how many, and what is next."""


@contextmanager
def steps(before: str = "") -> Iterator[Step]:
    """A bar of steps; `before` is shown until the first of them."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - slow to import

    with _bar(MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}")) as bar:
        task = bar.add_task(before, total=None)
        yield lambda done, of, following: bar.update(task, completed=done, total=of, description=following)


@contextmanager
def bytes_read(total: int) -> Iterator[Callable[[int], None] | None]:
    """A bar of bytes, which takes how many more were read; `total` 0 when nobody knows. None where it would be silent."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn  # noqa: PLC0415 - as above

    with _bar(BarColumn(), DownloadColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task("", total=total or None)
        yield lambda read: bar.advance(task, read)


def _bar(*columns: "ProgressColumn") -> "Progress":
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.progress import Progress  # noqa: PLC0415

    return Progress(*columns, console=Console(stderr=True), transient=True)
