"""What the shape of a command cannot say: whose token it is, and where it goes. Source: OCPI 2.2.1, mod_commands."""

from hub.wire.interface import ByIndex, Call, Learned, OpenKey, Problem, fold
from hub.wire.party import Party
from modules.content import member, text
from modules.owned import foreign_owner


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
