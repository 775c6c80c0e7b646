"""Every write of an operator goes through here: it is in the audit log before it is done, or it is not done.

What came of it is a second entry. One that is missing (the hub was killed, the database went away) means: it may have happened.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel, SecretStr

from hub.admin.refusing import as_refusal
from hub.admin.table import AdminCall, AdminRoute
from hub.audit import Act
from hub.clock import now_utc
from hub.store.protocols import StoreUnavailable

READS = frozenset({"GET", "HEAD"})
_WORD_MAX_CHARS = 200
_BROKEN = 500


@dataclass(slots=True)
class Outcome:
    """Filled while the action runs."""

    http_status: int


@asynccontextmanager
async def audited(call: AdminCall[Any], row: AdminRoute[Any], remote: str) -> AsyncIterator[Outcome]:
    """Write down the action of the block, and then how it ended. Raises StoreUnavailable before anything is done."""
    outcome = Outcome(row.http_status)
    if row.method in READS or row.computes:
        yield outcome
        return
    act = Act(
        subject=call.subject,
        action=f"{row.method} {row.path}",
        target=" ".join(f"{name}={value}" for name, value in call.path.items())[:_WORD_MAX_CHARS],
        words=words_of(call.asked),
        remote=remote,
    )
    begun = await call.office.store.audit.append(act, now_utc(), call.office.secrets)
    try:
        yield outcome
    except Exception as error:
        refused = as_refusal(error)
        outcome.http_status = refused.http_status if refused else _BROKEN
        raise
    finally:
        await _end(call, act, begun.number, outcome)


def words_of(asked: BaseModel) -> dict[str, str]:
    """What was asked for, without what must not be kept: secrets, and whatever else the route's class holds as a secret."""
    given = ((name, getattr(asked, name)) for name in type(asked).model_fields if name in asked.model_fields_set)
    return {name: str(value)[:_WORD_MAX_CHARS] for name, value in given if not isinstance(value, SecretStr)}


async def _end(call: AdminCall[Any], act: Act, number: int, outcome: Outcome) -> None:
    ended = Act(subject=act.subject, action=act.action, target=act.target, of=number, outcome=str(outcome.http_status))
    try:
        await call.office.store.audit.append(ended, now_utc(), call.office.secrets)
    except StoreUnavailable as error:
        structlog.get_logger().error("audit_outcome_lost", entry=number, outcome=ended.outcome, reason=str(error))
