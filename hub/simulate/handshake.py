"""The calls of the handshake that a simulated platform makes: find versions and endpoints, exchange credentials.

Source: OCPI 2.2.1, version_information_endpoint and credentials.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.simulate.messages import Answer
from hub.simulate.partner import Partner
from hub.wire.interface import Interface, Version
from hub.wire.party import Party, PartyRole, Role

Endpoints = Mapping[tuple[str, Interface], str]
"""Endpoint URL by module and interface."""


class HandshakeFailed(Exception):
    """The other side could not be registered with; the message says at which step and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side as the handshake showed it; behind a hub, everyone is reached through this one."""

    versions_url: str
    credentials_url: str
    endpoints: Endpoints
    roles: tuple[PartyRole, ...] = ()

    @property
    def party(self) -> Party:
        """The hub's own party, or the first one of a peer without role HUB."""
        hubs = [known.party for known in self.roles if known.role is Role.HUB]
        return hubs[0] if hubs else self.roles[0].party

    def endpoint(self, module: str, interface: Interface) -> str:
        """The URL of an endpoint without a trailing slash; raises LookupError when the other side has none."""
        try:
            return self.endpoints[module, interface].rstrip("/")
        except KeyError:
            raise LookupError(f"the other side has no {module} {interface} endpoint") from None


def new_credentials_token() -> str:
    """Make a credentials token: 43 characters, printable and without spaces. Source: credentials object, token."""
    return secrets.token_urlsafe(32)


def credentials_object(token: str, versions_url: str, name: str, roles: Sequence[PartyRole]) -> dict[str, Any]:
    """Write a Credentials object."""
    listed = [
        {
            "role": known.role,
            "business_details": {"name": name},
            "party_id": known.party.party_id,
            "country_code": known.party.country_code,
        }
        for known in roles
    ]
    return {"token": token, "url": versions_url, "roles": listed}


async def discover(partner: Partner, versions_url: str, token: str, version: Version) -> Peer:
    """GET versions and the details of `version`; raises HandshakeFailed when it is not offered or lacks credentials."""
    offered = _data(await partner.call("GET", versions_url, token=token), "versions")
    details_url = next((item["url"] for item in offered if item["version"] == version), None)
    if details_url is None:
        raise HandshakeFailed(f"the other side does not offer OCPI {version}")
    details = _data(await partner.call("GET", details_url, token=token), "version details")
    endpoints = {(item["identifier"], Interface(item["role"])): str(item["url"]) for item in details["endpoints"]}
    credentials = [url for (module, _), url in endpoints.items() if module == "credentials"]
    if not credentials:
        raise HandshakeFailed("the other side has no credentials endpoint")
    return Peer(versions_url=versions_url, credentials_url=credentials[0], endpoints=endpoints)


async def exchange(partner: Partner, method: str, url: str, token: str, own: dict[str, Any]) -> dict[str, Any]:
    """POST or PUT `own` credentials and return those of the other side; raises HandshakeFailed when it refuses."""
    received = _data(await partner.call(method, url, own, token=token), f"{method} credentials")
    return dict(received)


def read_roles(credentials: Mapping[str, Any]) -> tuple[PartyRole, ...]:
    """The parties that a Credentials object lists; raises ValueError or KeyError when it is not one."""
    roles = tuple(
        PartyRole(party=Party.of(item["country_code"], item["party_id"]), role=Role(item["role"]))
        for item in credentials["roles"]
    )
    if not roles:
        raise ValueError("roles is empty")
    return roles


def _data(answer: Answer, step: str) -> Any:
    try:
        envelope = answer.json
    except ValueError:
        raise HandshakeFailed(f"{step}: HTTP {answer.status} without an OCPI envelope") from None
    if answer.status >= 300 or envelope.get("status_code") != 1000:
        said = envelope.get("status_message", "")
        raise HandshakeFailed(f"{step}: HTTP {answer.status}, OCPI {envelope.get('status_code')}: {said}")
    return envelope.get("data")
