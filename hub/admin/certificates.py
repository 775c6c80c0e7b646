"""Certificates agreed on with one partner, over the admin API: what it shows when it calls, and when it is called."""

from dataclasses import asdict, replace
from typing import Annotated

from pydantic import Field

from hub.admin.errors import BadRequest, Clash
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.platform import Pins, Platform
from hub.tls import Certificate, CertificateUnusable, read_certificates

_Pem = Annotated[str, Field(max_length=16_384)]


class Pin(Asked):
    """Certificates in PEM; what is not given stays, and an empty text takes it away."""

    client: _Pem | None = None
    """The only one with which the partner may call the hub."""
    server: _Pem | None = None
    """The partner's own, or its CA: the only one that the hub trusts when it calls."""


async def _show(call: AdminCall[Nothing]) -> Json:
    return _view(call.office.partners.find(call.path["name"]))


async def _pin(call: AdminCall[Pin]) -> Json:
    asked, office = call.asked, call.office
    platform = office.partners.find(call.path["name"])
    if asked.client and not office.settings.listens_with_tls:
        raise Clash(
            "This hub does not end TLS itself, so that it sees no certificate of a caller.",
            "set HUB_TLS_CERTIFICATE_FILE and HUB_TLS_KEY_FILE, or let the proxy check it",
            code="no_tls",
        )
    client = _read("client", asked.client)
    _read("server", asked.server)
    if len(client) > 1:
        raise BadRequest("client: give the partner's own certificate alone, without the chain")

    def edit(current: Platform) -> Platform:
        pins = current.pins
        if asked.client is not None:
            fingerprint = client[0].fingerprint if client else ""
            pins = replace(pins, client_pem=asked.client, client_fingerprint=fingerprint)
        if asked.server is not None:
            pins = replace(pins, server_pem=asked.server)
        return replace(current, pins=pins)

    return _view(await office.partners.amend(platform.platform_id, edit))


def _read(field: str, pem: str | None) -> list[Certificate]:
    if not pem:
        return []
    try:
        return read_certificates(pem)
    except CertificateUnusable as unusable:
        raise BadRequest(f"{field}: {unusable}") from None


def _view(platform: Platform) -> Json:
    pins: Pins = platform.pins
    return {
        "name": platform.name,
        "client": [asdict(one) for one in _read("client", pins.client_pem)],
        "server": [asdict(one) for one in _read("server", pins.server_pem)],
    }


ROUTES = (
    AdminRoute(
        method="GET",
        path="/partners/{name}/certificates",
        act=_show,
        asks=Nothing,
        summary="Certificates that were agreed on with a partner.",
    ),
    AdminRoute(
        method="PUT",
        path="/partners/{name}/certificates",
        act=_pin,
        asks=Pin,
        summary="Take only this certificate from a partner, or trust only this one when calling it.",
    ),
)
