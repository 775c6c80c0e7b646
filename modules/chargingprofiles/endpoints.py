"""The endpoints of the Charging Profiles chapter. Source: OCPI 2.2.1, mod_charging_profiles."""

from hub.wire.interface import Endpoint, Interface, ResponseUrl, Routing, TimeoutClass
from modules.chargingprofiles.objects import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfileResponse,
    SetChargingProfile,
)
from modules.chargingprofiles.rules import by_profile, by_session, learn_profile

_SESSION = ("session_id",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        reply=ChargingProfileResponse,
        required_query=("duration", "response_url"),
        response_url=ResponseUrl.QUERY,
        timeout=TimeoutClass.COMMAND,
        open_key=by_session,
    ),
    Endpoint(
        method="PUT",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        body=SetChargingProfile,
        reply=ChargingProfileResponse,
        response_url=ResponseUrl.BODY,
        timeout=TimeoutClass.COMMAND,
        open_key=by_session,
        learn=learn_profile,
    ),
    Endpoint(
        method="DELETE",
        interface=Interface.RECEIVER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        reply=ChargingProfileResponse,
        required_query=("response_url",),
        response_url=ResponseUrl.QUERY,
        timeout=TimeoutClass.COMMAND,
        open_key=by_session,
    ),
    Endpoint(
        method="POST",
        interface=Interface.SENDER,
        path=("opaque",),
        routing=Routing.CALLBACK,
        body=ActiveChargingProfileResult,
        timeout=TimeoutClass.COMMAND,
        bare_body=True,
    ),
    Endpoint(
        method="PUT",
        interface=Interface.SENDER,
        path=_SESSION,
        routing=Routing.PRIVATE,
        body=ActiveChargingProfile,
        timeout=TimeoutClass.COMMAND,
        open_key=by_profile,
    ),
)
