"""Every row of the proof that can be run here, and those that cannot, with the reason."""

from collections.abc import Awaitable, Callable, Mapping

from tests.faults.report import NotRun, Row
from tests.faults.rows import database, isolation, killing
from tests.faults.stage import Stage

RowOf = Callable[[Stage], Awaitable[Row]]

ROWS: Mapping[str, RowOf] = {
    "REL-01": killing.rel_01,
    "REL-02": database.rel_02,
    "REL-03": database.rel_03,
    "REL-04": database.rel_04,
    "REL-05": database.rel_05,
    "REL-06": database.rel_06,
    "REL-07": database.rel_07,
    "REL-08": isolation.rel_08,
    "REL-09": isolation.rel_09,
    "REL-12": isolation.rel_12,
    "REL-22": killing.rel_22,
    "REL-23": killing.rel_23,
    "CAP-01": isolation.cap_01,
}

NOT_HERE: list[NotRun] = []
