"""What is kept of a check: no driver's token, everything that a person asks for later."""

import zlib
from typing import Any

import orjson

from hub.auditing.examining import HERE_MAX_BYTES, Examiner, Passing, complaint_of, verdict_of
from hub.clock import now_utc
from hub.money.checking.agreed import CdrPolicy, Direction, Mode, duty_of
from hub.money.checking.check import check_cdr
from hub.store.protocols import Store
from tests import words
from tests.hub.auditing.books import hidden, keep
from tests.hub.money.checking.cases import cdr
from tests.hub.money.clearing.cleared import entry
from tests.hub.money.sessions import Json, amount


def passing(written: Json, mode: Mode = Mode.FLAG) -> Passing:
    """A CDR on its way from the operator to the provider."""
    wish = CdrPolicy(party=words.CPO, direction=Direction.SENT, mode=mode, changed_at=now_utc())
    return Passing(
        body=words.body(written),
        sender=words.CPO,
        receiver=words.EMSP,
        platform_id="p1",
        correlation_id="c1",
        duty=duty_of([wish]),
        cleared=False,
    )


async def examined(store: Store, written: Json, **more: Any) -> Any:
    """Checked, and what is kept of it."""
    examiner = Examiner(store, hidden)
    try:
        one = passing(written, **more)
        found = await examiner.examine(one, now_utc())
        return verdict_of(one, found, now_utc())
    finally:
        examiner.close()


async def test_what_is_kept(store: Store) -> None:
    """Verdict, figures, explanation; the driver's token and contract are nowhere in it."""
    kept = await examined(store, cdr(id="C1", total_cost=amount("6.00", "9.99")))

    report = orjson.loads(zlib.decompress(kept.report))
    assert (kept.verdict, kept.flagged, kept.held, kept.stated) == ("MISMATCH", True, False, "6.00")
    assert report["explanation"]["total"]["incl"] == "7.26"
    token = words.cdr_token()
    for secret in (token["uid"], token["contract_id"]):
        assert secret.lower() not in (repr(kept) + str(report)).lower()
    assert [key.split()[0] for key in kept.keys] == ["id/c1", "session/hidden", "evse/hidden", "token/hidden"]


async def test_a_large_one_is_checked_beside(store: Store) -> None:
    """In a thread, with the same verdict."""
    periods = cdr()["charging_periods"]
    written = cdr(id="LARGE", remark="x" * 2 * HERE_MAX_BYTES, charging_periods=periods)

    assert len(words.body(written)) > HERE_MAX_BYTES
    assert (await examined(store, written)).verdict == "EXACT"


async def test_an_object_in_a_list(store: Store) -> None:
    """Some software sends `[{…}]`."""
    one = passing(cdr(id="LIST"))
    one.body = b"[" + one.body + b"]"
    examiner = Examiner(store, hidden)

    found = await examiner.examine(one, now_utc())
    examiner.close()

    assert found.checked.verdict == "EXACT"


async def test_a_late_credit(store: Store) -> None:
    """L-CREDIT-AGE: its original is on a closed statement; one whose original is not has no such finding."""
    credit = cdr(id="C1-C", credit=True, credit_reference_id="C1", total_cost=amount("-6.00", "-7.26"))
    one = passing(credit)
    one.cleared = True
    examiner = Examiner(store, hidden)
    before = await examiner.examine(one, now_utc())
    await keep(store, entry("C1", operator=words.CPO))
    await store.clearing.assign(["NL*CPA/c1"], "2024-03/EUR/NL*CPA>DE*EMA")

    after = await examiner.examine(one, now_utc())
    examiner.close()

    assert ["L-CREDIT-AGE" in {finding.rule for finding in found.checked.findings} for found in (before, after)] == [
        False,
        True,
    ]


async def test_without_a_database_it_is_checked_all_the_same(store: Store) -> None:
    """What only the database knows is missing, no more."""
    from dataclasses import replace

    from hub.store.protocols import StoreUnavailable

    class Away:
        async def get(self, *_: Any) -> Any:
            raise StoreUnavailable("away")

        related = get

    away: Any = Away()
    kept = await examined(replace(store, objects=away, cdr_verdicts=away), cdr(id="AWAY"))

    assert kept.verdict == "EXACT"


def test_the_complaint() -> None:
    """The first three errors, and how many more there are."""
    checked = check_cdr(cdr(total_cost=amount("6.10", "9.99"), total_energy=words.number("3")))

    said = complaint_of(checked)

    assert said.startswith("this CDR is held: C-SUM-ENERGY /total_energy is 3; the periods have 10 kWh; ")
    assert said.endswith(" more)")
