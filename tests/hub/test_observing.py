"""What carried messages show of EVSEs, after the reply: written in order, bounded, and never at the cost of a message."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import observing as observing_module
from hub.catalog import Errand
from hub.clock import Tasks
from hub.observing import SAID_AGAIN_MS, Observing
from hub.store.observing import EvseSign
from hub.store.protocols import StoreUnavailable
from hub.wire import envelope, json_text
from hub.wire.interface import Interface, SignKind
from tests import words
from tests.hub.routed import request
from tests.words import CPO, EMSP

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = "locations/NL/CPA/loc1"
ABOUT = "START_SESSION\nNL*CPA\nloc1\n3256"


class Shelf:
    """A SignStore that can be away."""

    def __init__(self) -> None:
        self.kept: list[EvseSign] = []
        self.away = False
        self.asked = asyncio.Event()

    async def put(self, signs: Sequence[EvseSign]) -> None:
        """Keep, or refuse."""
        self.asked.set()
        if self.away:
            raise StoreUnavailable("away")
        self.kept += signs


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        """It is so late."""
        return self.at


@asynccontextmanager
async def at_work(shelf: Shelf, clock: Clock | None = None) -> AsyncIterator[Observing]:
    """Its worker runs."""
    observing = Observing(shelf, (clock or Clock()).now)
    tasks = Tasks()
    tasks.spawn(observing.observe_forever(), "observe")
    try:
        yield observing
    finally:
        await tasks.close()


async def until(shelf: Shelf, count: int) -> list[EvseSign]:
    """Wait for so many signs."""
    async with asyncio.timeout(10):
        while len(shelf.kept) < count:
            shelf.asked.clear()
            await shelf.asked.wait()
    return shelf.kept


def carried(method: str, module: str, suffix: str, body: Any, *, sender: Any = CPO, to: Any = EMSP) -> Errand:
    """A message that its receiver took."""
    interface = Interface.SENDER if "/START_SESSION/" in suffix else Interface.RECEIVER
    return request(method, module, interface, suffix, sender=sender, to=to, body=json_text.check(words.body(body)))


def session(**changes: Any) -> Errand:
    """A PUT of a whole Session."""
    return carried("PUT", "sessions", "/NL/CPA/SESSION1", words.session(**changes))


def session_part(body: dict[str, Any]) -> Errand:
    """A PATCH of one."""
    return carried("PATCH", "sessions", "/NL/CPA/SESSION1", body)


def command(**changes: Any) -> Errand:
    """A START_SESSION."""
    return carried("POST", "commands", "/START_SESSION", words.start_session(**changes), sender=EMSP, to=CPO)


def said(data: Any) -> bytes:
    """The receiver's answer."""
    return envelope.write(1000, NOON, data=data)


def sign(kind: SignKind | None, **changes: Any) -> EvseSign:
    """Of the EVSE and session of the examples."""
    plain = EvseSign(key=KEY, uid="3256", kind=kind, at_ms=int(NOON.timestamp() * 1000), session="NL*CPA/session1")
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("errand", "expected"),
    [
        (session(), [sign(SignKind.SESSION_ACTIVE)]),
        (session(status="COMPLETED"), [sign(SignKind.SESSION_ENDED)]),
        (session(status="INVALID"), [sign(SignKind.SESSION_ENDED)]),
        (session(status="RESERVATION"), []),
        (session(status="PENDING"), []),
        (session_part({"status": "COMPLETED"}), [sign(SignKind.SESSION_ENDED, key="", uid="")]),
        (session_part({"kwh": 5}), [sign(None, key="", uid="")]),
        (session_part({"status": "PENDING"}), []),
        (
            carried("POST", "cdrs", "", words.cdr()),
            [sign(SignKind.CDR, at_ms=int(datetime(2024, 3, 1, 10, tzinfo=UTC).timestamp() * 1000))],
        ),
        (carried("POST", "cdrs", "", words.cdr(end_date_time="2030-01-01T00:00:00Z")), [sign(SignKind.CDR)]),
        (carried("POST", "cdrs", "", words.cdr(credit=True, credit_reference_id="CDR0")), []),
        (
            carried("POST", "cdrs", "", words.cdr(session_id=None)),
            [sign(SignKind.CDR, session="", at_ms=1709287200000)],
        ),
        (carried("POST", "cdrs", "", words.cdr(cdr_location={})), []),
        (carried("POST", "cdrs", "", words.cdr(end_date_time="soon")), []),
        (carried("PUT", "locations", "/NL/CPA/LOC1", words.location()), []),
    ],
)
async def test_what_a_message_shows(errand: Errand, expected: list[EvseSign]) -> None:
    """A session in use or ended, a CDR as of its end and never later than now; the rest shows nothing."""
    shelf = Shelf()
    async with at_work(shelf) as observing:
        observing.carried(errand, EMSP, said(None))
        observing.unanswered(command(), CPO)
        found = await until(shelf, len(expected) + 1)

    assert found[:-1] == expected


@pytest.mark.parametrize(
    ("data", "failed"),
    [({"result": "REJECTED", "timeout": 0}, True), ({"result": "ACCEPTED", "timeout": 30}, False), (None, False)],
)
async def test_a_refused_start_shows_that_it_failed(data: Any, failed: bool) -> None:
    """The operator's own answer; an answer that says nothing shows nothing."""
    shelf = Shelf()
    async with at_work(shelf) as observing:
        observing.carried(command(), CPO, said(data))
        observing.unanswered(command(evse_uid=None, connector_id=None), CPO)
        observing.unanswered(command(evse_uid="last"), CPO)
        found = await until(shelf, 1 + failed)

    assert found == [
        *[sign(SignKind.START_FAILED, session="")] * failed,
        sign(SignKind.START_FAILED, session="", uid="last"),
    ]


@pytest.mark.parametrize(
    ("result", "about", "failed"),
    [
        ("FAILED", ABOUT, True),
        ("TIMEOUT", ABOUT, True),
        ("EVSE_OCCUPIED", ABOUT, True),
        ("ACCEPTED", ABOUT, False),
        ("NOT_SUPPORTED", ABOUT, False),
        ("FAILED", "", False),
        ("FAILED", "STOP_SESSION\nNL*CPA\nloc1\n3256", False),
    ],
)
async def test_a_result_shows_what_its_command_was_about(result: str, about: str, failed: bool) -> None:
    """The result names no EVSE: the address that it came to does."""
    shelf = Shelf()
    errand = carried("POST", "commands", "/START_SESSION/opaque", words.command_result(result=result))
    async with at_work(shelf) as observing:
        observing.returned(errand, EMSP, about)
        observing.unanswered(command(evse_uid="last"), CPO)
        found = await until(shelf, 1 + failed)

    assert [one.uid for one in found] == ["3256"] * failed + ["last"]


async def test_that_a_session_goes_on_is_said_now_and_then() -> None:
    """However often it comes; that it ends, and that it is another session, always."""
    shelf, clock = Shelf(), Clock()
    async with at_work(shelf, clock) as observing:
        for _ in range(5):
            observing.carried(session(), EMSP, said(None))
            observing.carried(session_part({"kwh": 1}), EMSP, said(None))
        clock.at += timedelta(milliseconds=SAID_AGAIN_MS)
        observing.carried(session_part({"kwh": 1}), EMSP, said(None))
        observing.carried(session(status="COMPLETED"), EMSP, said(None))
        observing.carried(session_part({"kwh": 1}), EMSP, said(None))
        observing.carried(session(), EMSP, said(None))
        found = await until(shelf, 4)

    assert [one.kind for one in found] == [
        SignKind.SESSION_ACTIVE,
        None,
        SignKind.SESSION_ENDED,
        SignKind.SESSION_ACTIVE,
    ]


async def test_a_store_that_is_away_gets_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same order; nothing is lost while there is room."""
    monkeypatch.setattr(observing_module, "_AGAIN_AFTER_S", 0.0)
    shelf = Shelf()
    shelf.away = True
    async with at_work(shelf) as observing:
        observing.carried(session(), EMSP, said(None))
        await shelf.asked.wait()
        observing.carried(session(status="COMPLETED"), EMSP, said(None))
        shelf.away = False
        found = await until(shelf, 2)

    assert [one.kind for one in found] == [SignKind.SESSION_ACTIVE, SignKind.SESSION_ENDED]


async def test_a_rule_that_stumbles_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next message is looked at."""
    shelf = Shelf()
    broken = session(id="BROKEN")
    assert broken.match is not None

    def stumble(*_: object) -> list[Any]:
        raise RuntimeError

    match = broken.match._replace(endpoint=replace(broken.match.endpoint, observe=stumble))
    async with at_work(shelf) as observing:
        observing.carried(broken._replace(match=match), EMSP, said(None))
        observing.carried(session(), EMSP, said(None))

        assert await until(shelf, 1) == [sign(SignKind.SESSION_ACTIVE)]


async def test_too_many_are_skipped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood costs what it shows, not memory."""
    monkeypatch.setattr(observing_module, "_WAITING_MAX", 2)
    observing = Observing(Shelf())
    for _ in range(5):
        observing.carried(session(), EMSP, said(None))
    observing.carried(carried("PUT", "locations", "/NL/CPA/LOC1", words.location()), EMSP, said(None))

    assert observing.skipped == 3
