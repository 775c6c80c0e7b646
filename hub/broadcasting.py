"""Take a push that is addressed to the hub: check it strictly, keep it durably, then hand it to the lanes."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import datetime
from collections.abc import AsyncIterator

from hub.catalog import Match
from hub.clock import now_utc
from hub.delivery.receiver import Accepted
from hub.routing import Broadcast
from hub.store.protocols import Conflict, ObjectKey, ObjectStore, StoredObject
from hub.wire import envelope, json_text
from hub.wire.errors import InvalidParameters, NotFound, OcpiError, ServerError, UnknownLocation, UnknownToken
from hub.wire.interface import Call, Json, NotStored, Problem, Stored
from hub.wire.message import Message, Reply
from hub.wire.types import parse_datetime, validate, validate_partial

_TRIES = 8
_SHOWN = 5


class Broadcasting:
    """One durable write accepts a Broadcast Push; the sender's 1000 waits for that and for nothing else."""

    def __init__(self, objects: ObjectStore, accepted: Callable[[Accepted], None]) -> None:
        self._objects = objects
        self._accepted = accepted
        self._locks: dict[ObjectKey, tuple[asyncio.Lock, int]] = {}

    async def broadcast(self, message: Message, match: Match, call: Call, plan: Broadcast) -> Reply:
        """Keep the object and send it on.

        Raises InvalidParameters (2001) that names the field, or 2003, 2004, 2000 for a part of an object that this hub does
        not have; then nothing was kept and nobody was told.
        """
        stored = match.module.stored
        if stored is None:
            raise InvalidParameters(f"{match.module.identifier} cannot be broadcast")
        refuse(problems(match, call), match.module.identifier)
        key = ObjectKey(module=match.module.identifier, owner=call.sender, object_id=stored.key(call))
        async with self._one_at_a_time(key):
            kept = await self._keep(key, stored, message, call, plan)
            self._accepted(
                Accepted(
                    stored=kept,
                    method=message.method,
                    suffix=message.address.suffix + (f"?{message.query}" if message.query else ""),
                    body=message.body,
                    correlation_id=message.ids.correlation_id,
                    receivers=plan.receivers,
                )
            )
        return Reply(body=envelope.write(envelope.SUCCESS, now_utc()))

    async def _keep(self, key: ObjectKey, stored: Stored, message: Message, call: Call, plan: Broadcast) -> StoredObject:
        for _ in range(_TRIES):
            current = await self._objects.get(key)
            try:
                return await self._objects.save(_next_state(key, current, stored, message, call, plan))
            except Conflict:
                continue
        raise ServerError("this object is being changed too often at once; send it again")

    @asynccontextmanager
    async def _one_at_a_time(self, key: ObjectKey) -> AsyncIterator[None]:
        """Keep the order in which pushes of one object were kept and handed on the same (checklist H3.27)."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)


def problems(match: Match, call: Call) -> list[Problem]:
    """What is wrong with a body, by its class and by its module's rules; a part of an object may lack fields."""
    row = match.endpoint
    if row.body is None or row.bare_body:
        return []
    if call.body is None:
        return [Problem("", "a body is required")] if row.body_required else []
    found = (validate_partial if row.method == "PATCH" else validate)(row.body, call.body)
    return found or (row.check(call) if row.check else [])


def refuse(found: list[Problem], what: str) -> None:
    """Raise InvalidParameters (2001) that names the first faults."""
    if found:
        shown = "; ".join(str(problem) for problem in found[:_SHOWN])
        more = f" (and {len(found) - _SHOWN} more)" if len(found) > _SHOWN else ""
        raise InvalidParameters(f"{what}: {shown}{more}")


def _next_state(
    key: ObjectKey, current: StoredObject | None, stored: Stored, message: Message, call: Call, plan: Broadcast
) -> StoredObject:
    before = json_text.loads(current.body) if current and not current.withdrawn else None
    try:
        after = stored.apply(before, call)
    except NotStored as missing:
        raise _not_stored(missing) from None
    if after is None and before is None:
        raise NotFound(f"this hub has no {key}")
    value = after if after is not None else before
    body = message.body if value is call.body else json_text.dumps(value)
    last_updated = _last_updated(value)
    if before is not None and after is not None and last_updated < _last_updated(before):
        raise InvalidParameters("/last_updated: older than what this hub has of this object")
    now = now_utc()
    unchanged = current is not None and current.body == body
    return StoredObject(
        key=key,
        body=body,
        last_updated=last_updated,
        withdrawn=after is None,
        version=message.address.version,
        seq=current.seq if current else 0,
        revision=current.revision if current else 0,
        received_at=now,
        changed_at=current.changed_at if current and unchanged else now,
        behind=plan.receivers | (current.behind if current else frozenset()),
    )


def _last_updated(value: Json) -> datetime:
    return parse_datetime(value["last_updated"])


def _not_stored(missing: NotStored) -> OcpiError:
    kinds: dict[int, type[OcpiError]] = {2003: UnknownLocation, 2004: UnknownToken}
    return kinds.get(missing.status_code, InvalidParameters)(str(missing))
