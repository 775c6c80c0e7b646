"""The audit log over the admin API: the newest entries, the whole chain, and whether it is whole."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from pydantic import Field

from hub import audit
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing

_AT_ONCE = 500


class Newest(Asked):
    """The newest first."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class Known(Asked):
    """A head that was printed earlier: it must be among the entries."""

    head: Annotated[str, Field(pattern=r"^([0-9]{1,12}:[0-9a-f]{64})?$")] = ""


async def _list(call: AdminCall[Newest]) -> Json:
    found = await call.office.store.audit.newest(2 * call.asked.limit)
    outcomes = {one.act.of: one.act.outcome for one in found if one.act.of}
    return [_view(one, outcomes.get(one.number, "")) for one in found if not one.act.of][: call.asked.limit]


async def _export(call: AdminCall[Nothing]) -> AsyncIterator[Json]:
    return _lines(call.office)


async def _lines(office: AdminServices) -> AsyncIterator[Json]:
    async for entry in _all(office):
        yield orjson.Fragment(audit.write(entry))


async def _verify(call: AdminCall[Known]) -> Json:
    """Follow the chain from its first entry to the number that was promised."""
    office = call.office
    promised = await office.store.audit.promised()
    chain = audit.Chain(await office.signing_keys.document(), call.asked.head)
    try:
        async for entry in _all(office):
            chain.follow(audit.write(entry))
        chain.end(promised)
    except audit.ChainBroken as broken:
        return chain.said() | {"ok": False, "broken_at": broken.number, "why": broken.reason}
    return chain.said() | {"ok": True, "broken_at": None, "why": ""}


async def _all(office: AdminServices) -> AsyncIterator[audit.Entry]:
    after = 0
    while found := await office.store.audit.read(after, _AT_ONCE):
        for entry in found:
            yield entry
        after = found[-1].number


def _view(entry: audit.Entry, outcome: str) -> dict[str, Any]:
    act = entry.act
    return {
        "number": entry.number,
        "at": entry.at,
        "subject": act.subject,
        "action": act.action,
        "target": act.target,
        "words": dict(act.words),
        "outcome": outcome or None,
        "remote": act.remote,
    }


ROUTES = (
    AdminRoute(method="GET", path="/audit", act=_list, asks=Newest, summary="What operators did, the newest first."),
    AdminRoute(
        method="GET",
        path="/audit/export",
        act=_export,
        asks=Nothing,
        streams=True,
        summary="The whole chain, a line for each entry: to be kept elsewhere, and checked there.",
    ),
    AdminRoute(
        method="GET",
        path="/audit/verify",
        act=_verify,
        asks=Known,
        summary="Is the chain whole, and as it was signed.",
    ),
)
