"""What happens after a reply has left: the index learns, carried bodies are checked for reporting. Never on the way."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable

import structlog

from hub.broadcasting import problems
from hub.catalog import Errand
from hub.clock import monotonic_s, now_utc
from hub.store.judgements import Fault, FaultStore
from hub.store.protocols import IndexStore, StoreUnavailable
from hub.wire import json_text
from hub.wire.interface import Learned, Problem, Version
from hub.wire.party import Party

_WAITING_MAX = 1_000
_REMEMBERED = 50_000
_PAUSE_S = 0.005
_SHARE = 0.02
"""Of the processor that checks may take: in a flood they become samples."""
_SHOWN = 3
_RULES_MAX = 5_000
_TELL_EVERY_S = 2.0
_NUMBER = re.compile(r"(?<=/)\d+(?=/|:|$)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d{2,}")


class Aftermath:
    """A bounded queue and one worker; under load checks are skipped and counted, learning waits its turn."""

    def __init__(self, index: IndexStore, faults: FaultStore) -> None:
        self._index = index
        self._faults = faults
        self._checks: asyncio.Queue[Errand] = asyncio.Queue(_WAITING_MAX)
        self._lessons: asyncio.Queue[Learned] = asyncio.Queue(10 * _WAITING_MAX)
        self._known: OrderedDict[Learned, None] = OrderedDict()
        self._found: dict[tuple[str, str], Fault] = {}
        self.skipped = 0
        """Carried messages that were not checked since the start, because there were too many."""

    def carried(self, errand: Errand, receiver: Party) -> None:
        """Take note of a message that was carried to `receiver` and answered well; returns at once."""
        self.kept(errand, receiver)
        if errand.match is None or errand.match.endpoint.body is None or errand.match.endpoint.bare_body:
            return
        try:
            self._checks.put_nowait(errand)
        except asyncio.QueueFull:
            self.skipped += 1

    def kept(self, errand: Errand, receiver: Party) -> None:
        """Learn from a message; one that the hub keeps was checked already. Never raises: it was answered."""
        if errand.match is None or errand.match.endpoint.learn is None:
            return
        try:
            lessons = errand.match.endpoint.learn(errand.call, receiver)
        except Exception:  # noqa: BLE001 - a body that a rule stumbles over must not cost the reply
            structlog.get_logger().exception("lesson_not_read", correlation_id=errand.message.ids.correlation_id)
            return
        for lesson in lessons:
            self._learn(lesson)

    def _learn(self, lesson: Learned) -> None:
        if lesson in self._known:
            self._known.move_to_end(lesson)
            return
        try:
            self._lessons.put_nowait(lesson)
        except asyncio.QueueFull:
            structlog.get_logger().warning("index_lesson_dropped", kind=lesson.kind)
            return
        self._known[lesson] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def learn_forever(self) -> None:
        """Write lessons in batches; a database that is away costs the lesson's memory, so it is offered again."""
        while True:
            lessons = [await self._lessons.get()]
            while not self._lessons.empty() and len(lessons) < 500:
                lessons.append(self._lessons.get_nowait())
            try:
                await self._index.learn(lessons)
            except StoreUnavailable:
                structlog.get_logger().warning("index_not_written", lessons=len(lessons))
                for lesson in lessons:
                    self._known.pop(lesson, None)

    def _count(self, errand: Errand, rules: Iterable[str]) -> None:
        platform_id, now = errand.message.platform_id, now_utc()
        for rule in dict.fromkeys(rules):
            before = self._found.get((platform_id, rule))
            if before is None and len(self._found) >= _RULES_MAX:
                return
            self._found[platform_id, rule] = Fault(
                platform_id=platform_id,
                rule=rule,
                count=1 + (before.count if before else 0),
                last_at=now,
                correlation_id=errand.message.ids.correlation_id,
            )

    async def tell_forever(self) -> None:
        """Add what was found to what every process found; a database that is away hears of it later."""
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            found, self._found = self._found, {}
            try:
                await self._faults.add(list(found.values()))
            except StoreUnavailable:
                self._found = found | self._found

    async def check_forever(self) -> None:
        """Check carried bodies one at a time, with pauses that leave nearly all of the processor to messages."""
        while True:
            errand = await self._checks.get()
            began_s = monotonic_s()
            try:
                self._check(errand)
            except Exception:  # noqa: BLE001 - a body that a rule stumbles over must not end the checking of all others
                structlog.get_logger().exception("check_failed", correlation_id=errand.message.ids.correlation_id)
            took_s = monotonic_s() - began_s
            await asyncio.sleep(max(_PAUSE_S, took_s / _SHARE))

    def _check(self, errand: Errand) -> None:
        message, match = errand.message, errand.match
        if match is None or not message.body:
            return
        body = json_text.loads(message.body)
        translation = match.module.translation
        if translation and message.address.version is Version.V2_2 and isinstance(body, dict):
            body = translation.to_2_2_1(body, message.routing.to)  # the classes are those of 2.2.1
        found = problems(match, errand.call._replace(body=body))
        if found:
            rules = [_rule(match.module.identifier, problem) for problem in found]
            self._count(errand, rules)
            structlog.get_logger().info(
                "carried_invalid",
                sender=str(errand.call.sender),
                receiver=str(message.routing.to or ""),
                module=match.module.identifier,
                correlation_id=message.ids.correlation_id,
                rules=rules[:_SHOWN],
            )


def _rule(module: str, problem: Problem) -> str:
    """The rule that a body broke, without what was in it: `locations /evses/*/status: … is not one of …`."""
    pointer = _NUMBER.sub("*", problem.pointer) or "/"
    return f"{module} {pointer}: {_QUOTED.sub('…', problem.message)}"[:200]
