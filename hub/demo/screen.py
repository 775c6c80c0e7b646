"""What the person sees on stderr while something happens: a spinner on a terminal, plain lines elsewhere."""

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

_NAME_WIDTH = 10


class Screen:
    """Shows one step at a time; between two steps the terminal is stdout's alone."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def say(self, text: str = "") -> None:
        """One line."""
        self._console.print(text, markup=False)

    def begin(self, name: str, doing: str) -> None:
        """A step begins; `doing` says what."""
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[counted]}"),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task(f"{name:<{_NAME_WIDTH}} {escape(doing)}", total=None, counted="")
        self._progress.start()

    def count(self, done: int, of: int) -> None:
        """The step under way is at `done` of `of`."""
        if self._progress is not None:
            self._progress.update(self._task, completed=done, total=of, counted=f"{done:,} of {of:,}")

    def end(self, name: str, said: str, *, ok: bool) -> None:
        """The step under way has ended."""
        self.stop()
        mark = "[green]✓[/]" if ok else "[red]✗[/]"
        self._console.print(f"{mark} {name:<{_NAME_WIDTH}} {escape(said)}")

    def stop(self) -> None:
        """Take the spinner away, if there is one."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
