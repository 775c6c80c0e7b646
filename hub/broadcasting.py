"""Take a push that is addressed to the hub: check it strictly, keep it durably, then hand it to the lanes.

What cannot be kept soon is refused before it is accepted: places are bounded for each platform and for all, and so is the time.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.catalog import Errand, Match
from hub.clock import now_utc
from hub.delivery.receiver import Accepted
from hub.routing import Broadcast
from hub.store.protocols import Conflict, ObjectKey, ObjectStore, StoredObject, StoreUnavailable
from hub.wire import envelope, json_text
from hub.wire.errors import InvalidParameters, NotFound, OcpiError, ServerError, UnknownLocation, UnknownToken
from hub.wire.interface import Call, Json, NotStored, Problem, Stored
from hub.wire.message import Reply
from hub.wire.types import parse_datetime, validate, validate_partial

PLACES_PER_PLATFORM = 128
PLACES = 512
KEEP_WITHIN_S = 4.5
"""A sender hears within five seconds whether its push is kept, whatever the database does."""
PAUSE_S = 0.25
PAUSING_MAX = 512
_REPEAT_WITHIN = timedelta(minutes=10)
_TRIES = 8
_SHOWN = 5


class Broadcasting:
    """One durable write accepts a Broadcast Push; the sender's 1000 waits for that and for nothing else."""

    def __init__(self, objects: ObjectStore, accepted: Callable[[Accepted], None]) -> None:
        self._objects = objects
        self._accepted = accepted
        self._locks: dict[ObjectKey, tuple[asyncio.Lock, int]] = {}
        self._under_way: Counter[str] = Counter()
        self._pausing = 0

    async def broadcast(self, errand: Errand, plan: Broadcast) -> Reply:
        """Keep the object and send it on.

        Raises InvalidParameters (2001) that names the field, or 2003, 2004, 2000 for a part of an object that this hub does
        not have, or ServerError (3000, HTTP 503) when too many are under way; then nothing was kept and nobody was told.
        Raises StoreUnavailable when the database does not answer in time: whether it was kept is unknown.
        """
        message, match, call = errand.message, errand.match, errand.call
        stored = match.module.stored if match else None
        if match is None or stored is None:
            raise InvalidParameters(f"{message.address.module} cannot be broadcast")
        refuse(problems(match, call), match.module.identifier)
        key = ObjectKey(module=match.module.identifier, owner=call.sender, object_id=stored.key(call))
        await self._pause_when_full(message.platform_id)
        with self._place(message.platform_id):
            try:
                async with asyncio.timeout(KEEP_WITHIN_S), self._one_at_a_time(key):
                    await self._take(key, stored, errand, plan.receivers)
            except TimeoutError:
                raise StoreUnavailable(f"the database did not keep it within {KEEP_WITHIN_S:g} s") from None
        return Reply(body=envelope.write(envelope.SUCCESS, now_utc()))

    async def _take(self, key: ObjectKey, stored: Stored, errand: Errand, receivers: frozenset[str]) -> None:
        kept = await self._keep(key, stored, errand, receivers)
        if kept is None:
            return
        message = errand.message
        self._accepted(
            Accepted(
                stored=kept,
                method=message.method,
                suffix=message.address.suffix + (f"?{message.query}" if message.query else ""),
                body=message.body,
                correlation_id=message.ids.correlation_id,
                receivers=receivers,
            )
        )

    async def _keep(
        self, key: ObjectKey, stored: Stored, errand: Errand, receivers: frozenset[str]
    ) -> StoredObject | None:
        """The state that was kept; None when this very message was kept before, and its sender did not hear that."""
        for _ in range(_TRIES):
            current = await self._objects.get(key)
            wanted = _next_state(_known(key, current), stored, errand, receivers)
            if current is not None and _repeats(wanted, current):
                return None
            try:
                return await self._objects.save(wanted)
            except Conflict:
                continue
        raise ServerError("this object is being changed too often at once; send it again")

    async def _pause_when_full(self, platform_id: str) -> None:
        """Who is refused at once comes again at once, and a hub that does nothing but refuse keeps nothing."""
        if self._is_full(platform_id) and self._pausing < PAUSING_MAX:
            self._pausing += 1
            try:
                await asyncio.sleep(PAUSE_S)
            finally:
                self._pausing -= 1

    def _is_full(self, platform_id: str) -> bool:
        return self._under_way[platform_id] >= PLACES_PER_PLATFORM or self._under_way.total() >= PLACES

    @contextmanager
    def _place(self, platform_id: str) -> Iterator[None]:
        """One of the places for pushes that are being kept."""
        if self._is_full(platform_id):
            raise ServerError(
                f"{self._under_way[platform_id]} pushes of your platform are being kept at this moment: send this one again",
                http_status=503,
                headers={"Retry-After": "1"},
            )
        self._under_way[platform_id] += 1
        try:
            yield
        finally:
            self._under_way[platform_id] -= 1
            if not self._under_way[platform_id]:
                del self._under_way[platform_id]

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


def _known(key: ObjectKey, current: StoredObject | None) -> StoredObject:
    """What the hub has of an object; for one that it has never had, a blank that says so (revision 0)."""
    if current is not None:
        return current
    never = datetime.min.replace(tzinfo=UTC)
    return StoredObject(key=key, body=b"", last_updated=never, received_at=never, changed_at=never, withdrawn=True)


def _next_state(before: StoredObject, stored: Stored, errand: Errand, receivers: frozenset[str]) -> StoredObject:
    """The object after this push; raises NotFound for a DELETE of what is not there, InvalidParameters for an older state."""
    message, call = errand.message, errand.call
    had = None if before.withdrawn else json_text.loads(before.body)
    try:
        has = stored.apply(had, call)
    except NotStored as missing:
        raise _not_stored(missing) from None
    if has is None and had is None:
        raise NotFound(f"this hub has no {before.key}")
    value = had if has is None else has
    last_updated = _last_updated(value)
    if had is not None and has is not None and last_updated < _last_updated(had):
        raise InvalidParameters("/last_updated: older than what this hub has of this object")
    body = message.body if value is call.body else json_text.dumps(value)
    now = now_utc()
    return replace(
        before,
        body=body,
        last_updated=last_updated,
        withdrawn=has is None,
        version=message.address.version,
        part=stored.part(call) if stored.part else "",
        correlation_id=message.ids.correlation_id,
        received_at=now,
        changed_at=before.changed_at if same_but_for_dates(had, has) else now,
        behind=before.behind | receivers,
    )


def _repeats(wanted: StoredObject, current: StoredObject) -> bool:
    """The same message once more, because its answer was lost: the same words under the same X-Correlation-ID."""
    same = (wanted.correlation_id, wanted.body, wanted.withdrawn, wanted.version) == (
        current.correlation_id,
        current.body,
        current.withdrawn,
        current.version,
    )
    return same and timedelta() <= wanted.received_at - current.received_at < _REPEAT_WITHIN


def same_but_for_dates(one: Json, other: Json) -> bool:
    """Equal, whatever their last_updated says: many owners raise it without a reason."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = (one.keys() | other.keys()) - {"last_updated"}
        return all(name in one and name in other and same_but_for_dates(one[name], other[name]) for name in names)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_but_for_dates, one, other))
    return bool(one == other)


def _last_updated(value: Json) -> datetime:
    return parse_datetime(value["last_updated"])


def _not_stored(missing: NotStored) -> OcpiError:
    kinds: dict[int, type[OcpiError]] = {2003: UnknownLocation, 2004: UnknownToken}
    return kinds.get(missing.status_code, InvalidParameters)(str(missing))
