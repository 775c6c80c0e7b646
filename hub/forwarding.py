"""Carry a message to one party and its answer back: the original bytes, our addresses for theirs, one call out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from hub.catalog import Match
from hub.clock import now_utc
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, check_url
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.outbound import Outbound, compose, join
from hub.platform import ConnectionStatus, Platform
from hub.registry import Directory, platform_status
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
from hub.routing import Callback, Forward
from hub.store.protocols import Leg, LegKind, MappingStore, UrlMapping
from hub.traffic import masked_path
from hub.translating import translate, translate_answer
from hub.wire import envelope, json_text, paging
from hub.wire.errors import (
    ForwardTimeout,
    HubError,
    InvalidParameters,
    NotFound,
    ReceiverNotConnected,
)
from hub.wire.headers import MessageIds, RoutingHeaders, first, joined
from hub.wire.interface import Call, Interface, Module, ResponseUrl, Routing, TimeoutClass, Version
from hub.wire.message import Message, Reply
from hub.wire.party import Party, Role
from hub.wire.types import parse_datetime

LOCATION = "Location"
_KEPT = timedelta(days=7)
"""How long an address for asynchronous results works; late results are legal (checklist H4.33)."""
_PASSED = frozenset({400, 404, 405})
_BROKEN_CREDENTIALS = frozenset({401, 403})
_CPO_SIDE = frozenset({Role.CPO, Role.NAP})


class Sends(Protocol):
    """The post office out."""

    async def send(self, outbound: Outbound) -> Answer:
        """Raises PostFailed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One call out for one message: to whom, where, and what."""

    platform: Platform
    party: Party
    endpoint_url: str
    """Of the same module and interface at the receiver; empty when unknown."""
    url: str
    body: bytes


class Forwarding:
    """Forwards and callbacks: never stored, never retried (checklist D1, H3.15)."""

    def __init__(
        self,
        *,
        post: Sends,
        mappings: MappingStore,
        settings: Settings,
        record: Callable[[Leg], None],
        heard: Callable[[str], None],
        missed: Callable[[str, str], None],
        new_id: Callable[[], str],
        opaque: Callable[[], str],
    ) -> None:
        self._post = post
        self._mappings = mappings
        self._settings = settings
        self._record = record
        self._heard = heard
        self._missed = missed
        self._new_id = new_id
        self._opaque = opaque

    async def forward(
        self, message: Message, match: Match | None, call: Call, plan: Forward, directory: Directory
    ) -> Reply:
        """Carry `message` to the party of the plan. Raises OcpiError 4000, 4002, 4003 or 2001 (a bad response_url)."""
        target = plan.target.platform
        query, body = message.query, message.body
        if match and match.endpoint.response_url:
            query, body = await self._give_callback(message, match, call, plan, directory)
        if match:
            body = translate(
                match.module,
                body,
                written=message.address.version,
                wanted=_version(target),
                emsp=_emsp(match.module, message.address.interface, call.sender, plan.target.party),
            )
        url = join(plan.endpoint_url, message.address.suffix) + (f"?{query}" if query else "")
        way = _Way(platform=target, party=plan.target.party, endpoint_url=plan.endpoint_url, url=url, body=body)
        return await self._exchange(message, match, call, way, directory)

    async def callback(
        self, message: Message, match: Match, call: Call, plan: Callback, directory: Directory
    ) -> tuple[Reply, Party]:
        """Carry a message to the address that one of ours stands for; for everyone else it does not exist (404).

        Returns the reply and the party that answered.
        """
        mapping = await self._mappings.find(plan.opaque)
        if (
            mapping is None
            or mapping.caller_platform_id != message.platform_id
            or mapping.module != match.module.identifier
        ):
            raise InvalidParameters("this hub gave you no such address, or it has expired", http_status=404)
        platform = directory.platforms.get(mapping.owner_platform_id)
        if platform is None or platform_status(platform) is not ConnectionStatus.CONNECTED:
            raise ReceiverNotConnected(f"{mapping.owner} is not connected")
        endpoint_url = directory.endpoint(platform, match.module.identifier, message.address.interface) or ""
        way = _Way(
            platform=platform,
            party=mapping.owner,
            endpoint_url=endpoint_url,
            url=mapping.target_url,
            body=_bare(message.body) if match.endpoint.bare_body else message.body,
        )
        reply = await self._exchange(message, match, replace(call, sender=mapping.caller), way, directory)
        return reply, mapping.owner

    async def _exchange(
        self, message: Message, match: Match | None, call: Call, way: _Way, directory: Directory
    ) -> Reply:
        timeout_s = self._settings.timeout_s(match.endpoint.timeout if match else TimeoutClass.OTHER)
        ids = MessageIds(request_id=self._new_id(), correlation_id=message.ids.correlation_id)
        outbound = compose(
            directory,
            way.platform,
            method=message.method,
            url=way.url,
            body=way.body,
            timeout_s=timeout_s,
            ids=ids,
            routing=RoutingHeaders(to=way.party, sender=call.sender),
        )
        leg = Leg(
            at=now_utc(),
            kind=LegKind.OUT,
            correlation_id=ids.correlation_id,
            request_id=ids.request_id,
            method=message.method,
            module=message.address.module,
            path=masked_path(message.address.module, message.address.suffix),
            platform_id=way.platform.platform_id,
            sender=str(call.sender),
            receiver=str(way.party),
        )
        try:
            answer = await self._post.send(outbound)
        except PostFailed as failed:
            self._record(replace(leg, duration_ms=failed.duration_ms, note=failed.reason))
            if failed.failure not in {Failure.BUSY, Failure.TOO_LARGE}:
                self._missed(way.platform.platform_id, failed.reason)
            raise _refusal(failed, way.party) from None
        self._heard(way.platform.platform_id)
        said = envelope.read(answer.body)
        self._record(
            replace(
                leg,
                http_status=answer.http_status,
                ocpi_status=said.status_code if said else 0,
                duration_ms=answer.duration_ms,
            )
        )
        return await self._reply(message, match, call, way, answer, said)

    async def _reply(
        self,
        message: Message,
        match: Match | None,
        call: Call,
        way: _Way,
        answer: Answer,
        said: envelope.Envelope | None,
    ) -> Reply:
        status = answer.http_status
        if status in _BROKEN_CREDENTIALS:
            raise ReceiverNotConnected(f"{way.party} refused this hub's credentials (HTTP {status})")
        if status >= 500 or 300 <= status < 400:
            raise HubError(f"{way.party} answered HTTP {status}")
        if said is None:
            return _wrap(answer, way.party)
        headers = {name: value for name in (paging.TOTAL, paging.LIMIT) if (value := first(answer.headers, name))}
        body = answer.body
        if match:
            headers |= await self._rewritten(message, match, call, way, answer, said)
            body = translate_answer(
                match.module,
                body,
                written=_version(way.platform),
                wanted=message.address.version,
                emsp=_emsp(match.module, message.address.interface, call.sender, way.party),
            )
        return Reply(http_status=status, body=body, headers=headers, ocpi_status=said.status_code)

    async def _rewritten(
        self,
        message: Message,
        match: Match,
        call: Call,
        way: _Way,
        answer: Answer,
        said: envelope.Envelope,
    ) -> dict[str, str]:
        if match.endpoint.routing is Routing.LIST:
            following = await self._next(message, call, way, answer, said)
            return {paging.LINK: paging.write_link(following)} if following else {}
        location = first(answer.headers, LOCATION)
        if not (match.endpoint.location_header and location and said.succeeded):
            return {}
        theirs = resolve(way.url, location)
        if not self._may_call(theirs, way.platform):
            return {}
        opaque = await self._map("cdr", theirs, message, call, way.platform, way.party, keep=None)
        return {LOCATION: join(self._ours(message, message.address.interface), opaque)}

    async def _next(
        self, message: Message, call: Call, way: _Way, answer: Answer, said: envelope.Envelope
    ) -> str | None:
        """Our address of the next page; a Link that cannot be used falls back to offset and X-Total-Count."""
        ours = self._ours(message, message.address.interface)
        link = joined(answer.headers, paging.LINK)
        written = paging.read_link(link)
        theirs = resolve(way.url, written) if written else ""
        if theirs:
            stateless = next_page(theirs, way.endpoint_url, ours) if way.endpoint_url else None
            if stateless and stateless != f"{ours}?{message.query}":
                return stateless
            if stateless is None and theirs != way.url and self._may_call(theirs, way.platform):
                opaque = await self._map("page", theirs, message, call, way.platform, way.party)
                return f"{ours}?{PAGE}={opaque}"
        elif not link and not answer_has(answer, paging.LINK):
            return None
        returned = len(said.data) if isinstance(said.data, list) else 0
        query = paging.next_by_count(
            message.query,
            returned=returned,
            total=first(answer.headers, paging.TOTAL),
            limit=first(answer.headers, paging.LIMIT),
        )
        return f"{ours}?{query}" if query and PAGE not in message.query else None

    async def _give_callback(
        self, message: Message, match: Match, call: Call, plan: Forward, directory: Directory
    ) -> tuple[str, bytes]:
        """Store our address for the requester's response_url before anything is sent (checklist H4.35), and put it in."""
        in_query = match.endpoint.response_url is ResponseUrl.QUERY
        theirs = read_query_response_url(message.query) if in_query else read_response_url(message.body)
        if not theirs:
            raise InvalidParameters("response_url is missing or not a string")
        requester = directory.platforms[message.platform_id]
        check_host(theirs, requester, "response_url")
        try:
            check_url(theirs, self._settings.allow_private_urls)
        except AddressRefused as refused:
            raise InvalidParameters(f"response_url is refused: {refused}") from None
        opaque = self._opaque()
        await self._mappings.add(
            UrlMapping(
                opaque=opaque,
                kind="response_url",
                target_url=theirs,
                module=match.module.identifier,
                owner_platform_id=message.platform_id,
                owner=call.sender,
                caller_platform_id=plan.target.platform.platform_id,
                caller=plan.target.party,
                created_at=now_utc(),
                expires_at=now_utc() + _KEPT + _ahead(call),
            )
        )
        base = self._ours(message, Interface.SENDER, _version(plan.target.platform))
        address = join(base, f"{match.endpoint.name}/{opaque}" if match.endpoint.name else opaque)
        if in_query:
            return write_query_response_url(message.query, address), message.body
        return message.query, write_response_url(message.body, address)

    async def _map(
        self,
        kind: str,
        theirs: str,
        message: Message,
        call: Call,
        platform: Platform,
        owner: Party,
        keep: timedelta | None = _KEPT,
    ) -> str:
        opaque = self._opaque()
        await self._mappings.add(
            UrlMapping(
                opaque=opaque,
                kind=kind,
                target_url=theirs,
                module=message.address.module,
                owner_platform_id=platform.platform_id,
                owner=owner,
                caller_platform_id=message.platform_id,
                caller=call.sender,
                created_at=now_utc(),
                expires_at=now_utc() + keep if keep else None,
            )
        )
        return opaque

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


def answer_has(answer: Answer, name: str) -> bool:
    """Tell an empty header from an absent one."""
    return any(key.lower() == name.lower() for key in answer.headers)


def _version(platform: Platform) -> Version:
    return platform.version or Version.V2_2_1


def _emsp(module: Module, interface: Interface, sender: Party, to: Party) -> Party:
    """The eMSP of an exchange: the sender where operators serve the interface, else the receiver."""
    return sender if _CPO_SIDE.intersection(module.roles(interface)[:1]) else to


def _ahead(call: Call) -> timedelta:
    """How far ahead a reservation ends; its cancellation may come until then (checklist H4.33)."""
    written = call.body.get("expiry_date") if isinstance(call.body, dict) else None
    if not isinstance(written, str):
        return timedelta()
    try:
        return max(parse_datetime(written) - now_utc(), timedelta())
    except ValueError:
        return timedelta()


def _bare(body: bytes) -> bytes:
    """A CommandResult in an envelope, as some software sends it, without the envelope (checklist 9.31)."""
    value = json_text.loads(body) if body else None
    if isinstance(value, dict) and "status_code" in value and isinstance(value.get("data"), dict):
        return json_text.dumps(value["data"])
    return body


def _wrap(answer: Answer, party: Party) -> Reply:
    """An answer outside the OCPI envelope: an empty one to a push counts as taken, all else is a failure of theirs."""
    if answer.http_status in _PASSED:
        raise NotFound(
            f"{party} answered HTTP {answer.http_status} without an OCPI envelope", http_status=answer.http_status
        )
    if answer.body.strip() or not 200 <= answer.http_status < 300:
        raise HubError(f"{party} answered HTTP {answer.http_status} without an OCPI envelope")
    said = f"{party} answered HTTP {answer.http_status} with an empty body"
    return Reply(body=envelope.write(envelope.SUCCESS, now_utc(), message=said))


def _refusal(failed: PostFailed, party: Party) -> ForwardTimeout | ReceiverNotConnected | HubError:
    if failed.failure is Failure.TIMEOUT:
        return ForwardTimeout(f"{party} did not answer in time; whether it acted is unknown")
    if failed.failure is Failure.TOO_LARGE:
        return HubError(f"the answer of {party} is too large")
    if failed.failure is Failure.BUSY:
        return ReceiverNotConnected(f"too many requests to {party} are under way; try again later")
    if failed.failure is Failure.BROKEN:
        return HubError(f"the connection to {party} broke before its answer was whole; whether it acted is unknown")
    return ReceiverNotConnected(f"{party} cannot be reached")
