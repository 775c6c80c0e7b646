"""The chapters of the specification that this hub speaks, each as data."""

from hub.wire.interface import Module
from modules import (
    cdrs,
    chargingprofiles,
    commands,
    credentials,
    hubclientinfo,
    locations,
    sessions,
    tariffs,
    tokens,
    versions,
)

ALL: tuple[Module, ...] = (
    versions.MODULE,
    credentials.MODULE,
    locations.MODULE,
    sessions.MODULE,
    cdrs.MODULE,
    tariffs.MODULE,
    tokens.MODULE,
    commands.MODULE,
    chargingprofiles.MODULE,
    hubclientinfo.MODULE,
)
"""In the order of the specification's chapters."""
