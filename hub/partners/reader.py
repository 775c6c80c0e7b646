"""Reads what a partner offers: its versions, and the endpoints of one of them. Everything in it is hostile.

Source: OCPI 2.2.1, version_information_endpoint; checklist H2.21 to H2.24, H4.03.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

from hub.delivery.addresses import AddressRefused, check_url
from hub.delivery.answer import Failure
from hub.partners.calls import Access, Heard, Journey, Unanswered
from hub.platform import TokenEncoding
from hub.wire.errors import MissingEndpoints, UnableToUseClientApi, UnsupportedVersion
from hub.wire.interface import Interface, Json, ModuleId, Version
from hub.wire.types import validate
from modules.versions.objects import EndpointInfo, VersionDetails, VersionInfo

CREDENTIALS = ModuleId("credentials")
Endpoints = dict[tuple[ModuleId, Interface], str]

_TRIES = 2
_BETWEEN_TRIES_S = 0.2
_ENDPOINTS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What a partner offers in one version."""

    version: Version
    endpoints: Endpoints
    """The credentials endpoint is under SENDER whatever the partner wrote (checklist H2.06)."""
    encoding: TokenEncoding
    """How the partner takes our token."""


class Reader:
    """Reads versions and details; a read, and nothing else, may be tried a second time."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    def check(self, pointer: str, url: str) -> None:
        """Raise UnableToUseClientApi (3001) that names the field unless the hub may call this URL (decision D4)."""
        try:
            check_url(url, self._allow_private)
        except AddressRefused as refused:
            raise UnableToUseClientApi(f"{pointer}: {refused}") from None

    async def discover(
        self, journey: Journey, access: Access, versions_url: str, wanted: Sequence[Version]
    ) -> Discovered:
        """GET the versions, take the first of `wanted` that is offered, and GET its details.

        Raises UnableToUseClientApi (3001), UnsupportedVersion (3002) or MissingEndpoints (3003).
        """
        self.check("/url", versions_url)
        heard = await self._read(journey, "versions", versions_url, access)
        offered = _read_versions(heard.said.data if heard.said else None)
        journey.note(", ".join(offered))
        version = next((one for one in wanted if one.value in offered), None)
        if version is None:
            asked = " or ".join(wanted)
            raise UnsupportedVersion(f"versions: offers {', '.join(offered) or 'nothing'}, and not {asked}")
        details_url = offered[version.value]
        self.check("versions: /url", details_url)
        heard = await self._read(journey, f"{version} details", details_url, heard.access)
        endpoints = self._read_endpoints(heard.said.data if heard.said else None)
        journey.note(_summary(endpoints))
        if (CREDENTIALS, Interface.SENDER) not in endpoints:
            raise MissingEndpoints("version details: no credentials endpoint, which OCPI requires of everyone")
        return Discovered(version=version, endpoints=endpoints, encoding=heard.access.encoding)

    async def _read(self, journey: Journey, what: str, url: str, access: Access) -> Heard:
        try:
            async for attempt in _retrying():
                with attempt:
                    heard = await journey.call("GET", what, url, access)
        except Unanswered as failed:
            raise UnableToUseClientApi(str(failed)) from None
        if not heard.succeeded:
            raise UnableToUseClientApi(f"GET {what} at {heard.step.host}: {heard.complaint}")
        return heard

    def _read_endpoints(self, details: Json) -> Endpoints:
        if not isinstance(details, dict) or not isinstance(details.get("endpoints"), list):
            problem = validate(VersionDetails, details)[0]
            raise UnableToUseClientApi(f"version details: {problem}")
        endpoints: Endpoints = {}
        for index, listed in enumerate(details["endpoints"][:_ENDPOINTS_MAX]):
            value = _without_credentials_role(listed)
            if problems := validate(EndpointInfo, value):
                structlog.get_logger().warning("endpoint_ignored", index=index, problem=str(problems[0]))
                continue
            one = EndpointInfo.model_validate(value)
            self.check(f"version details: /endpoints/{index}/url", one.url)
            endpoints.setdefault((ModuleId(one.identifier), one.role), one.url)
        return endpoints


def _read_versions(value: Json) -> dict[str, str]:
    """Version -> URL of its details, in the partner's order."""
    if not isinstance(value, list):
        raise UnableToUseClientApi("versions: data is not a list")
    offered: dict[str, str] = {}
    for index, item in enumerate(value[:_ENDPOINTS_MAX]):
        if problems := validate(VersionInfo, item):
            raise UnableToUseClientApi(f"versions: /{index}{problems[0]}")
        one = VersionInfo.model_validate(item)
        offered.setdefault(one.version, one.url)
    return offered


def _summary(endpoints: Endpoints) -> str:
    """`3 endpoints (credentials S, locations S, tokens R)`."""
    offered = sorted(f"{module} {interface[0]}" for module, interface in endpoints)
    return f"{len(endpoints)} endpoints ({', '.join(offered)})"


def _without_credentials_role(endpoint: Json) -> Json:
    """The role of a credentials endpoint means nothing: "disregard the value of the role property"."""
    if isinstance(endpoint, dict) and endpoint.get("identifier") == CREDENTIALS:
        return {**endpoint, "role": Interface.SENDER}
    return endpoint


def _retrying() -> AsyncRetrying:
    return AsyncRetrying(
        stop=stop_after_attempt(_TRIES),
        wait=wait_fixed(_BETWEEN_TRIES_S),
        retry=retry_if_exception(_never_arrived),
        reraise=True,
    )


def _never_arrived(error: BaseException) -> bool:
    return isinstance(error, Unanswered) and error.failed.failure is Failure.NOT_CONNECTED
