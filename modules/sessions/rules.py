"""Where a Session belongs, and whom it concerns. Source: OCPI 2.2.1, mod_sessions."""

from hub.wire.interface import ByIndex, ByParty, Call, Exchange, Learned, Observed, OpenKey, SignKind, fold
from hub.wire.party import Party, Role
from modules.content import party, text
from modules.owned import id_fits_path, owned_key, path_owner

_SHOWN = {
    "ACTIVE": SignKind.SESSION_ACTIVE,
    "COMPLETED": SignKind.SESSION_ENDED,
    "INVALID": SignKind.SESSION_ENDED,
}
"""PENDING and RESERVATION show nothing of the EVSE."""

check_session = id_fits_path("id", "session_id")


def open_key_of_put(call: Call) -> OpenKey | None:
    """A whole Session goes to the eMSP of its token; 2.2 names none, so there the token index knows."""
    emsp = party(call.body, "cdr_token")
    if emsp is not None:
        return ByParty(emsp, Role.EMSP)
    uid, kind = text(call.body, "cdr_token", "uid"), text(call.body, "cdr_token", "type")
    return ByIndex("token", fold(f"{kind}/{uid}")) if uid and kind else None


def open_key_of_patch(call: Call) -> OpenKey | None:
    """A part of a Session goes where the whole of it went."""
    return ByIndex("session-emsp", owned_key(call.sender, call.path["session_id"]))


def open_key_of_preferences(call: Call) -> OpenKey | None:
    """Charging preferences go to the operator of the session."""
    return ByIndex("session", fold(call.path["session_id"]))


def learn(call: Call, receiver: Party) -> list[Learned]:
    """A Session teaches who its operator is and, when whole, who its eMSP is."""
    owner, session_id = path_owner(call), call.path["session_id"]
    if owner is None:
        return []
    learned = [Learned("session", fold(session_id), owner)]
    if call.method == "PUT":
        emsp = party(call.body, "cdr_token") or receiver
        learned.append(Learned("session-emsp", owned_key(owner, session_id), emsp))
    return learned


def observe(exchange: Exchange) -> list[Observed]:
    """A Session shows that its EVSE is in use, or not any more; a part of one without a status, that it goes on."""
    call = exchange.call
    owner, status = path_owner(call), text(call.body, "status")
    if owner is None or (status is not None and status not in _SHOWN) or (status is None and call.method == "PUT"):
        return []
    return [
        Observed(
            owner=owner,
            kind=_SHOWN[status] if status else None,
            location_id=fold(text(call.body, "location_id") or ""),
            evse_uid=fold(text(call.body, "evse_uid") or ""),
            session_id=fold(call.path["session_id"]),
        )
    ]
