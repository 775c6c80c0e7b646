"""The classes of the version endpoints; identifiers and version numbers of strangers are read, not judged.

Source: OCPI 2.2.1, version_information_endpoint.
"""

from typing import Annotated

from hub.wire.interface import Interface
from hub.wire.types import CiString, OcpiObject, Some, Url


class VersionInfo(OcpiObject):
    """A version that a platform speaks, and where its details are."""

    version: Annotated[str, CiString(16, min_length=1)]
    url: Url


class EndpointInfo(OcpiObject):
    """Where one interface of a module is; custom modules have identifiers of their own."""

    identifier: Annotated[str, CiString(36, min_length=1)]
    role: Interface
    url: Url


class VersionDetails(OcpiObject):
    """The endpoints of one version."""

    version: Annotated[str, CiString(16, min_length=1)]
    endpoints: Some[EndpointInfo]
