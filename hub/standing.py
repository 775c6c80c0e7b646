"""Where a platform stands with the contract suite, for one side of one module: what it may do, and since when. Pure.

UNVERIFIED ──red──> SANDBOX ──green──> VERIFIED ──red, or too old──> DEGRADED ──14 days──> BLOCKED
    └──────────────green──────────────────┘ └────────────green────────────┴───────green──────┘
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.wire.interface import Interface, Module, ModuleId
from hub.wire.party import Role


class State(StrEnum):
    """What the verdicts so far say of one side of one module."""

    UNVERIFIED = "UNVERIFIED"
    """Never judged."""
    SANDBOX = "SANDBOX"
    """Judged, and never yet without a failed blocker."""
    VERIFIED = "VERIFIED"
    DEGRADED = "DEGRADED"
    """It was VERIFIED; since then a blocker failed, or nobody judged it for too long. It has time to mend that."""
    BLOCKED = "BLOCKED"
    """That time is over."""


class Require(StrEnum):
    """What the hub makes of a module that is not verified."""

    OFF = "off"
    """Nothing, and it judges nobody by itself."""
    WARN = "warn"
    """It is traced and shown."""
    ENFORCE = "enforce"
    """It carries no live traffic."""


class Side(StrEnum):
    """The two sides of a module, as the contract suite knows them: operators' and providers'."""

    CPO = "CPO"
    EMSP = "EMSP"


_OPERATORS = frozenset({Role.CPO, Role.NAP})
_CARRY = frozenset({State.VERIFIED, State.DEGRADED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One side of one module of one platform."""

    side: Side
    module: ModuleId
    state: State = State.UNVERIFIED
    judged_at: datetime
    expires_at: datetime
    """The last verdict counts until then."""
    suite_version: str
    mode: str = "observe"
    """`exercise` once it was judged so: then what must be judged anew is, too; the nightly runs only read."""
    failed_blockers: tuple[str, ...] = ()
    """Ids of the checks; empty for a green verdict."""
    failing_since: datetime | None = None
    """Since it is DEGRADED."""
    override_until: datetime | None = None
    """An operator lets it carry traffic until then, whatever the verdict."""
    override_reason: str = ""


def judged(
    before: Standing | None,
    *,
    side: Side,
    module: ModuleId,
    failed_blockers: tuple[str, ...],
    suite_version: str,
    mode: str,
    now: datetime,
    valid: timedelta,
) -> Standing:
    """The standing after a verdict."""
    state = State.VERIFIED if not failed_blockers else _after_red(before)
    return Standing(
        side=side,
        module=module,
        state=state,
        judged_at=now,
        expires_at=now + valid,
        suite_version=suite_version,
        mode="exercise" if "exercise" in {mode, before.mode if before else ""} else mode,
        failed_blockers=failed_blockers,
        failing_since=((before.failing_since if before else None) or now) if state is State.DEGRADED else None,
        override_until=before.override_until if before else None,
        override_reason=before.override_reason if before else "",
    )


def aged(standing: Standing, now: datetime, grace: timedelta) -> Standing:
    """The standing at this instant: verdicts get old, grace and overrides end."""
    if standing.override_until is not None and standing.override_until <= now:
        standing = replace(standing, override_until=None, override_reason="")
    if standing.state is State.VERIFIED and standing.expires_at <= now:
        standing = replace(standing, state=State.DEGRADED, failing_since=standing.expires_at)
    if standing.state is State.DEGRADED and (standing.failing_since or now) + grace <= now:
        return replace(standing, state=State.BLOCKED)
    return standing


def carries(standing: Standing | None) -> bool:
    """Live traffic may pass, where verdicts are enforced."""
    return standing is not None and (standing.state in _CARRY or standing.override_until is not None)


def worrying(standing: Standing | None) -> bool:
    """It would carry nothing if verdicts were enforced, and that is no mere lack of a verdict."""
    return standing is not None and standing.state in {State.SANDBOX, State.BLOCKED}


def side_of(role: Role) -> Side:
    """The side of a role; those that the suite does not name are judged as what they do."""
    return Side.CPO if role in _OPERATORS else Side.EMSP


def side_serving(module: Module, interface: Interface) -> Side:
    """Which side is called at this interface."""
    return side_of(module.roles(interface)[0])


def complaint(standing: Standing | None) -> str:
    """Why it carries nothing, in words: which checks fail."""
    if standing is None or standing.state is State.UNVERIFIED:
        return "was never verified"
    if standing.failed_blockers:
        return f"is {standing.state}: {', '.join(standing.failed_blockers[:5])} failed"
    return f"is {standing.state}: its last verdict is of {standing.judged_at:%Y-%m-%d}"


def _after_red(before: Standing | None) -> State:
    if before is None or before.state in {State.UNVERIFIED, State.SANDBOX}:
        return State.SANDBOX
    return State.BLOCKED if before.state is State.BLOCKED else State.DEGRADED
