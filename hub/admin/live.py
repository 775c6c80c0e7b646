"""What the operations page follows: one stream of named events, each looked at in its own rhythm; what is missed is said.

A viewer's own pace bounds it: while one frame is being taken, changes add up to the next. Every stream ends after an hour
(the page comes back with its session, if that still counts), and there are STREAMS_MAX of them at most.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from hub.admin import cards, events, status, traffic, views
from hub.admin.deliveries import failed_deliveries
from hub.admin.errors import Unavailable
from hub.admin.evses import Points
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute
from hub.clock import monotonic_s, now_utc
from hub.store.protocols import LegFilter, StoreUnavailable
from hub.traffic import Figures

STREAMS_MAX = 20
_LONGEST_S = 3600.0
_TICK_S = 0.1
_LEGS_EVERY_S = 0.5
_FIGURES_EVERY_S = 1.0
_CARDS_EVERY_S = 2.0
_CARDS_A_SECOND = 100
_STATUS_EVERY_S = 5.0
_REPACK_EVERY_S = 3.0
_REPACK_A_SECOND = 5_000
_LEGS_MAX = 100
_DELIVERIES_MAX = 100
_open: set[object] = set()


@dataclass(slots=True)
class _Beat:
    """Something to look at now and then: the events that `look` gives, each `every_s` seconds."""

    look: Callable[[], Awaitable[events.Frame]]
    every_s: float
    due_s: float = field(default_factory=monotonic_s)


class Live:
    """What one viewer sees."""

    def __init__(self, office: AdminServices, asked: traffic.Tail) -> None:
        """`asked` filters the legs. Raises AdminError for a filter that cannot be."""
        self._office = office
        self._wanted = traffic.wanted_legs(office, asked, now_utc() - timedelta(seconds=asked.since_s))
        self._filtered = replace(self._wanted, since=None) != LegFilter()
        self._limit = min(asked.limit, _LEGS_MAX)
        self._points = Points(office.apps.office.feed)
        self._packed_s = -_LONGEST_S
        self._cursor = ""
        self._cards = _Beat(self._look_at_partners, _CARDS_EVERY_S)
        self._figures = _Beat(self._look_at_figures, _FIGURES_EVERY_S)
        self._beats = [
            self._figures,
            _Beat(self._look_at_points, _TICK_S),
            self._cards,
            _Beat(self._look_at_legs, _LEGS_EVERY_S),
            _Beat(self._look_at_status, _STATUS_EVERY_S),
        ]

    async def frames(self) -> AsyncGenerator[events.Frame, None]:
        """Frame after frame, at most ten a second and at least one; ends after an hour."""
        ends_s = monotonic_s() + _LONGEST_S
        _open.add(self)
        try:
            while (now_s := monotonic_s()) < ends_s:
                for beat in self._beats:
                    if beat.due_s <= now_s and (frame := await self._try(beat)):
                        yield frame
                await asyncio.sleep(_TICK_S)
        finally:
            _open.discard(self)

    async def _try(self, beat: _Beat) -> events.Frame:
        beat.due_s = monotonic_s() + beat.every_s
        try:
            return await beat.look()
        except StoreUnavailable as error:
            return [("trouble", {"text": str(error), "hint": "hubctl doctor"})]

    async def _look_at_figures(self) -> events.Frame:
        traffic_now, now_s = self._office.traffic, monotonic_s()
        modules = traffic_now.modules
        return [
            (
                "figures",
                {
                    "at": now_utc(),
                    "last_minute": asdict(traffic_now.figures()),
                    "step_s": modules.step_s,
                    "elapsed_s": round(now_s % modules.step_s, 2),
                    "modules": modules.series(now_s),
                    "failed": modules.failures(now_s),
                },
            )
        ]

    async def _look_at_points(self) -> events.Frame:
        now_s = monotonic_s()
        changed = self._points.changes()
        count = len(self._office.apps.office.feed.index.points)
        if self._points.stale and now_s - self._packed_s >= _REPACK_EVERY_S + count / _REPACK_A_SECOND:
            self._packed_s = now_s
            return [("points", self._points.pack())]
        return [("changes", changed)] if changed else []

    async def _look_at_partners(self) -> events.Frame:
        office = self._office
        partners = await office.partners.all()
        self._cards.every_s = _CARDS_EVERY_S + len(partners) / _CARDS_A_SECOND
        lanes = {lane.platform_id: lane for lane in await office.deliveries.snapshot()}
        figures, now_s = office.traffic.platform_figures(), monotonic_s()
        passed, failed = office.traffic.exchanges.series(now_s), office.traffic.exchanges.failures(now_s)
        platforms = office.directory().platforms
        shown = [
            cards.card(
                one,
                platforms[one.platform_id],
                figures.get(one.platform_id, Figures()),
                lanes.get(one.platform_id),
                (passed.get(one.platform_id, ()), failed.get(one.platform_id, ())),
            )
            for one in partners
            if one.platform_id in platforms
        ]
        return [("partners", sorted(shown, key=lambda one: (one["need"], one["name"].casefold())))]

    async def _look_at_legs(self) -> events.Frame:
        traces = self._office.store.traces
        newest, latest = await traces.find(LegFilter(), limit=1, newest=True)
        if not newest or latest == self._cursor:
            return []
        legs, last = await traces.find(self._wanted, after=self._cursor, limit=self._limit, newest=True)
        passed_over = 0
        if self._cursor and not self._filtered:
            passed_over = max(0, int(last) - int(self._cursor) - len(legs))
        self._cursor = str(max(int(latest), int(last or 0)))
        self._wanted = replace(self._wanted, since=None)
        names = traffic.partner_names(self._office)
        shown = [views.leg(one, names.get(one.platform_id, "")) for one in legs]
        return [("legs", {"legs": shown, "passed_over": passed_over})] if shown or passed_over else []

    async def _look_at_status(self) -> events.Frame:
        return [
            ("status", await status.look(self._office)),
            ("deliveries", await failed_deliveries(self._office, limit=_DELIVERIES_MAX)),
        ]


async def _stream(call: AdminCall[traffic.Tail]) -> AsyncGenerator[events.Frame, None]:
    if len(_open) >= STREAMS_MAX:
        raise Unavailable(f"{STREAMS_MAX} pages follow this process already: close one", code="too_many_streams")
    return Live(call.office, call.asked).frames()


ROUTES = (
    AdminRoute(
        method="GET",
        path="/stream",
        act=_stream,
        asks=traffic.Tail,
        summary="What the page follows, as Server-Sent Events; legs are filtered as in /traffic.",
        streams=True,
        text=events.KIND,
    ),
)
