"""What happens after a reply has left: the index learns, carried bodies are checked for reporting. Never on the way."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, replace

import structlog

from hub.broadcasting import problems
from hub.catalog import Match
from hub.store.protocols import IndexStore, StoreUnavailable
from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.interface import Call, Learned, Version
from hub.wire.message import Message
from hub.wire.party import Party

_WAITING_MAX = 2_000
_REMEMBERED = 50_000
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Carried:
    """A message that was answered well, and who it went to."""

    message: Message
    match: Match
    call: Call
    receiver: Party


class Aftermath:
    """A bounded queue and one worker; under load checks are skipped and counted, learning waits its turn."""

    def __init__(self, index: IndexStore) -> None:
        self._index = index
        self._checks: asyncio.Queue[Carried] = asyncio.Queue(_WAITING_MAX)
        self._lessons: asyncio.Queue[Learned] = asyncio.Queue(10 * _WAITING_MAX)
        self._known: OrderedDict[Learned, None] = OrderedDict()
        self.faults: Counter[str] = Counter()
        """platform_id -> carried messages whose body breaks its class."""
        self.skipped = 0

    def carried(self, message: Message, match: Match, call: Call, receiver: Party) -> None:
        """Take note of a message; returns at once."""
        if match.endpoint.learn:
            for lesson in match.endpoint.learn(call, receiver):
                self._learn(lesson)
        if match.endpoint.body is None or match.endpoint.bare_body:
            return
        try:
            self._checks.put_nowait(Carried(message, match, call, receiver))
        except asyncio.QueueFull:
            self.skipped += 1

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

    async def check_forever(self) -> None:
        """Check one carried body at a time, giving way to messages between two."""
        while True:
            self._check(await self._checks.get())
            await asyncio.sleep(0)

    def _check(self, one: Carried) -> None:
        try:
            body = json_text.loads(one.message.body) if one.message.body else None
        except BrokenJson:
            return
        translation = one.match.module.translation
        if translation and one.message.address.version is Version.V2_2 and isinstance(body, dict):
            body = translation.to_2_2_1(body, one.receiver)  # the classes are those of 2.2.1
        exact = replace(one.call, body=body)
        found = problems(one.match, exact)
        if found:
            self.faults[one.message.platform_id] += 1
            structlog.get_logger().info(
                "carried_invalid",
                sender=str(one.call.sender),
                receiver=str(one.receiver),
                module=one.match.module.identifier,
                correlation_id=one.message.ids.correlation_id,
                problems=[str(problem) for problem in found[:_SHOWN]],
            )
