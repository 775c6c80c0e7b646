"""What live traffic showed of each EVSE, in MongoDB: one document each, replaced by the database where the new sign is news.

The sign itself is one text (`said`), so that the stream of changes brings it whole whatever of it is another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo import UpdateMany, UpdateOne

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import SIGNS
from hub.store.observing import SESSION_SILENCE_MS, EvseSign
from hub.wire.interface import SignKind

_ENDED = [SignKind.SESSION_ENDED.value, SignKind.CDR.value]
_BETWEEN = "\n"


class MongoSigns:
    """The SignStore."""

    def __init__(self, database: Database) -> None:
        self._signs: Collection = database[SIGNS]

    @answering()
    async def put(self, signs: Sequence[EvseSign]) -> None:
        """One after the other: of two signs of one EVSE the order counts."""
        updates = [update for sign in signs if (update := _putting(sign)) is not None]
        if updates:
            await self._signs.bulk_write(updates, ordered=True)


def read_sign(document_id: str, said: bytes) -> EvseSign:
    """The sign of a document."""
    key, _, uid = document_id.partition(_BETWEEN)
    kind, at_ms, session = orjson.loads(said)
    return EvseSign(key=key, uid=uid, kind=SignKind(kind), at_ms=at_ms, session=session)


def evse_of(document_id: str) -> tuple[str, str]:
    """Key of the Location and uid of the EVSE."""
    key, _, uid = document_id.partition(_BETWEEN)
    return key, uid


def _putting(sign: EvseSign) -> UpdateOne | UpdateMany | None:
    if sign.kind is None:
        going_on = _document(sign, SignKind.SESSION_ACTIVE)
        here = {"session": sign.session, "kind": SignKind.SESSION_ACTIVE.value, "at": {"$lt": going_on["at"]}}
        return UpdateMany(here, {"$set": going_on}) if sign.session else None
    document = _document(sign, sign.kind)
    update = [
        {"$replaceWith": {"$cond": [_is_news(sign), {"$mergeObjects": ["$$ROOT", _literal(document)]}, "$$ROOT"]}}
    ]
    if sign.key and sign.uid:
        return UpdateOne({"_id": f"{sign.key}{_BETWEEN}{sign.uid}"}, update, upsert=True)
    return UpdateMany({"session": sign.session}, update) if sign.session else None


def _document(sign: EvseSign, kind: SignKind) -> Document:
    return {
        "kind": kind.value,
        "at": datetime.fromtimestamp(sign.at_ms / 1000, UTC),
        "session": sign.session,
        "said": orjson.dumps([kind, sign.at_ms, sign.session]),
    }


def _is_news(sign: EvseSign) -> Document:
    """Is it to replace what is there? Nothing is there when `at` is missing, which is less than every instant."""
    at = datetime.fromtimestamp(sign.at_ms / 1000, UTC)
    active = SignKind.SESSION_ACTIVE
    ended: Any = {"$in": ["$kind", _ENDED]}
    busy = {"$and": [{"$eq": ["$kind", active.value]}, {"$gt": [{"$add": ["$at", SESSION_SILENCE_MS]}, at]}]}
    newer = {"$lte": ["$at", at]}
    other_session = newer if sign.kind is active else {"$and": [newer, {"$not": [busy]}]}
    if not sign.session:
        return other_session
    same_session = {"$not": [ended]} if sign.kind is active else True
    return {"$cond": [{"$eq": ["$session", {"$literal": sign.session}]}, same_session, other_session]}


def _literal(document: Document) -> Document:
    """No text of a partner is read as an expression."""
    return {name: {"$literal": value} for name, value in document.items()}
