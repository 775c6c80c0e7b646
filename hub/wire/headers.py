"""The headers that OCPI gives a meaning to: message ids and routing.

Source: OCPI 2.2.1, transport_and_format, Unique message IDs and Message Routing.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from hub.wire.errors import ClientError, InvalidParameters
from hub.wire.party import Party

REQUEST_ID = "X-Request-ID"
CORRELATION_ID = "X-Correlation-ID"
TO_PARTY = "OCPI-to-party-id"
TO_COUNTRY = "OCPI-to-country-code"
FROM_PARTY = "OCPI-from-party-id"
FROM_COUNTRY = "OCPI-from-country-code"
DELIVERY_ID = "X-Hub-Delivery-Id"
"""This hub's own: the same for every sending of one state of one object to one receiver."""
MAX_ID_CHARS = 128


class ManyHeaders(Protocol):
    """Headers as a server hands them over: case-insensitive, several values a name."""

    def getall(self, key: str, default: list[str], /) -> list[str]:
        """Every value of `key`, in order."""
        ...


class MessageIds(NamedTuple):
    """X-Request-ID and X-Correlation-ID of one leg."""

    request_id: str
    correlation_id: str

    def write(self) -> dict[str, str]:
        """As headers."""
        return {REQUEST_ID: self.request_id, CORRELATION_ID: self.correlation_id}


class RoutingHeaders(NamedTuple):
    """The TO and FROM party of a message; None where both headers are absent."""

    to: Party | None = None
    sender: Party | None = None

    def write(self) -> dict[str, str]:
        """As headers; an absent party writes none."""
        written: dict[str, str] = {}
        if self.to:
            written |= {TO_PARTY: self.to.party_id, TO_COUNTRY: self.to.country_code}
        if self.sender:
            written |= {FROM_PARTY: self.sender.party_id, FROM_COUNTRY: self.sender.country_code}
        return written


def read_id(headers: ManyHeaders, name: str) -> str | None:
    """One id, or None when it is absent, empty, too long or holds what a log line must not hold."""
    value = next(iter(headers.getall(name, [])), "").strip()
    if not value or len(value) > MAX_ID_CHARS or not value.isascii() or not value.isprintable():
        return None
    return value


def read_routing(headers: ManyHeaders) -> RoutingHeaders:
    """Read TO and FROM.

    Raises InvalidParameters (2001) for one of a pair alone, an empty or an impossible value, and ClientError with HTTP 400
    for a header that is there twice: which one counts must not depend on who reads it.
    """
    return RoutingHeaders(
        to=_read_party(headers, TO_COUNTRY, TO_PARTY), sender=_read_party(headers, FROM_COUNTRY, FROM_PARTY)
    )


def _read_party(headers: ManyHeaders, country_name: str, party_name: str) -> Party | None:
    country = _single(headers, country_name)
    party = _single(headers, party_name)
    if country is None and party is None:
        return None
    if not country or not party:
        missing = party_name if country else country_name
        raise InvalidParameters(f"{missing} is missing or empty: send both {country_name} and {party_name}, or neither")
    try:
        return Party.of(country, party)
    except ValueError as error:
        raise InvalidParameters(f"{country_name} and {party_name} name no party: {error}") from None


def _single(headers: ManyHeaders, name: str) -> str | None:
    values = headers.getall(name, [])
    if len(values) > 1:
        raise ClientError(f"{name} is there {len(values)} times: send it once", http_status=400)
    return values[0].strip() if values else None


def joined(headers: Mapping[str, str], name: str) -> str:
    """Every value of a header that may come several times (Link), as the one list that they are."""
    return ", ".join(value for key, value in headers.items() if key.lower() == name.lower())


def first(headers: Mapping[str, str], name: str) -> str:
    """A header of an answer by any case of its name; empty when absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")
