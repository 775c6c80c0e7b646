"""The classes of the Commands chapter. Source: OCPI 2.2.1, mod_commands."""

from enum import StrEnum
from typing import Annotated

from hub.wire.types import CiString, DateTime, Int, Many, OcpiObject, Url
from modules.shared import DisplayText, Token


class CommandType(StrEnum):
    """Name of a command, as it stands in the path."""

    CANCEL_RESERVATION = "CANCEL_RESERVATION"
    RESERVE_NOW = "RESERVE_NOW"
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"


class CommandResponseType(StrEnum):
    """What the operator says at once."""

    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class CommandResultType(StrEnum):
    """What the charge point says later."""

    ACCEPTED = "ACCEPTED"
    CANCELED_RESERVATION = "CANCELED_RESERVATION"
    EVSE_OCCUPIED = "EVSE_OCCUPIED"
    EVSE_INOPERATIVE = "EVSE_INOPERATIVE"
    FAILED = "FAILED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TIMEOUT = "TIMEOUT"
    UNKNOWN_RESERVATION = "UNKNOWN_RESERVATION"


class CancelReservation(OcpiObject):
    """End a reservation of the sender's."""

    response_url: Url
    reservation_id: Annotated[str, CiString(36)]


class ReserveNow(OcpiObject):
    """Keep an EVSE free for a Token until `expiry_date`."""

    response_url: Url
    token: Token
    expiry_date: DateTime
    reservation_id: Annotated[str, CiString(36)]
    location_id: Annotated[str, CiString(36)]
    evse_uid: Annotated[str, CiString(36)] | None = None
    authorization_reference: Annotated[str, CiString(36)] | None = None


class StartSession(OcpiObject):
    """Start charging with a Token; `evse_uid` is required once `connector_id` is given."""

    response_url: Url
    token: Token
    location_id: Annotated[str, CiString(36)]
    evse_uid: Annotated[str, CiString(36)] | None = None
    connector_id: Annotated[str, CiString(36)] | None = None
    authorization_reference: Annotated[str, CiString(36)] | None = None


class StopSession(OcpiObject):
    """Stop a session."""

    response_url: Url
    session_id: Annotated[str, CiString(36)]


class UnlockConnector(OcpiObject):
    """Release a stuck cable."""

    response_url: Url
    location_id: Annotated[str, CiString(36)]
    evse_uid: Annotated[str, CiString(36)]
    connector_id: Annotated[str, CiString(36)]


class CommandResponse(OcpiObject):
    """The operator's answer at once; `timeout` in seconds is how long the result may take."""

    result: CommandResponseType
    timeout: Int
    message: Many[DisplayText] = ()


class CommandResult(OcpiObject):
    """The charge point's answer, posted to the response_url without an envelope."""

    result: CommandResultType
    message: Many[DisplayText] = ()
