"""One attempt to deliver: write the request, send it, read what came of it, and tell who is alive."""

from collections.abc import Callable
from typing import Protocol

import structlog

from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.item import Outcome, Send
from hub.delivery.letters import CannotWrite, Letter, Letters, NotWanted
from hub.delivery.verdict import Result, judge
from hub.outbound import Outbound
from hub.registry import Directory
from hub.store.protocols import Leg

_OUTCOMES = {Failure.BUSY: Outcome.BUSY, Failure.TOO_LARGE: Outcome.UNCLEAR}


class Sends(Protocol):
    """The post office out (hub.delivery.post.Post)."""

    async def send(self, outbound: Outbound, may_send: Callable[[], bool] | None = None) -> Answer:
        """Raises PostFailed."""
        ...


class Sending:
    """Holds nothing between two attempts."""

    def __init__(
        self,
        *,
        letters: Letters,
        post: Sends,
        directory: Callable[[], Directory],
        record: Callable[[Leg], None],
        heard: Callable[[str], None],
        missed: Callable[[str, str], None],
        holds: Callable[[str], bool],
    ) -> None:
        """`holds(platform_id)` tells whether this process may send to the platform at this instant."""
        self._letters = letters
        self._post = post
        self._directory = directory
        self._record = record
        self._heard = heard
        self._missed = missed
        self._holds = holds

    async def attempt(self, send: Send) -> Result:
        """Send once; never raises."""
        try:
            letter = self._letters.write(send)
        except NotWanted:
            return Result(outcome=Outcome.REFUSED, said="no longer wanted", unwanted=True)
        except CannotWrite as error:
            return Result(outcome=Outcome.REFUSED, said=str(error))
        except Exception:  # noqa: BLE001 - whatever is wrong with one object must not stop the lane
            structlog.get_logger().exception("delivery_not_written", object=str(send.item.stored.key))
            return Result(outcome=Outcome.REFUSED, said="this hub failed to write the request; its log says why")
        try:
            answer = await self._post.send(letter.outbound, may_send=lambda: self._holds(letter.outbound.platform_id))
        except PostFailed as failed:
            return self._unanswered(letter, failed)
        return self._answered(letter, answer)

    def _answered(self, letter: Letter, answer: Answer) -> Result:
        platform_id = letter.outbound.platform_id
        self._heard(platform_id)
        secret = self._directory().credentials_tokens.get(platform_id, "")
        result = judge(answer, withdrawing=letter.withdraws, secret=secret)
        self._record(
            letter.leg._replace(
                http_status=result.http_status,
                ocpi_status=result.ocpi_status,
                duration_ms=answer.duration_ms,
            )
        )
        return result

    def _unanswered(self, letter: Letter, failed: PostFailed) -> Result:
        if failed.failure is Failure.BUSY:
            return Result(outcome=Outcome.BUSY, said=failed.reason)
        platform_id = letter.outbound.platform_id
        note = f"{letter.leg.note}: {failed.reason}" if letter.leg.note else failed.reason
        self._record(letter.leg._replace(duration_ms=failed.duration_ms, note=note))
        if failed.failure is Failure.TOO_LARGE:
            self._heard(platform_id)
        else:
            self._missed(platform_id, failed.reason)
        return Result(outcome=_OUTCOMES.get(failed.failure, Outcome.SILENT), said=failed.reason)
