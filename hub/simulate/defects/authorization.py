"""Defects in reading the Authorization header."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.simulate.connection import Connection
from hub.simulate.defects import Answer, Defect
from hub.simulate.defects.altering import authorization
from hub.simulate.messages import Received, Reply, refused

if TYPE_CHECKING:
    from hub.simulate.partner import Partner


async def _raw_alone(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if authorization(received) and _shown(received) not in _known(partner):
        return refused(2000, "unknown credentials token", status=401)
    return await answer(received)


async def _broken_by_a_raw_token(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if _shown(received) in _known(partner):
        return refused(3000, "the token cannot be decoded", status=500)
    return await answer(received)


async def _broken_by_a_line_break(_: "Partner", received: Received, answer: Answer) -> Reply:
    if _decoded(received).endswith(b"\n"):
        return refused(3000, "the token cannot be read", status=500)
    return await answer(received)


async def _token_a_opens_all(partner: "Partner", received: Received, answer: Answer) -> Reply:
    token_a = partner.token_a if isinstance(partner, Connection) else None
    if token_a and _decoded(received) == token_a.encode():
        return await partner.handle(received)
    return await answer(received)


def _shown(received: Received) -> str:
    return authorization(received).partition(" ")[2]


def _decoded(received: Received) -> bytes:
    try:
        return base64.b64decode(_shown(received), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _known(partner: "Partner") -> set[str | None]:
    return {partner.issued_token, partner.token_a} if isinstance(partner, Connection) else set()


DEFECTS: Mapping[str, Defect] = {
    "AUT-01": Defect(answering=_raw_alone),
    "AUT-02": Defect(answering=_broken_by_a_raw_token),
    "AUT-03": Defect(answering=_broken_by_a_line_break),
    "AUT-04": Defect(answering=_token_a_opens_all),
}
