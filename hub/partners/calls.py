"""Calls of configuration modules at a partner: no routing headers, one step on record for each.

Source: OCPI 2.2.1, transport_and_format; checklist H1.10, H1.32.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from yarl import URL

from hub.clock import new_id, now_utc
from hub.delivery.answer import Answer, PostFailed
from hub.delivery.verdict import show
from hub.outbound import JSON, Outbound
from hub.partners.steps import Step
from hub.platform import TokenEncoding
from hub.store.protocols import Leg, LegKind
from hub.wire import envelope
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import MessageIds

_SAID_MAX_CHARS = 200


class Sends(Protocol):
    """The way out (hub.delivery.post.Post)."""

    async def send(self, outbound: Outbound) -> Answer:
        """Send once and return the whole answer; raises PostFailed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """With which token, written how, a platform is called."""

    platform_id: str
    token: str = field(repr=False)
    encoding: TokenEncoding = TokenEncoding.BASE64
    server_pem: str = field(default="", repr=False)
    """The server certificate that an operator pinned for the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A partner's answer to one call."""

    http_status: int
    said: envelope.Envelope | None
    step: Step
    access: Access
    """With the encoding that the partner took."""

    @property
    def succeeded(self) -> bool:
        """HTTP 2xx around 1xxx."""
        return 200 <= self.http_status < 300 and self.said is not None and self.said.succeeded

    @property
    def complaint(self) -> str:
        """What is wrong with the answer, as one phrase; a token that the partner quotes is hidden."""
        if self.said is None:
            return f"HTTP {self.http_status} without an OCPI envelope"
        message = show(self.said.status_message.encode(errors="replace"), self.access.token)[:_SAID_MAX_CHARS]
        return f"HTTP {self.http_status}, OCPI {self.said.status_code}" + (f" ({message})" if message else "")


class Unanswered(Exception):
    """No answer came; `unknown` tells that the partner may have acted."""

    def __init__(self, failed: PostFailed, step: Step) -> None:
        super().__init__(f"{step.method} {step.what} at {step.host}: {failed.reason}")
        self.failed = failed
        self.step = step


class Journey:
    """The calls of one undertaking (a registration, a rotation): they share a correlation id and a list of steps."""

    def __init__(self, post: Sends, timeout_s: float, record: Callable[[Leg], None]) -> None:
        self._post = post
        self._timeout_s = timeout_s
        self._record = record
        self._correlation_id = new_id()
        self.steps: list[Step] = []

    async def call(self, method: str, what: str, url: str, access: Access, body: bytes = b"") -> Heard:
        """Make one call; on 401 once more with the token written the other way (checklist H1.10).

        A 401 says that the partner did not act, so that this is safe for every method. Raises Unanswered.
        """
        heard = await self._once(method, what, url, access, body)
        if heard.http_status != 401:
            return heard
        other = TokenEncoding.RAW if access.encoding is TokenEncoding.BASE64 else TokenEncoding.BASE64
        again = await self._once(method, what, url, replace(access, encoding=other), body)
        return heard if again.http_status == 401 else again

    def note(self, note: str, *, ok: bool = True) -> None:
        """Say about the last call what a person should know."""
        self.steps[-1] = replace(self.steps[-1], note=note, ok=ok)

    async def _once(self, method: str, what: str, url: str, access: Access, body: bytes) -> Heard:
        ids = MessageIds(request_id=new_id(), correlation_id=self._correlation_id)
        authorization = write_authorization(access.token, encoded=access.encoding is TokenEncoding.BASE64)
        headers = {"Authorization": authorization, "Accept": JSON, **ids.write()}
        if body:
            headers["Content-Type"] = JSON
        outbound = Outbound(
            platform_id=access.platform_id,
            method=method,
            url=url,
            body=body,
            timeout_s=self._timeout_s,
            headers=headers,
            server_pem=access.server_pem,
        )
        step = Step(method=method, what=what, host=URL(url, encoded=True).host or "")
        try:
            answer = await self._post.send(outbound)
        except PostFailed as failed:
            step = replace(step, duration_ms=failed.duration_ms, note=failed.reason)
            self._keep(step, access, ids)
            raise Unanswered(failed, step) from None
        said = envelope.read(answer.body)
        step = replace(
            step,
            http_status=answer.http_status,
            ocpi_status=said.status_code if said else 0,
            duration_ms=answer.duration_ms,
        )
        heard = Heard(http_status=answer.http_status, said=said, step=step, access=access)
        step = replace(step, ok=heard.succeeded, note="" if heard.succeeded else heard.complaint)
        self._keep(step, access, ids)
        return replace(heard, step=step)

    def _keep(self, step: Step, access: Access, ids: MessageIds) -> None:
        self.steps.append(step)
        self._record(
            Leg(
                at=now_utc() - timedelta(milliseconds=step.duration_ms),
                kind=LegKind.OUT,
                correlation_id=ids.correlation_id,
                request_id=ids.request_id,
                method=step.method,
                module="credentials" if step.what == "credentials" else "versions",
                path="",
                platform_id=access.platform_id,
                http_status=step.http_status,
                ocpi_status=step.ocpi_status,
                duration_ms=step.duration_ms,
                note=step.note,
            )
        )
