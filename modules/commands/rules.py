"""What the shape of a command cannot say: whose token it is, and where it goes. Source: OCPI 2.2.1, mod_commands."""

from hub.wire.interface import ByIndex, Call, Exchange, Learned, Observed, OpenKey, Problem, SignKind, fold
from hub.wire.party import Party
from modules.content import member, text
from modules.owned import foreign_owner

_FAILED = frozenset({"EVSE_OCCUPIED", "EVSE_INOPERATIVE", "FAILED", "REJECTED", "TIMEOUT"})
"""Results of a START_SESSION that say something of the EVSE."""
_ABOUT = "START_SESSION"
_BETWEEN = "\n"
"""Stands in no identifier."""


def own_token(call: Call) -> list[Problem]:
    """An eMSP uses only Tokens that it owns."""
    return foreign_owner(member(call.body, "token"), call.sender, "/token")


def check_start_session(call: Call) -> list[Problem]:
    """A connector is one of an EVSE, so that must be named too."""
    if text(call.body, "connector_id") and not text(call.body, "evse_uid"):
        return [Problem("/evse_uid", "is required when connector_id is set")]
    return []


def by_location(call: Call) -> OpenKey | None:
    """The operator of the location in the body."""
    location_id = text(call.body, "location_id")
    return ByIndex("location", fold(location_id)) if location_id else None


def by_session(call: Call) -> OpenKey | None:
    """The operator of the session in the body."""
    session_id = text(call.body, "session_id")
    return ByIndex("session", fold(session_id)) if session_id else None


def by_reservation(call: Call) -> OpenKey | None:
    """The operator that the sender made this reservation with."""
    reservation_id = text(call.body, "reservation_id")
    return ByIndex("reservation", fold(reservation_id), scope=call.sender) if reservation_id else None


def learn_reservation(call: Call, receiver: Party) -> list[Learned]:
    """A reservation is the sender's, with the operator that it went to."""
    reservation_id = text(call.body, "reservation_id")
    return [Learned("reservation", fold(reservation_id), receiver, scope=call.sender)] if reservation_id else []


def about_start(call: Call, receiver: Party) -> str:
    """The EVSE that a START_SESSION names, for its result, which names none; empty when it leaves the EVSE open."""
    location_id, evse_uid = text(call.body, "location_id"), text(call.body, "evse_uid")
    if not location_id or not evse_uid:
        return ""
    return _BETWEEN.join((_ABOUT, str(receiver), fold(location_id), fold(evse_uid)))


def observe_start(exchange: Exchange) -> list[Observed]:
    """A START_SESSION that the operator refuses, or does not answer in time, did not start."""
    if exchange.reply is not None and text(exchange.reply, "result") != "REJECTED":
        return []
    return _start_failed(about_start(exchange.call, exchange.receiver))


def observe_result(exchange: Exchange) -> list[Observed]:
    """The result that the charge point gave to a START_SESSION."""
    return _start_failed(exchange.about) if text(exchange.call.body, "result") in _FAILED else []


def _start_failed(about: str) -> list[Observed]:
    command, *names = about.split(_BETWEEN)
    if command != _ABOUT or len(names) != 3:
        return []
    owner, location_id, evse_uid = names
    return [Observed(owner=Party.parse(owner), kind=SignKind.START_FAILED, location_id=location_id, evse_uid=evse_uid)]
