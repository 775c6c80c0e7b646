"""Where charging profiles go, and back. Source: OCPI 2.2.1, mod_charging_profiles."""

from hub.wire.interface import ByIndex, Call, Learned, OpenKey, fold
from hub.wire.party import Party
from modules.owned import owned_key


def by_session(call: Call) -> OpenKey | None:
    """A request about a profile goes to the operator of the session."""
    return ByIndex("session", fold(call.path["session_id"]))


def by_profile(call: Call) -> OpenKey | None:
    """An updated profile goes to whoever set one for this session at the sender."""
    return ByIndex("charging-profile", owned_key(call.sender, call.path["session_id"]))


def learn_profile(call: Call, receiver: Party) -> list[Learned]:
    """Who sets a profile is who may be told of its changes."""
    return [Learned("charging-profile", owned_key(receiver, call.path["session_id"]), call.sender)]
