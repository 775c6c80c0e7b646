"""Carry a message to one party and its answer back: the original bytes, one call out, never stored, never retried.

Save the result of a command: it happens once, its sender rarely has a second try, and to hear it twice does no harm. So it is
offered a few times within seconds before its sender hears that it did not arrive.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.addressing import Addressing
from hub.catalog import Errand
from hub.clock import monotonic_s, now_utc
from hub.config import Settings
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.schedule import backoff_s, read_retry_after_s
from hub.outbound import Outbound, Way, compose, join
from hub.platform import ConnectionStatus, Platform
from hub.registry import Directory, platform_status
from hub.repeats import CHANGING, Repeats
from hub.routing import Callback, Forward
from hub.store.protocols import Leg, LegKind
from hub.traffic import masked_path
from hub.translating import translate, translate_answer
from hub.wire import envelope, json_text, paging
from hub.wire.errors import ClientError, ForwardTimeout, HubError, InvalidParameters, OcpiError, ReceiverNotConnected
from hub.wire.headers import MessageIds, RoutingHeaders, first
from hub.wire.interface import TimeoutClass, Version
from hub.wire.message import Message, Reply
from hub.wire.party import Party, Role

RESULT_TRIES = 3
RESULT_WITHIN_S = 6.0
_OF_THE_MOMENT = frozenset({408, 425, 429})
_PASSED = frozenset({400, 404, 405})
_BROKEN_CREDENTIALS = frozenset({401, 403})
_OPERATORS = frozenset({Role.CPO, Role.NAP})


class Sends(Protocol):
    """The post office out."""

    async def send(self, outbound: Outbound) -> Answer:
        """Raises PostFailed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Whom forwarding tells what it saw."""

    record: Callable[[Leg], None]
    heard: Callable[[str], None]
    missed: Callable[[str, str], None]
    """platform_id and a reason without secrets."""
    doubted: Callable[[str], None]
    """It refuses this hub's credentials token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack:
    """What came of a message to an address that this hub gave out."""

    reply: Reply
    caller: Party
    """To whom the address was given."""
    owner: Party
    """Who answered."""
    owner_platform_id: str
    about: str
    """What the address is about."""


class Forwarding:
    """Forwards and callbacks. Source: checklist 3.2, D1, H3.15."""

    def __init__(
        self,
        post: Sends,
        addressing: Addressing,
        settings: Settings,
        reports: Reports,
        *,
        repeats: Repeats,
        new_id: Callable[[], str],
    ) -> None:
        self._post = post
        self._repeats = repeats
        self._addressing = addressing
        self._settings = settings
        self._reports = reports
        self._new_id = new_id

    async def forward(self, errand: Errand, plan: Forward, directory: Directory) -> Reply:
        """Carry the message to the party of the plan; what makes it act goes there once, however often it comes.

        Raises OcpiError 4000, 4002, 4003 or 2001 (a bad response_url).
        """
        acts = errand.match is not None and errand.match.endpoint.response_url and errand.message.method in CHANGING
        if acts and not directory.platforms[errand.message.platform_id].quirks.repeats_request_ids:
            return await self._repeats.once(errand.message, lambda: self._forward(errand, plan, directory))
        return await self._forward(errand, plan, directory)

    async def _forward(self, errand: Errand, plan: Forward, directory: Directory) -> Reply:
        message, match, call = errand.message, errand.match, errand.call
        target = plan.target.platform
        query, body = message.query, message.body
        if match and match.endpoint.response_url:
            query, body = await self._addressing.give_response_url(
                errand, directory.platforms[message.platform_id], plan.target
            )
        written, wanted = message.address.version, _version(target)
        if match and written is not wanted:
            emsp = _emsp(errand, call.sender, plan.target.party, directory)
            body = translate(match.module, body, written=written, wanted=wanted, emsp=emsp)
        url = join(plan.endpoint_url, message.address.suffix, slash=target.quirks.slash_in_calls)
        url += f"?{query}" if query else ""
        way = Way(
            platform=target,
            party=plan.target.party,
            sender=call.sender,
            endpoint_url=plan.endpoint_url,
            url=url,
            body=body,
        )
        return await self._exchange(errand, way, directory)

    async def callback(self, errand: Errand, plan: Callback, directory: Directory) -> CalledBack:
        """Carry a message to the address that one of ours stands for; for everyone else it does not exist (404)."""
        message = errand.message
        mapping = await self._addressing.find(plan.opaque)
        if (
            mapping is None
            or mapping.caller_platform_id != message.platform_id
            or mapping.module != message.address.module
        ):
            raise InvalidParameters("this hub gave you no such address, or it has expired", http_status=404)
        platform = directory.platforms.get(mapping.owner_platform_id)
        if platform is None or platform_status(platform) is not ConnectionStatus.CONNECTED:
            raise ReceiverNotConnected(f"{mapping.owner} is not connected")
        bare = errand.match is not None and errand.match.endpoint.bare_body
        way = Way(
            platform=platform,
            party=mapping.owner,
            sender=mapping.caller,
            endpoint_url=directory.endpoint(platform, mapping.module, message.address.interface) or "",
            url=mapping.target_url,
            body=_bare(message.body) if bare else message.body,
        )
        reply = await self._exchange(errand, way, directory, RESULT_TRIES if bare else 1)
        return CalledBack(
            reply=reply,
            caller=mapping.caller,
            owner=mapping.owner,
            owner_platform_id=mapping.owner_platform_id,
            about=mapping.about,
        )

    async def _exchange(self, errand: Errand, way: Way, directory: Directory, tries: int = 1) -> Reply:
        """Call, and again while that may help: `tries` times in all, within RESULT_WITHIN_S."""
        until_s = monotonic_s() + RESULT_WITHIN_S
        for tried in range(1, tries + 1):
            answer: Answer | None = None
            wait_s = 0.0
            try:
                answer, said = await self._call(errand, way, directory)
                if answer.http_status < 500 and answer.http_status not in _OF_THE_MOMENT:
                    break
                wait_s = read_retry_after_s(first(answer.headers, "Retry-After"))
            except PostFailed as failed:
                refusal = _refusal(failed, way.party)
            if tried == tries:
                break
            wait_s = max(wait_s, backoff_s(tried, secrets.randbelow(1001) / 1000))
            if monotonic_s() + wait_s > until_s:
                break
            await asyncio.sleep(wait_s)
        if answer is None:
            raise refusal
        return await self._reply(errand, way, answer, said, directory)

    async def _call(self, errand: Errand, way: Way, directory: Directory) -> tuple[Answer, envelope.Envelope | None]:
        message, match = errand.message, errand.match
        ids = MessageIds(request_id=self._new_id(), correlation_id=message.ids.correlation_id)
        outbound = compose(
            directory,
            way.platform,
            method=message.method,
            url=way.url,
            body=way.body,
            timeout_s=self._settings.timeout_s(match.endpoint.timeout if match else TimeoutClass.OTHER),
            ids=ids,
            routing=RoutingHeaders(to=way.party, sender=way.sender),
        )
        began_at = now_utc()
        try:
            answer = await self._post.send(outbound)
        except PostFailed as failed:
            self._reports.record(_leg(message, way, ids, began_at, duration_ms=failed.duration_ms, note=failed.reason))
            if failed.failure not in {Failure.BUSY, Failure.TOO_LARGE}:
                self._reports.missed(way.platform.platform_id, failed.reason)
            raise
        self._reports.heard(way.platform.platform_id)
        said = envelope.read(answer.body)
        note = "" if said else "answered without an OCPI envelope"
        self._reports.record(
            _leg(message, way, ids, began_at, duration_ms=answer.duration_ms, note=note, answer=answer, said=said)
        )
        return answer, said

    async def _reply(
        self, errand: Errand, way: Way, answer: Answer, said: envelope.Envelope | None, directory: Directory
    ) -> Reply:
        """The receiver's answer as the requester gets it. Source: checklist H3.10, H3.14."""
        status = answer.http_status
        if status in _BROKEN_CREDENTIALS:
            self._reports.doubted(way.platform.platform_id)
            raise ReceiverNotConnected(f"{way.party} refused this hub's credentials (HTTP {status})")
        if status >= 500 or 300 <= status < 400:
            raise HubError(f"{way.party} answered HTTP {status}")
        if said is None:
            return _wrap(answer, way.party)
        counts = (paging.TOTAL, paging.LIMIT) if errand.message.method == "GET" else ()
        headers = {name: value for name in counts if (value := first(answer.headers, name))}
        body, original = answer.body, b""
        if errand.match:
            headers |= await self._addressing.rewrite(errand, way, answer, said)
        written, wanted = _version(way.platform), errand.message.address.version
        if errand.match and written is not wanted:
            emsp = _emsp(errand, way.sender, way.party, directory)
            body = translate_answer(errand.match.module, body, written=written, wanted=wanted, emsp=emsp)
            original = answer.body
        return Reply(http_status=status, body=body, headers=headers, ocpi_status=said.status_code, original=original)


def _leg(
    message: Message,
    way: Way,
    ids: MessageIds,
    began_at: datetime,
    *,
    duration_ms: float,
    note: str = "",
    answer: Answer | None = None,
    said: envelope.Envelope | None = None,
) -> Leg:
    return Leg(
        at=began_at,
        kind=LegKind.OUT,
        correlation_id=ids.correlation_id,
        request_id=ids.request_id,
        method=message.method,
        module=message.address.module,
        path=masked_path(message.address.module, message.address.suffix),
        platform_id=way.platform.platform_id,
        sender=str(way.sender),
        receiver=str(way.party),
        http_status=answer.http_status if answer else 0,
        ocpi_status=said.status_code if said else 0,
        duration_ms=duration_ms,
        note=note,
    )


def _version(platform: Platform) -> Version:
    return platform.version or Version.V2_2_1


def _emsp(errand: Errand, sender: Party, to: Party, directory: Directory) -> Party | None:
    """The eMSP of an exchange: the sender where operators serve the interface, else the receiver.

    None when that party is no eMSP: a Session that an SCSP gets is about a driver of somebody else.
    """
    likeliest = errand.match.module.roles(errand.message.address.interface)[:1] if errand.match else ()
    party = sender if _OPERATORS.intersection(likeliest) else to
    return party if any(one.role is Role.EMSP for one in directory.hosted.get(party, ())) else None


def _bare(body: bytes) -> bytes:
    """A CommandResult in an envelope, as some software sends it, without the envelope (checklist 9.31)."""
    value = json_text.loads(body) if body else None
    if isinstance(value, dict) and "status_code" in value and isinstance(value.get("data"), dict):
        return json_text.dumps(value["data"])
    return body


def _wrap(answer: Answer, party: Party) -> Reply:
    """An answer outside the OCPI envelope: an empty 2xx counts as taken, 400, 404 and 405 stay, all else is 4000."""
    said = f"{party} answered HTTP {answer.http_status} without an OCPI envelope"
    if answer.http_status in _PASSED:
        raise ClientError(said, http_status=answer.http_status)
    if answer.body.strip() or not 200 <= answer.http_status < 300:
        raise HubError(said)
    return Reply(body=envelope.write(envelope.SUCCESS, now_utc(), message=said))


def _refusal(failed: PostFailed, party: Party) -> OcpiError:
    match failed.failure:
        case Failure.TIMEOUT:
            return ForwardTimeout(f"{party} did not answer in time; whether it acted is unknown")
        case Failure.TOO_LARGE:
            return HubError(f"the answer of {party} is too large")
        case Failure.BUSY:
            return ReceiverNotConnected(f"too many requests to {party} are under way; try again later")
        case Failure.BROKEN:
            return HubError(f"the connection to {party} broke before its answer was whole; whether it acted is unknown")
        case Failure.NOT_CONNECTED:
            return ReceiverNotConnected(f"{party} cannot be reached")
