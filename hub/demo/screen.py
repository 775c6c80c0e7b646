"""What the person sees on stderr while something happens: a spinner on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

_NAME_WIDTH = 10


class Screen:
    """Shows one step at a time; use it as `with Screen() as screen`."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str = "") -> None:
        """One line."""
        self._console.print(text, markup=False)

    def begin(self, name: str, doing: str) -> None:
        """A step begins; `doing` says what."""
        self._task = self._progress.add_task(f"{name:<{_NAME_WIDTH}} {escape(doing)}", total=None)

    def count(self, done: int, of: int) -> None:
        """The step under way is at `done` of `of`."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=of)

    def end(self, name: str, said: str, *, ok: bool) -> None:
        """The step under way has ended."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        mark = "[green]✓[/]" if ok else "[red]✗[/]"
        self._console.print(f"{mark} {name:<{_NAME_WIDTH}} {escape(said)}")
