"""Requests that the hub sends: their URL and headers, made from the directory alone. Pure."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from hub.platform import Platform, TokenEncoding
from hub.registry import Directory
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import DELIVERY_ID, MessageIds, RoutingHeaders
from hub.wire.party import Party

JSON = "application/json"
VIA = "Via"


class Outbound(NamedTuple):
    """One request to a partner; `headers` holds its credentials token, so its repr leaves that out."""

    platform_id: str
    method: str
    url: str
    timeout_s: float
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    server_pem: str = ""
    """The only server certificate, or CA, that is trusted for this; empty for the public ones."""

    def __repr__(self) -> str:
        return f"Outbound({self.method} {self.url} of {self.platform_id})"


class Way(NamedTuple):
    """One call out for one message: to whom, where, and what."""

    platform: Platform
    party: Party
    sender: Party
    endpoint_url: str
    """Of the same module and interface at the receiver; empty when unknown."""
    url: str
    body: bytes


def authorization(directory: Directory, platform: Platform) -> str:
    """The Authorization header for this platform, encoded as it wants it (checklist H1.10)."""
    token = directory.credentials_tokens.get(platform.platform_id, "")
    return write_authorization(token, encoded=platform.token_encoding is TokenEncoding.BASE64)


@cache
def via(hub: Party) -> str:
    """This hub's name in the Via header of what it sends; what comes back with it went in a circle (RFC 9110, 7.6.3)."""
    return f"1.1 {hub.country_code}-{hub.party_id}"


def compose(
    directory: Directory,
    platform: Platform,
    *,
    method: str,
    url: str,
    body: bytes,
    timeout_s: float,
    ids: MessageIds,
    routing: RoutingHeaders | None,
    delivery_id: str = "",
) -> Outbound:
    """Make a request that carries only headers of the hub's own making; `routing` None for configuration modules."""
    headers = {"Authorization": authorization(directory, platform), "Accept": JSON, VIA: via(directory.hub)}
    headers |= ids.write()
    if body:
        headers["Content-Type"] = JSON
    if routing:
        headers |= routing.write()
    if delivery_id:
        headers[DELIVERY_ID] = delivery_id
    return Outbound(
        platform_id=platform.platform_id,
        method=method,
        url=url,
        body=body,
        timeout_s=timeout_s,
        headers=headers,
        server_pem=platform.pins.server_pem,
    )


def join(endpoint_url: str, suffix: str, *, slash: bool = False) -> str:
    """Join with exactly one slash; an empty suffix leaves the endpoint URL as the partner wrote it (checklist H2.10).

    With `slash` that one ends with a slash: the partner would redirect there.
    """
    if not suffix.strip("/"):
        return f"{endpoint_url.rstrip('/')}/" if slash else endpoint_url
    return f"{endpoint_url.rstrip('/')}/{suffix.lstrip('/')}"
