"""Errors of the hub's other rooms as refusals of the admin API."""

from collections.abc import Callable
from typing import Any

from hub.admin import views
from hub.admin.errors import AdminError, Clash, PartnerFailed, Unavailable, Unknown
from hub.money.clearing.entry import WrongMove
from hub.partners import problems
from hub.store.protocols import Conflict, StoreUnavailable

_REFUSALS: tuple[tuple[type[Exception], Callable[[Any], AdminError]], ...] = (
    (AdminError, lambda refused: refused),
    (problems.UnknownPartner, lambda error: Unknown(str(error), "hubctl partner list", code="unknown_partner")),
    (problems.NotPossible, lambda error: Clash(str(error))),
    (WrongMove, lambda error: Clash(str(error), code="wrong_move")),
    (Conflict, lambda error: Clash(str(error))),
    (
        problems.PartnerFailed,
        lambda error: PartnerFailed(str(error), details={"steps": [views.step(one) for one in error.steps]}),
    ),
    (StoreUnavailable, lambda error: Unavailable(str(error), "hubctl doctor")),
)


def as_refusal(error: Exception) -> AdminError | None:
    """What the caller is told; None for a fault that nobody foresaw."""
    return next((make(error) for kind, make in _REFUSALS if isinstance(error, kind)), None)
