"""What came before: each request has an X-Request-ID of its own, and what a party is asked to do it is asked once.

Two memories, and only for methods that change something. In this process, a digest of every such request: the same id with
another body is refused. In the database, for all processes, the requests that make a receiver act (commands, charging
profiles): the same one again gets the answer that it got, and goes on to nobody.

Source: OCPI 2.2.1, transport_and_format, Unique message IDs; docs/decisions/015-repeated-requests.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import blake2b

from hub.clock import Tasks, monotonic_s, now_utc
from hub.store.guarding import Acted, RequestStore
from hub.store.protocols import StoreUnavailable
from hub.wire.errors import ForwardTimeout, HubError, InvalidParameters, OcpiError
from hub.wire.headers import REQUEST_ID
from hub.wire.message import Message, Reply

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REMEMBERED_S = 600.0
REMEMBERED_MAX = 32_768
"""In each of two generations, of some 200 bytes each."""
_DIGEST_BYTES = 16


class RequestIdTaken(InvalidParameters):
    """HTTP 409, 2001: the X-Request-ID of another request."""

    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            f"{REQUEST_ID}: within the last minutes your platform sent this one here with another body; "
            "each request has one of its own"
        )


class Seen:
    """Digests of requests: two generations, of which the older one is dropped when the younger is full or old enough.

    So a request is known for `age_s` to twice as long while there is room, and for the last `size_max` requests in any case.
    """

    def __init__(self, *, age_s: float = REMEMBERED_S, size_max: int = REMEMBERED_MAX) -> None:
        self._age_s = age_s
        self._size_max = size_max
        self._young: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}
        self._since_s = 0.0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def first(self, key: bytes, body: bytes, now_s: float) -> bytes:
        """The body's digest with which `key` came first; this one when it never did."""
        if now_s - self._since_s >= self._age_s or len(self._young) >= self._size_max:
            recent = now_s - self._since_s < 2 * self._age_s
            self._old, self._young, self._since_s = self._young if recent else {}, {}, now_s
        before = self._old.get(key)
        return before if before is not None else self._young.setdefault(key, body)


class Repeats:
    """Refuses a request whose id belongs to another one, and has a receiver asked once."""

    def __init__(self, requests: RequestStore, tasks: Tasks, seen: Seen | None = None) -> None:
        self._requests = requests
        self._tasks = tasks
        self._seen = seen or Seen()
        self._under_way: dict[tuple[str, str], asyncio.Future[Reply]] = {}
        """By key and body, until the answer is kept."""

    def check(self, message: Message) -> None:
        """Remember a request; raises RequestIdTaken (HTTP 409, 2001) when it has the id of one with another body."""
        body = _digest(message.body)
        if self._seen.first(_key(message), body, monotonic_s()) != body:
            raise RequestIdTaken

    async def once(self, message: Message, act: Callable[[], Awaitable[Reply]]) -> Reply:
        """What `act` replies, or what it replied to this very request before, in any process.

        Raises RequestIdTaken; ForwardTimeout (4002) when the request was passed on before and its answer is not known; and
        whatever `act` raises: what cannot have reached the receiver may be sent again.
        """
        asked = (_key(message).hex(), _digest(message.body).hex())
        if (under_way := self._under_way.get(asked)) is not None:
            return (await asyncio.shield(under_way))._replace(repeated=True)
        done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # perhaps nobody else waits
        self._under_way[asked] = done
        try:
            reply = await self._first(*asked, act)
        except BaseException as error:
            del self._under_way[asked]
            done.set_exception(error if isinstance(error, Exception) else _unknown())
            raise
        done.set_result(reply)
        if reply.repeated:
            del self._under_way[asked]
        else:
            self._tasks.spawn(self._keep(asked, reply), "keep an answer")
        return reply

    async def _first(self, key: str, body: str, act: Callable[[], Awaitable[Reply]]) -> Reply:
        before = await self._requests.take(Acted(key=key, body=body, at=now_utc()))
        if before is None:
            return await self._ask(key, act)
        if before.body != body:
            raise RequestIdTaken
        if before.reply is None:
            raise _unknown()
        return Reply(http_status=before.http_status, body=before.reply, ocpi_status=before.ocpi_status, repeated=True)

    async def _ask(self, key: str, act: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            return await act()
        except (HubError, ForwardTimeout):
            raise  # the receiver may have acted
        except (OcpiError, StoreUnavailable):
            with suppress(StoreUnavailable):
                await self._requests.forget(key)
            raise

    async def _keep(self, asked: tuple[str, str], reply: Reply) -> None:
        """Until this is done, whoever asks again here gets the reply from memory."""
        try:
            await self._requests.answered(asked[0], reply.body, reply.http_status, reply.ocpi_status)
        finally:
            del self._under_way[asked]


def _unknown() -> ForwardTimeout:
    return ForwardTimeout(
        "this very request was passed on before, and its answer is not known; whether the receiver acted is unknown"
    )


def _key(message: Message) -> bytes:
    """One sender's id, and what it was used for: some send one id with everything that one event of theirs sets off."""
    address, routing = message.address, message.routing
    parts = (
        message.platform_id,
        message.ids.request_id,
        message.method,
        address.version.value,
        address.interface.value,
        address.module,
        address.suffix,
        message.query,
        str(routing.to),
        str(routing.sender),
    )
    return _digest("\n".join(parts).encode(errors="surrogatepass"))  # no part holds the end of a line


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()
