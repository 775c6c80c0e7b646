"""Every row of the proof that can be run here, and those that cannot, with the reason."""

from collections.abc import Awaitable, Callable, Mapping

from tests.faults.report import NotRun, Row
from tests.faults.rows import (
    asking,
    capacity,
    carrying,
    clocks,
    database,
    hostile,
    isolation,
    killing,
    lasting,
    naming,
    owing,
    rotating,
    stating,
    strangers,
    surroundings,
    waiting,
)
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
    "REL-10": naming.rel_10,
    "REL-11": owing.rel_11,
    "REL-12": isolation.rel_12,
    "REL-13": owing.rel_13,
    "REL-14": owing.rel_14,
    "REL-15": waiting.rel_15,
    "REL-16": owing.rel_16,
    "REL-17": stating.rel_17,
    "REL-18": carrying.rel_18,
    "REL-19": clocks.rel_19,
    "REL-20": surroundings.rel_20,
    "REL-21": surroundings.rel_21,
    "REL-22": killing.rel_22,
    "REL-23": killing.rel_23,
    "REL-24": rotating.rel_24,
    "REL-25": lasting.rel_25,
    "CAP-01": isolation.cap_01,
    "CAP-02": capacity.cap_02,
    "CAP-03": asking.cap_03,
    "CAP-04": asking.cap_04,
    "CAP-05": capacity.cap_05,
    "CAP-06": capacity.cap_06,
    "SEC-F2": hostile.sec_f2,
    "SEC-F3": strangers.sec_f3,
    "SEC-F4": hostile.sec_f4,
}

NOT_HERE = [
    NotRun("SEC-F1", "tests/whole/test_openapi_fuzzed.py, in `make test`"),
]
