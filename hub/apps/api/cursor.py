"""Where a page ended, for the next one: signed, and good for the same question of the same app alone."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from hub.apps.api.asked import Search
from hub.apps.api.errors import BadParameter

_MAC_BYTES = 16


class Place(NamedTuple):
    """The last site of a page: what it was sorted by, and its key."""

    value: float
    key: str


def write(key: bytes, app_id: str, asked: Search, place: Place) -> str:
    """URL-safe text."""
    said = orjson.dumps([place.value, place.key])
    return base64.urlsafe_b64encode(_mac(key, app_id, asked, said) + said).decode().rstrip("=")


def read(keys: Sequence[bytes], app_id: str, asked: Search) -> Place | None:
    """The place that `asked.cursor` names; raises BadParameter for one that is not of this question."""
    if asked.cursor is None:
        return None
    try:
        whole = base64.urlsafe_b64decode(asked.cursor + "=" * (-len(asked.cursor) % 4))
    except (binascii.Error, ValueError):
        raise _refused() from None
    mac, said = whole[:_MAC_BYTES], whole[_MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(key, app_id, asked, said)) for key in keys):
        raise _refused()
    value, site = orjson.loads(said)
    return Place(float(value), str(site))


def _mac(key: bytes, app_id: str, asked: Search, said: bytes) -> bytes:
    """`limit` and `format` may differ from page to page; a session without a start starts a little later on each page."""
    question = asked.model_dump_json(exclude={"cursor", "limit", "format"}).encode()
    text = b"\0".join([app_id.encode(), hashlib.sha256(question).digest(), said])
    return hmac.new(key, text, hashlib.sha256).digest()[:_MAC_BYTES]


def _refused() -> BadParameter:
    return BadParameter(
        "cursor is not one that this question gave: repeat the question with the cursor of its own last page", "cursor"
    )
