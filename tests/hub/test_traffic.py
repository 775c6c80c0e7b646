"""Legs are traced in batches, counted at once, and hold no driver's token id."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import traffic as traffic_module
from hub.clock import now_utc
from hub.store.protocols import Leg, LegFilter, LegKind, Store, StoreUnavailable
from hub.traffic import WAITING_MAX, Traffic, masked_path


class Traces:
    """A trace store that remembers batches, or is away."""

    def __init__(self) -> None:
        self.batches: list[list[Leg]] = []
        self.away = False
        self.written = asyncio.Event()

    async def append(self, legs: Sequence[Leg]) -> None:
        """Keep a batch."""
        self.written.set()
        if self.away:
            raise StoreUnavailable
        self.batches.append(list(legs))

    async def find(self, *_: object, **__: object) -> tuple[list[Leg], str]:
        """Nothing: these traces are only written."""
        return [], ""


def leg(
    kind: LegKind = LegKind.OUT,
    *,
    platform_id: str = "p1",
    http_status: int = 200,
    ocpi_status: int = 1000,
    duration_ms: float = 1.0,
    correlation_id: str = "c1",
) -> Leg:
    """One leg."""
    return Leg(
        at=now_utc(),
        kind=kind,
        correlation_id=correlation_id,
        request_id="r1",
        method="PUT",
        module="locations",
        path="/NL/CPA/LOC1",
        platform_id=platform_id,
        http_status=http_status,
        ocpi_status=ocpi_status,
        duration_ms=duration_ms,
    )


async def test_legs_are_written_in_order_and_in_batches() -> None:
    """Recording waits for nothing; a batch goes to the store a little later."""
    traces = Traces()
    async with Traffic(traces) as traffic:
        for number in range(1500):
            traffic.record(leg(correlation_id=str(number)))

        assert traces.batches == []
        await asyncio.wait_for(traces.written.wait(), 5)

    assert [one.correlation_id for batch in traces.batches for one in batch] == [str(number) for number in range(1500)]
    assert [len(batch) for batch in traces.batches] == [1500]


async def test_the_end_writes_what_waits() -> None:
    """A stop loses no trace."""
    traces = Traces()
    async with Traffic(traces) as traffic:
        traffic.record(leg())

    assert len(traces.batches) == 1


async def test_what_cannot_be_kept_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full buffer and an absent database cost traces, never messages, and the number is known."""
    traces = Traces()
    traces.away = True
    traffic = Traffic(traces)
    for _ in range(WAITING_MAX + 7):
        traffic.record(leg())

    assert traffic.dropped == 7
    async with traffic:
        pass
    assert traffic.dropped == WAITING_MAX + 7


async def test_a_database_that_never_answers_does_not_hold_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop is bounded in time."""
    monkeypatch.setattr(traffic_module, "_CLOSE_MAX_S", 0.05)

    class Stuck(Traces):
        async def append(self, *_: object) -> None:
            await asyncio.Event().wait()

    async with asyncio.timeout(5):
        async with Traffic(Stuck()) as traffic:
            traffic.record(leg())


async def test_the_last_minute_in_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests, errors and p95, for the hub and for each platform; a minute later they are gone."""
    now_s = [1000.0]
    monkeypatch.setattr(traffic_module, "monotonic_s", lambda: now_s[0])
    traffic = Traffic(Traces())
    for number in range(100):
        now_s[0] += 0.5
        traffic.record(leg(LegKind.IN, platform_id="p1", duration_ms=number + 1))
        traffic.record(leg(platform_id="p2", duration_ms=10, http_status=0 if number < 10 else 200, ocpi_status=0))
    traffic.record(leg(platform_id="p2", ocpi_status=2001))

    hub, platforms = traffic.figures(), traffic.platform_figures()
    assert (hub.received, hub.sent, hub.errors) == (100, 101, 11)
    assert hub.p95_ms == pytest.approx(95, rel=0.06)
    assert (platforms["p1"].received, platforms["p1"].p95_ms) == (100, 0.0)
    assert (platforms["p2"].sent, platforms["p2"].errors) == (101, 11)
    assert platforms["p2"].p95_ms == pytest.approx(10, rel=0.06)
    now_s[0] += 61
    assert traffic.figures().received == 0


async def test_what_a_receiver_misses_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """4000, 4002 and 4003 to a sender tell of its receiver; the same from a partner, and other refusals, are its own."""
    monkeypatch.setattr(traffic_module, "monotonic_s", lambda: 1000.0)
    traffic = Traffic(Traces())
    for ocpi_status in (1000, 2001, 4000, 4001, 4002, 4003):
        for kind in LegKind:
            traffic.record(leg(kind, ocpi_status=ocpi_status))

    told = traffic.platform_figures()["p1"]
    assert (told.errors, told.undelivered) == (10, 3)


@given(st.lists(st.floats(min_value=0.02, max_value=1e6), min_size=1, max_size=200))
def test_p95_is_exact_to_five_percent(durations: list[float]) -> None:
    """Whatever the durations: at least 95 of 100 are at most p95, give or take the bucket."""
    minute = traffic_module._Minute(LegKind.OUT)
    minute.add(LegKind.OUT, 0, durations, 0.0)

    wanted = sorted(durations)[-(-len(durations) * 95 // 100) - 1]
    assert minute.figures(0.0).p95_ms == pytest.approx(wanted, rel=0.06, abs=0.01)


async def test_legs_reach_the_database(store: Store) -> None:
    """A recorded leg can be found by its correlation id."""
    async with Traffic(store.traces) as traffic:
        traffic.record(leg(correlation_id="c-42"))

    legs, _ = await store.traces.find(LegFilter(correlation_id="c-42"))
    assert [one.path for one in legs] == ["/NL/CPA/LOC1"]


@pytest.mark.parametrize(
    ("module", "suffix", "shown"),
    [
        ("tokens", "/NL/TNM/012345678", "/NL/TNM/…"),
        ("tokens", "/NL/TNM/012345678?type=RFID", "/NL/TNM/…"),
        ("tokens", "NL/TNM/012345678/", "/NL/TNM/…"),
        ("tokens", "/NL/TNM/012345678/more", "/NL/TNM/…/…"),
        ("tokens", "/012345678/authorize", "/…/authorize"),
        ("tokens", "/012345678/authorize?type=OTHER", "/…/authorize"),
        ("tokens", "/012345678", "/…"),
        ("tokens", "/NL/TNM/012/authorize", "/NL/TNM/…/authorize"),
        ("tokens", "", ""),
        ("tokens", "?offset=0&limit=5", ""),
        ("locations", "/NL/CPA/LOC1/3256?x=1", "/NL/CPA/LOC1/3256"),
        ("commands", "/START_SESSION", "/START_SESSION"),
    ],
)
def test_driver_token_ids_are_hidden(module: str, suffix: str, shown: str) -> None:
    """A token id is a person's: no trace and no log line holds it."""
    assert masked_path(module, suffix) == shown
