"""One connection of a partner: its requests are answered in their order, and whatever it sends or does not send ends in time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import structlog

from hub.clock import monotonic_s, new_id, now_utc
from hub.incoming.reading import Reader, is_ours
from hub.incoming.request import Request
from hub.incoming.writing import write
from hub.limits import Network, client_address
from hub.tls import fingerprint_of
from hub.wire import envelope
from hub.wire.errors import ClientError
from hub.wire.headers import MessageIds
from hub.wire.message import Inbound, Reply

PREFIX = "/ocpi"
UNREAD_MAX_BYTES = 64 * 1024
"""More of what nobody has asked for yet is left to the sender."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What the connections of one listener share."""

    handle: Callable[[Inbound], Awaitable[Reply]]
    """Answers every request; never raises."""
    others: Callable[[], asyncio.Protocol]
    """Takes a connection over from the first request that is not `/ocpi`."""
    trusted: Sequence[Network] = ()
    """Networks of proxies."""
    header_timeout_s: float
    body_timeout_s: float
    silence_s: float
    """A connection without a request under way is closed after this; so is one whose client takes no answer."""
    linger_s: float
    """For a client to read why its request was refused, while the rest of that still comes."""
    connections: "set[Connection]" = field(default_factory=set)


class Connection(asyncio.Protocol):
    """Made by the event loop for each that is accepted."""

    __slots__ = (
        "_begun",
        "_certificate",
        "_closing",
        "_header_due",
        "_held",
        "_listening",
        "_look_due",
        "_loop",
        "_lost",
        "_paused",
        "_peer",
        "_reader",
        "_since_s",
        "_stopping",
        "_task",
        "_transport",
        "_undrained",
        "_unsent",
    )

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(listening.body_timeout_s, self._wanted)
        self._begun = b""
        """Of a request that may or may not be `/ocpi`."""
        self._held = b""
        """Came while a request was being answered."""
        self._peer = self._certificate = ""
        self._paused = self._stopping = self._closing = self._lost = False
        self._task: asyncio.Task[None] | None = None
        self._undrained: asyncio.Future[None] | None = None
        self._unsent = 0
        self._header_due: asyncio.TimerHandle | None = None
        self._look_due: asyncio.TimerHandle | None = None
        self._since_s = monotonic_s()
        """Of silence, or of an answer that is not taken."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop has accepted it."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        made = transport.get_extra_info("socket")
        if made is not None and made.family in {socket.AF_INET, socket.AF_INET6}:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._peer = (transport.get_extra_info("peername") or ("",))[0]
        self._certificate = certificate_of(transport)
        self._listening.connections.add(self)
        self._look_due = self._loop.call_later(self._listening.silence_s, self._look)

    def connection_lost(self, _: BaseException | None) -> None:
        """It has ended; what is being done for a request is done all the same, and nobody is told."""
        self._let_go()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, or of several."""
        if self._closing:
            return
        if self._task is not None and self._reader.between:
            self._held += data
            if len(self._held) > UNREAD_MAX_BYTES:
                self._pause()
            return
        self._take(data)
        if self._task is None and (self._reader.requests or self._reader.refusal):
            self._task = self._loop.create_task(self._serve())

    def pause_writing(self) -> None:
        """The client takes its answers too slowly."""
        self._undrained = self._loop.create_future()
        self._since_s = monotonic_s()
        self._unsent = self._transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """It goes on."""
        undrained, self._undrained, self._unsent = self._undrained, None, 0
        if undrained is not None and not undrained.done():
            undrained.set_result(None)

    def close(self) -> None:
        """End it once what is under way is answered."""
        self._stopping = True
        if self._task is None:
            self._end()

    async def shut(self, timeout_s: float | None) -> None:
        """Wait until what is under way is answered, for so long, and end it."""
        self.close()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=timeout_s)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=timeout_s)
        self._abort()

    def _take(self, data: bytes) -> None:
        """Give bytes to whom they belong: a request that begins, one that has begun, or somebody else's."""
        if self._reader.between and not self._reader.requests:
            data, self._begun = self._begun + data, b""
            ours = is_ours(data)
            if ours is None:
                self._begun = data
            elif not ours:
                self._hand_over(data)
                return
        if not self._begun:
            self._reader.feed(data)
        if self._begun or self._reader.in_head:
            self._header_due = self._header_due or self._loop.call_later(self._listening.header_timeout_s, self._abort)
        elif self._header_due is not None:
            self._header_due.cancel()
            self._header_due = None
        requests = self._reader.requests
        if requests and not requests[-1].complete and requests[-1].size > UNREAD_MAX_BYTES:
            self._pause()

    async def _serve(self) -> None:
        """Answer what is here, and what came meanwhile."""
        requests = self._reader.requests
        try:
            while not self._closing:
                if requests:
                    await self._answer(requests[0])
                    requests.popleft()
                    self._since_s = monotonic_s()
                elif self._reader.refusal:
                    self._refuse(self._reader.refusal)
                    return
                elif self._reader.last:
                    self._end()
                elif self._held:
                    held, self._held = self._held, b""
                    self._resume()
                    self._take(held)
                elif self._stopping:
                    self._end()
                else:
                    break
        except Exception:  # noqa: BLE001 - nobody waits for this task: the client sees a closed connection, the log why
            structlog.get_logger().exception("connection_failed")
            self._abort()
        finally:
            self._task = None

    async def _answer(self, request: Request) -> None:
        listening, headers = self._listening, request.headers
        remote = self._peer
        if listening.trusted:
            remote = client_address(remote, headers.getall("X-Forwarded-For", ()), listening.trusted)
        reply = await listening.handle(
            Inbound(
                method=request.method,
                path=request.path.removeprefix(PREFIX),
                query=request.query,
                headers=headers,
                read_body=request.read,
                remote=remote,
                certificate=self._certificate,
            )
        )
        ends = self._stopping or not (request.keep_alive and request.complete) or request.broken
        if not self._lost:
            self._transport.write(write(reply, method=request.method, close=ends, old=request.old))
        if self._undrained is not None:
            await self._undrained
        if not request.complete and not request.continues:
            await request.skip(listening.linger_s)
        if ends:
            self._end()

    def _refuse(self, why: str) -> None:
        """What is no HTTP is refused in an envelope and quoted nowhere, for it may hold a token."""
        structlog.get_logger().info("request_broken", remote=self._peer, http_status=400, reason=why)
        self._transport.write(write(no_http(400, why), close=True))
        self._closing = True
        if self._transport.can_write_eof():  # closed with more of it still coming, the client may never read this
            self._transport.write_eof()
            self._header_due = self._loop.call_later(self._listening.linger_s, self._abort)
        else:
            self._end()

    def _hand_over(self, data: bytes) -> None:
        """Everything from here on is somebody else's."""
        self._let_go()
        other = self._listening.others()
        self._transport.set_protocol(other)
        other.connection_made(self._transport)
        other.data_received(data)

    def _wanted(self) -> None:
        """Somebody waits for more of a body."""
        request = self._reader.requests[0]
        if request.continues and not self._lost:
            request.continues = False
            self._transport.write(_CONTINUE)
        self._resume()

    def _look(self) -> None:
        """Has it been silent, or has its client taken nothing of an answer, for too long?"""
        now_s, silence_s = monotonic_s(), self._listening.silence_s
        unsent = self._transport.get_write_buffer_size() if self._undrained else 0
        if (self._task and not self._undrained) or unsent < self._unsent:
            self._since_s, self._unsent = now_s, unsent
        left_s = self._since_s + silence_s - now_s
        if left_s <= 0:
            self._abort()
        else:
            self._look_due = self._loop.call_later(left_s, self._look)

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._lost:
            self._paused = False
            self._transport.resume_reading()

    def _end(self) -> None:
        """Close it once everything is sent."""
        self._closing = True
        if not self._lost:
            self._transport.close()

    def _abort(self) -> None:
        self._closing = True
        if not self._lost:
            self._transport.abort()

    def _let_go(self) -> None:
        """It is not this one's any more."""
        self._lost = self._closing = True
        self._reader.close()
        self._listening.connections.discard(self)
        for timer in (self._header_due, self._look_due):
            if timer is not None:
                timer.cancel()


def certificate_of(transport: asyncio.BaseTransport | None) -> str:
    """Fingerprint of the certificate that the caller showed, and TLS found in order; empty without one."""
    tls = transport.get_extra_info("ssl_object") if transport else None
    return fingerprint_of(tls.getpeercert(binary_form=True)) if tls else ""


def no_http(http_status: int, why: str) -> Reply:
    """The answer to what is no request: an envelope with ids of the hub's own."""
    ids = MessageIds(request_id=new_id(), correlation_id=new_id())
    body = envelope.write(ClientError.status_code, now_utc(), message=why)
    return Reply(http_status=http_status, body=body, headers=ids.write(), ocpi_status=ClientError.status_code)
