"""A share of a processor for a process, by Linux control groups: what a worker does does not hang on who else is at work then."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FIRST = Path("/sys/fs/cgroup/cpu")
_SECOND = Path("/sys/fs/cgroup")
_PERIOD_US = 10_000


@contextmanager
def limited(pids: Iterable[int], share: float) -> Iterator[None]:
    """Give each of these processes at most `share` of one processor; raises OSError where that takes rights that are missing."""
    base = _FIRST if (_FIRST / "cpu.shares").exists() or (_FIRST / "tasks").exists() else _SECOND
    made: list[tuple[Path, int]] = []
    try:
        for pid in pids:
            group = base / f"ocpi-hub-benchmark-{pid}"
            group.mkdir()
            made.append((group, pid))
            _allow(group, round(share * _PERIOD_US))
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group, pid in made:
            (base / "cgroup.procs").write_text(str(pid))
            group.rmdir()


def _allow(group: Path, quota_us: int) -> None:
    if (group / "cpu.cfs_quota_us").exists():
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota_us))
    else:
        (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
