"""Defects of what should have died: tokens that go on working after a new one was given out, or after DELETE."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.simulate.connection import Connection
from hub.simulate.defects import Answer, Answering, Defect
from hub.simulate.defects.altering import authorization, before, is_credentials, is_versions, presenting
from hub.simulate.messages import Received, Reply

if TYPE_CHECKING:
    from hub.simulate.partner import Partner


def _living_on_after(method: str) -> Answering:
    """The token that `method` credentials came with opens what the one opens that it was replaced by."""

    async def answering(partner: "Partner", received: Received, answer: Answer) -> Reply:
        reply = await answer(received)
        successor = partner.issued_token if isinstance(partner, Connection) else None
        if reply.status != 401 or successor is None or not _was_used(partner, received, method):
            return reply
        return await answer(presenting(received, successor))

    return answering


async def _living_on_after_the_end(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if is_versions(received) and _was_used(partner, received, "DELETE"):
        return await partner.handle(received)
    return await answer(received)


def _was_used(partner: "Partner", received: Received, method: str) -> bool:
    """It is the first POST that registers, and the last PUT or DELETE that is not refused."""
    earlier = [authorization(one) for one in before(partner, received) if is_credentials(one, method)]
    return bool(earlier) and authorization(received) == earlier[-1 if method == "POST" else 0]


DEFECTS: Mapping[str, Defect] = {
    "CRE-09": Defect(answering=_living_on_after_the_end),
    "CRE-18": Defect(answering=_living_on_after("PUT")),
    "CRE-19": Defect(answering=_living_on_after("POST")),
}
