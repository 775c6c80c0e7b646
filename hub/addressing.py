"""Addresses that the hub gives out for a partner's: response_url, CDR Location, next page; kept in the store (checklist 4)."""

from collections.abc import Callable
from datetime import timedelta

from hub.catalog import Errand
from hub.clock import now_utc
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, check_url
from hub.delivery.answer import Answer
from hub.outbound import Way, join
from hub.platform import Platform
from hub.registry import Hosted
from hub.rewriting import (
    PAGE,
    check_host,
    next_page,
    read_query_response_url,
    read_response_url,
    resolve,
    write_query_response_url,
    write_response_url,
)
from hub.store.protocols import MappingStore, UrlMapping
from hub.wire import envelope, paging
from hub.wire.errors import InvalidParameters
from hub.wire.headers import first, joined
from hub.wire.interface import Call, Interface, ResponseUrl, Routing, Version
from hub.wire.message import Message
from hub.wire.types import parse_datetime

LOCATION = "Location"
_KEPT = timedelta(days=7)
"""How long an address for asynchronous results and for pages works; late results are legal (checklist H4.33)."""
_FARTHEST = timedelta(days=3660)
"""Of a reservation's end; partners write the last day of the calendar for "no end"."""


class Addressing:
    """Makes and finds our addresses; each is bound to who gave the original and to the one who may call it."""

    def __init__(
        self, mappings: MappingStore, settings: Settings, opaque: Callable[[], str], derive: Callable[[str], str]
    ) -> None:
        """`opaque()` makes a new name that nobody can guess; `derive(text)` the same one for the same text."""
        self._mappings = mappings
        self._settings = settings
        self._opaque = opaque
        self._derive = derive

    async def find(self, opaque: str) -> UrlMapping | None:
        """What one of our addresses stands for; None when unknown or expired."""
        return await self._mappings.find(opaque)

    async def give_response_url(self, errand: Errand, requester: Platform, target: Hosted) -> tuple[str, bytes]:
        """The query and body with our address for the requester's response_url, which works before anything is sent.

        Raises InvalidParameters (2001) for an address that is missing, or that this hub will not call. Source: H4.31, H4.35.
        """
        message, call = errand.message, errand.call
        assert errand.match is not None
        endpoint = errand.match.endpoint
        in_query = endpoint.response_url is ResponseUrl.QUERY
        theirs = read_query_response_url(message.query) if in_query else read_response_url(message.body)
        if not theirs:
            raise InvalidParameters("response_url is missing or not a string")
        check_host(theirs, requester, "response_url")
        try:
            check_url(theirs, self._settings.allow_private_urls)
        except AddressRefused as refused:
            raise InvalidParameters(f"response_url is refused: {refused}") from None
        now = now_utc()
        mapping = UrlMapping(
            opaque=self._opaque(),
            kind="response_url",
            target_url=theirs,
            module=message.address.module,
            owner_platform_id=message.platform_id,
            owner=call.sender,
            caller_platform_id=target.platform.platform_id,
            caller=target.party,
            created_at=now,
            expires_at=now + _KEPT + _ahead(call),
            about=endpoint.about(call, target.party) if endpoint.about else "",
        )
        await self._mappings.add(mapping)
        suffix = f"{endpoint.name}/{mapping.opaque}" if endpoint.name else mapping.opaque
        ours = join(self._ours(message, Interface.SENDER, target.platform.version), suffix)
        if in_query:
            return write_query_response_url(message.query, ours), message.body
        return message.query, write_response_url(message.body, ours)

    async def rewrite(self, errand: Errand, way: Way, answer: Answer, said: envelope.Envelope) -> dict[str, str]:
        """The Link or Location header of an answer, with our addresses; nothing when it has none."""
        assert errand.match is not None
        if errand.match.endpoint.routing is Routing.LIST:
            following = await self._next(errand.message, way, answer, said)
            return {paging.LINK: paging.write_link(following)} if following else {}
        location = first(answer.headers, LOCATION) if errand.match.endpoint.location_header else ""
        if not (location and said.succeeded):
            return {}
        theirs = resolve(way.url, location)
        if not self._may_call(theirs, way.platform):
            return {}
        # the same CDR posted again is at the same address: the operator may compare
        opaque = self._derive(f"cdr {way.platform.platform_id} {errand.message.platform_id} {theirs}")
        await self._give(errand.message, way, "cdr", theirs, opaque, kept=None)
        return {LOCATION: join(self._ours(errand.message, errand.message.address.interface), opaque)}

    async def _next(self, message: Message, way: Way, answer: Answer, said: envelope.Envelope) -> str | None:
        """Our address of the next page; a Link that cannot be used falls back to offset and X-Total-Count."""
        ours = self._ours(message, message.address.interface)
        if not any(name.lower() == paging.LINK.lower() for name in answer.headers):
            return None
        written = paging.read_link(joined(answer.headers, paging.LINK))
        theirs = resolve(way.url, written) if written else ""
        if theirs:
            stateless = next_page(theirs, way.endpoint_url, ours) if way.endpoint_url else None
            if stateless and stateless != f"{ours}?{message.query}":
                return stateless
            if stateless is None and theirs != way.url and self._may_call(theirs, way.platform):
                opaque = self._opaque()
                await self._give(message, way, "page", theirs, opaque, kept=_KEPT)
                return f"{ours}?{PAGE}={opaque}"
        if PAGE in message.query:
            return None
        query = paging.next_by_count(
            message.query,
            returned=len(said.data) if isinstance(said.data, list) else 0,
            total=first(answer.headers, paging.TOTAL),
            limit=first(answer.headers, paging.LIMIT),
        )
        return f"{ours}?{query}" if query else None

    async def _give(
        self, message: Message, way: Way, kind: str, theirs: str, opaque: str, *, kept: timedelta | None
    ) -> None:
        now = now_utc()
        await self._mappings.add(
            UrlMapping(
                opaque=opaque,
                kind=kind,
                target_url=theirs,
                module=message.address.module,
                owner_platform_id=way.platform.platform_id,
                owner=way.party,
                caller_platform_id=message.platform_id,
                caller=way.sender,
                created_at=now,
                expires_at=now + kept if kept else None,
            )
        )

    def _may_call(self, url: str, platform: Platform) -> bool:
        try:
            check_host(url, platform, "the address")
            check_url(url, self._settings.allow_private_urls)
        except (InvalidParameters, AddressRefused):
            return False
        return True

    def _ours(self, message: Message, interface: Interface, version: Version | None = None) -> str:
        address = message.address
        return f"{self._settings.ocpi_url}/{version or address.version}/{interface.lower()}/{address.module}"


def _ahead(call: Call) -> timedelta:
    """How far ahead a reservation ends; its cancellation may come until then (checklist H4.33)."""
    written = call.body.get("expiry_date") if isinstance(call.body, dict) else None
    if not isinstance(written, str):
        return timedelta()
    try:
        return min(max(parse_datetime(written) - now_utc(), timedelta()), _FARTHEST)
    except ValueError:
        return timedelta()
