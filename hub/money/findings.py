"""What a rule found: its name, how bad it is, where it is, and one sentence; for tariffs, for CDRs, for sets of CDRs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "E"
    """Reject or hold the object."""
    WARNING = "W"
    """Hold or flag it, as the partners agreed."""
    INFO = "I"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken at one place of an object."""

    rule: str
    """`T-GAP`, `C-SUM-ENERGY`, `L-DUP`: T is for tariffs, C for a CDR, L for a set of CDRs."""
    severity: Severity
    pointer: str
    """JSON Pointer to the place; empty for the object as a whole."""
    message: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """The case or window that shows it, as JSON with decimal strings."""

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON."""
        said: dict[str, Any] = {
            "rule": self.rule,
            "severity": str(self.severity),
            "pointer": self.pointer,
            "message": self.message,
        }
        return said | {"detail": dict(self.detail)} if self.detail else said


def error(rule: str, pointer: str, message: str, **detail: Any) -> Finding:
    """A finding of severity E."""
    return Finding(rule, Severity.ERROR, pointer, message, detail)


def warning(rule: str, pointer: str, message: str, **detail: Any) -> Finding:
    """A finding of severity W."""
    return Finding(rule, Severity.WARNING, pointer, message, detail)


def info(rule: str, pointer: str, message: str, **detail: Any) -> Finding:
    """A finding of severity I."""
    return Finding(rule, Severity.INFO, pointer, message, detail)
