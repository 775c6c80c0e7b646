"""What is kept of how well a platform does: runs of the contract suite, and what its carried messages broke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.wire.interface import ModuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One run of the contract suite against one side of one platform."""

    run_id: str
    platform_id: str
    side: str
    mode: str
    """`observe` or `exercise`."""
    judged_at: datetime
    suite_version: str
    report: bytes
    """The whole report as JSON, packed by zlib."""
    verdicts: Mapping[ModuleId, bytes]
    """The signed verdict on each module that was judged (hub.verdicts)."""


class VerificationStore(Protocol):
    """Runs of the contract suite; kept for 400 days."""

    async def put(self, verification: Verification) -> None: ...

    async def latest(self, platform_id: str, *, limit: int = 20) -> list[Verification]:
        """The newest first."""
        ...

    async def get(self, run_id: str) -> Verification | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule that carried messages of a platform broke, and how often."""

    platform_id: str
    rule: str
    """Module, and where in the body, with `*` for numbers: `locations /evses/*/status: …`."""
    count: int
    last_at: datetime
    correlation_id: str
    """Of the last of these messages."""


class FaultStore(Protocol):
    """What checking carried messages found; a rule that nobody broke for 30 days is forgotten."""

    async def add(self, faults: Sequence[Fault]) -> None:
        """Count these in."""
        ...

    async def of(self, platform_id: str, *, limit: int = 50) -> list[Fault]:
        """The most frequent first."""
        ...
