"""The endpoints of the Sessions chapter. Source: OCPI 2.2.1, mod_sessions, Interfaces and endpoints."""

from hub.wire.interface import Endpoint, Interface, Routing
from modules.owned import OWNER, own_path, own_path_and_body
from modules.sessions import rules
from modules.sessions.objects import ChargingPreferences, ChargingPreferencesResponse, Session
from modules.shared import PAGING

_SESSION = (*OWNER, "session_id")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="GET",
        interface=Interface.SENDER,
        routing=Routing.LIST,
        reply=Session,
        required_query=PAGING[:1],
        optional_query=PAGING[1:],
    ),
    Endpoint(
        method="PUT",
        interface=Interface.SENDER,
        path=("session_id", "=charging_preferences"),
        routing=Routing.PRIVATE,
        body=ChargingPreferences,
        reply=ChargingPreferencesResponse,
        open_key=rules.open_key_of_preferences,
    ),
    Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        reply=Session,
        must=own_path,
    ),
    Endpoint(
        method="PUT",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        body=Session,
        check=rules.check_session,
        must=own_path_and_body,
        open_key=rules.open_key_of_put,
        learn=rules.learn,
        observe=rules.observe,
    ),
    Endpoint(
        method="PATCH",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        body=Session,
        check=rules.check_session,
        must=own_path_and_body,
        open_key=rules.open_key_of_patch,
        learn=rules.learn,
        observe=rules.observe,
    ),
)
