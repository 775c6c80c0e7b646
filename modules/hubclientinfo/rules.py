"""What the shape of a ClientInfo cannot say. Source: OCPI 2.2.1, mod_hub_client_info."""

from hub.wire.interface import Call, Problem
from modules.owned import OWNER, body_fits_path


def check_client_info(call: Call) -> list[Problem]:
    """The path names the party that the body reports about."""
    return body_fits_path(call, **dict(zip(OWNER, OWNER, strict=True)))
