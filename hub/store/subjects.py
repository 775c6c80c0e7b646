"""Takes one driver out of MongoDB: every collection that may say something about them is looked through, in bounded steps.

What stays is what other parties' books need and no person can be told from: sums, counts, verdicts. Source: GDPR Art. 17.
"""

import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo import DeleteOne, UpdateOne

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.guarding import Subject
from hub.store.indexes import DELIVERIES, INDEX, MAPPINGS, OBJECTS, TRACES, VERIFICATIONS
from hub.store.traces import ROW
from hub.wire import json_text
from hub.wire.interface import fold

_AT_ONCE = 500
_LEGS_AT_ONCE = 20_000
_HIDDEN = "…"
_WORDS = ("path", "note")
"""Fields of a leg that may name a driver."""
_NAMES = ("uid", "visual_number")
"""Fields of a Token, and of an entry of publish_allowed_to, that name one card."""


@dataclass(slots=True)
class _Known:
    """What the driver goes by."""

    subject: Subject
    uids: set[str] = field(default_factory=set)
    """Folded."""
    texts: set[str] = field(default_factory=set)

    def learn(self, token: Mapping[str, Any]) -> None:
        self.uids.add(fold(str(token.get("uid", ""))))
        self.texts |= {str(token[name]) for name in (*_NAMES, "contract_id") if token.get(name)}

    @property
    def pattern(self) -> str:
        """Any of the names as a word of a text."""
        words = "|".join(re.escape(one) for one in sorted(self.texts, key=len, reverse=True))
        return f"(?i)(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])"


class MongoSubjects:
    """The SubjectStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(self, subject: Subject) -> Mapping[str, int]:
        """Tokens first: they tell what else the driver goes by. Every step may be done again, and stops in 6 s at most."""
        known = _Known(subject, {fold(subject.uid)} - {""}, {subject.uid, subject.contract_id} - {""})
        erased = {"tokens": await self._tokens(known)}
        erased["publish_allowed_to"] = await self._change(OBJECTS, {"key.module": "locations"}, _without_driver(known))
        erased["index"] = await self._index(known)
        erased["deliveries"] = await self._deliveries(known)
        erased["addresses"] = await self._delete(MAPPINGS, {"target_url": {"$regex": known.pattern}})
        erased["reports"] = await self._change(VERIFICATIONS, {}, _without_texts(known))
        erased["traces"] = await self._traces(known)
        return erased

    async def _tokens(self, known: _Known) -> int:
        of_emsp = {"key.module": "tokens", "key.owner": str(known.subject.emsp)}
        erased = 0
        async for documents in self._batches(OBJECTS, of_emsp, {"body": 1}):
            found = [
                (one["_id"], token) for one in documents if _is_of(token := json_text.loads(one["body"]), known.subject)
            ]
            for _, token in found:
                known.learn(token)
            await self._write(OBJECTS, [DeleteOne({"_id": key}) for key, _ in found])
            erased += len(found)
        return erased

    async def _index(self, known: _Known) -> int:
        """Another eMSP may have a token with the same uid: that driver stays."""
        erased, emsp = 0, str(known.subject.emsp)
        for uid in sorted(known.uids):
            here: Document = {"_id": {"$regex": rf"^token/\*/[^/]+/{re.escape(uid)}$"}, "parties": emsp}
            erased += await self._update(INDEX, here, {"$pull": {"parties": emsp}})
        await self._delete(INDEX, {"parties": [], "_id": {"$regex": "^token/"}})
        return erased

    async def _deliveries(self, known: _Known) -> int:
        ends = "|".join(re.escape(uid) for uid in sorted(known.uids)) or "(?!)"
        of_tokens: Document = {
            "key.module": "tokens",
            "key.owner": str(known.subject.emsp),
            "key.object_id": {"$regex": f"/(?:{ends})$"},
        }
        erased = await self._delete(DELIVERIES, of_tokens)
        said = {"$or": [{"answer": {"$regex": known.pattern}}, {"reason": {"$regex": known.pattern}}]}
        return erased + await self._update(DELIVERIES, said, {"$set": {"answer": _HIDDEN, "reason": _HIDDEN}})

    async def _traces(self, known: _Known) -> int:
        """Standard modules' paths hide token ids; those of custom modules and the notes may say more."""
        newest, word = await self._newest_trace(), re.compile(known.pattern)
        erased = 0
        for first in range(await self._oldest_trace(), newest + 1, _LEGS_AT_ONCE):
            here = {"_id": {"$gte": first, "$lt": first + _LEGS_AT_ONCE}, **_says(known.pattern)}
            erased += await self._hide(here, word)
        return erased

    @answering()
    async def _hide(self, here: Document, word: re.Pattern[str]) -> int:
        """Hide the words of the legs that name the driver, one by one: others of the same document say nothing of them."""
        found = await self._database[TRACES].find(here, {"legs": 1}).to_list(None)
        legs = [
            (one["_id"], nth)
            for one in found
            for nth, row in enumerate(one["legs"])
            if any(word.search(row[ROW[name]]) for name in _WORDS)
        ]
        hidden = [
            UpdateOne({"_id": key}, {"$set": {f"legs.{nth}.{ROW[name]}": _HIDDEN for name in _WORDS}})
            for key, nth in legs
        ]
        if hidden:
            await self._database[TRACES].bulk_write(hidden, ordered=False)
        return len(hidden)

    @answering()
    async def _newest_trace(self) -> int:
        found = await self._database[TRACES].find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return int(found["_id"]) if found else 0

    @answering()
    async def _oldest_trace(self) -> int:
        found = await self._database[TRACES].find_one({}, {"_id": 1}, sort=[("_id", 1)])
        return int(found["_id"]) if found else 1

    async def _change(self, name: str, matching: Document, change: Callable[[Document], Document | None]) -> int:
        """Give each document what `change` says, unless somebody else changed it meanwhile: then that is looked at again."""
        changed, again = 0, True
        while again:
            again = False
            async for documents in self._batches(name, matching, None):
                updates = [(one, update) for one in documents if (update := change(one))]
                done = await self._write(name, [UpdateOne(_as_read(one), update) for one, update in updates])
                changed += done
                again = again or done < len(updates)
        return changed

    async def _batches(
        self, name: str, matching: Document, fields: Mapping[str, int] | None
    ) -> AsyncIterator[list[Document]]:
        """Documents by key, some at a time; what is inserted meanwhile may be missed."""
        after: Any = None
        while documents := await self._batch(name, matching, fields, after):
            yield documents
            after = documents[-1]["_id"]

    @answering()
    async def _batch(
        self, name: str, matching: Document, fields: Mapping[str, int] | None, after: Any
    ) -> list[Document]:
        here = matching if after is None else {**matching, "_id": {"$gt": after}}
        return await self._database[name].find(here, fields).sort("_id", 1).limit(_AT_ONCE).to_list(None)

    @answering()
    async def _write(self, name: str, writes: list[Any]) -> int:
        if not writes:
            return 0
        collection: Collection = self._database[name]
        done = await collection.bulk_write(writes, ordered=False)
        return done.modified_count + done.deleted_count

    @answering()
    async def _update(self, name: str, here: Document, update: Document) -> int:
        return (await self._database[name].update_many(here, update)).modified_count

    @answering()
    async def _delete(self, name: str, here: Document) -> int:
        return (await self._database[name].delete_many(here)).deleted_count


def _says(pattern: str) -> Document:
    """Documents of traces with a leg whose words fit."""
    fits = [{"$regexMatch": {"input": {"$arrayElemAt": ["$$leg", ROW[name]]}, "regex": pattern}} for name in _WORDS]
    return {"$expr": {"$anyElementTrue": {"$map": {"input": "$legs", "as": "leg", "in": {"$or": fits}}}}}


def _is_of(token: Mapping[str, Any], subject: Subject) -> bool:
    pairs = (("uid", subject.uid), ("contract_id", subject.contract_id))
    return any(wanted and fold(str(token.get(name, ""))) == fold(wanted) for name, wanted in pairs)


def _as_read(document: Document) -> Document:
    return {name: document[name] for name in ("_id", "revision") if name in document}


def _without_driver(known: _Known) -> Callable[[Document], Document | None]:
    """A location that only lists of drivers may see: without the driver. Receivers who lack it get it so."""
    names = {fold(text) for text in known.texts} | known.uids

    def change(document: Document) -> Document | None:
        if b"publish_allowed_to" not in document["body"]:
            return None
        location = json_text.loads(document["body"])
        listed = _entries(location.get("publish_allowed_to"))
        kept = [one for one in listed if not names & {fold(str(one.get(name, ""))) for name in _NAMES}]
        if len(kept) == len(listed):
            return None
        body = json_text.dumps({**location, "publish_allowed_to": kept})
        return {"$set": {"body": body}, "$inc": {"revision": 1}}

    return change


def _entries(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, Iterable) else []


def _without_texts(known: _Known) -> Callable[[Document], Document | None]:
    """A report of the contract suite: what is signed of it are the ids of its checks and their verdicts, which stay."""
    pattern = re.compile(known.pattern)

    def change(document: Document) -> Document | None:
        report = zlib.decompress(document["report"]).decode()
        hidden, found = pattern.subn(_HIDDEN, report)
        return {"$set": {"report": zlib.compress(hidden.encode())}} if found else None

    return change
