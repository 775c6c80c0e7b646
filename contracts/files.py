"""The reports of a run as files: report.json, report.xml (JUnit) and report.html."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.junit import junit
from contracts.page import page
from contracts.report import Report


class CannotWrite(Exception):
    """The folder for the reports is no folder, or not one to write to."""


def prepare(folder: Path) -> None:
    """Make the folder and see that it can be written, so that no run is made in vain; raises CannotWrite."""
    probe = folder / ".writable"
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()


def write(report: Report, folder: Path) -> list[Path]:
    """Write every report; returns the files. Raises CannotWrite."""
    texts = {
        "report.json": json.dumps(report.value(), indent=2, ensure_ascii=False) + "\n",
        "report.xml": junit(report),
        "report.html": page(report),
    }
    with _writing(folder):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"--report {folder} cannot be written: {error.strerror}.") from None
