"""The six steps of every message, in order: ids, authenticate, decode, route, act, encode. The one place that catches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from hub.aftermath import Aftermath
from hub.auditing.answers import Answered, Asked
from hub.auditing.auditing import Auditing
from hub.auth import Caller
from hub.broadcasting import Broadcasting, refuse
from hub.catalog import Catalog, Errand, Match
from hub.clock import monotonic_s, now_utc
from hub.forwarding import Forwarding
from hub.gathering import Gathering
from hub.intake import check_circle, configuration_module, exact, read_address, read_call, read_ids
from hub.observing import Observing
from hub.platform import PlatformState, TokenKind
from hub.registry import Directory
from hub.repeats import CHANGING, Repeats
from hub.rewriting import PAGE
from hub.routing import (
    Broadcast,
    Callback,
    Forward,
    GatherAll,
    Lookup,
    Plan,
    able_to_call,
    check_sender,
    doubts,
    route,
    route_found,
)
from hub.store.protocols import IndexStore, Leg, LegKind, StoreUnavailable
from hub.traffic import masked_path
from hub.wire import envelope
from hub.wire.errors import (
    ClientError,
    ForwardTimeout,
    InvalidParameters,
    NotFound,
    OcpiError,
    ServerError,
    Unauthorized,
)
from hub.wire.headers import MessageIds, RoutingHeaders, read_routing
from hub.wire.interface import Call, Routing, Version
from hub.wire.message import Address, Inbound, Message, Reply
from hub.wire.paging import read_query
from hub.wire.party import Party

_DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024
_TRY_AGAIN_S = "2"


class Admits(Protocol):
    """Who may come in."""

    async def authenticate(self, values: list[str], *, remote: str, certificate: str) -> Caller:
        """Name the caller; raises Unauthorized or TooManyRequests."""
        ...


class Answers(Protocol):
    """What the hub answers itself: versions, version details, credentials, hubclientinfo."""

    async def answer(self, caller: Caller, inbound: Inbound) -> Reply | None:
        """None when the path is none of its own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Who does what a plan says."""

    door: Admits
    desk: Answers
    repeats: Repeats
    forwarding: Forwarding
    broadcasting: Broadcasting
    gathering: Gathering
    aftermath: Aftermath
    observing: Observing
    auditing: Auditing
    answered: Answered
    index: IndexStore


@dataclass(slots=True)
class _Progress:
    """What became known of a message so far, so that a refusal at any step says and traces all of it."""

    ids: MessageIds
    began_at: datetime
    began_s: float
    platform_id: str = ""
    version: Version = Version.V2_2_1
    module: str = ""
    suffix: str = ""
    sender: Party | None = None
    responder: Party | None = None
    receiver: str = ""
    plan: str = ""
    notes: tuple[str, ...] = ()


class Pipeline:
    """Turns a request into a reply. Nothing but the one act is awaited between the two."""

    def __init__(
        self,
        catalog: Catalog,
        directory: Callable[[], Directory],
        acts: Acts,
        record: Callable[[Leg], None],
        heard: Callable[[str], None],
    ) -> None:
        self._catalog = catalog
        self._directory = directory
        self._acts = acts
        self._record = record
        self._heard = heard

    async def handle(self, inbound: Inbound) -> Reply:
        """Answer one request; never raises, always an OCPI envelope with the caller's ids."""
        progress = _Progress(read_ids(inbound), now_utc(), monotonic_s())
        try:
            reply = await self._answer(inbound, progress)
        except OcpiError as refusal:
            reply = self._refuse(refusal, progress)
        except StoreUnavailable:
            unavailable = ServerError(
                "this hub's database does not answer; try again", http_status=503, headers={"Retry-After": _TRY_AGAIN_S}
            )
            reply = self._refuse(unavailable, progress)
        except Exception:  # noqa: BLE001 - the last line of defence: a partner gets an envelope, the log the traceback
            structlog.get_logger().exception("unforeseen", correlation_id=progress.ids.correlation_id)
            reply = self._refuse(
                ServerError("this hub failed; the correlation id finds the trace", http_status=500), progress
            )
        self._trace(inbound, progress, reply)
        routing = RoutingHeaders(to=progress.sender, sender=progress.responder)
        headers = {**reply.headers, **progress.ids.write(), **(routing.write() if progress.sender else {})}
        return Reply(http_status=reply.http_status, body=reply.body, headers=headers, ocpi_status=reply.ocpi_status)

    async def _answer(self, inbound: Inbound, progress: _Progress) -> Reply:
        caller = await self._acts.door.authenticate(
            inbound.headers.getall("Authorization", []), remote=inbound.remote, certificate=inbound.certificate
        )
        progress.platform_id = caller.platform.platform_id
        self._heard(progress.platform_id)
        address = read_address(inbound.path)
        if address is None:
            progress.module = configuration_module(inbound.path)
            own = await self._acts.desk.answer(caller, inbound)
            if own is None:
                raise NotFound("this hub has no such path; GET the version details for its endpoints")
            return own
        if caller.token.kind is TokenKind.REGISTRATION:
            raise Unauthorized
        return await self._functional(inbound, address, caller, progress)

    async def _functional(self, inbound: Inbound, address: Address, caller: Caller, progress: _Progress) -> Reply:
        directory = self._directory()
        check_circle(inbound, directory)
        progress.module, progress.suffix, progress.version = address.module, address.suffix, address.version
        progress.responder = directory.hub
        module = self._catalog.module(address.module)
        if module is not None and not module.functional:
            raise NotFound(f"{address.module} is not a functional module")
        routing = read_routing(inbound.headers)
        progress.sender, inferred = self._sender(routing, inbound, address, caller, directory)
        progress.notes += ("FROM inferred",) if inferred else ()
        if caller.platform.state is PlatformState.SUSPENDED:
            raise ClientError("the operator of this hub has suspended your platform")
        if module is not None:
            check_sender(caller.platform, module, address.interface, directory)
        match = self._catalog.match(module, address.interface, inbound.method, address.suffix) if module else None
        body = await inbound.read_body(module.body_limit_bytes if module else _DEFAULT_BODY_LIMIT_BYTES)
        message = Message(
            method=inbound.method,
            address=address,
            query=inbound.query,
            ids=progress.ids,
            routing=RoutingHeaders(to=routing.to, sender=progress.sender),
            platform_id=caller.platform.platform_id,
            body=body,
            notes=progress.notes,
        )
        call = read_call(message, match, progress.sender)
        self._check_duties(match, call)
        if message.method in CHANGING and not caller.platform.quirks.repeats_request_ids:
            self._acts.repeats.check(message)
        errand = Errand(message, match, call)
        plan = await self._plan(errand, directory)
        progress.plan = str(plan)
        return await self._act(errand, plan, directory, progress)

    def _sender(
        self, routing: RoutingHeaders, inbound: Inbound, address: Address, caller: Caller, directory: Directory
    ) -> tuple[Party, bool]:
        """The FROM party: one that the caller's platform hosts, given or (when only one can be meant) inferred.

        For an address that this hub gave out any will do until it is looked up: it was given to one of them.
        """
        own = directory.on_platform.get(caller.platform.platform_id, ())
        if routing.sender is not None:
            if not any(one.party == routing.sender for one in own):
                raise InvalidParameters(f"OCPI-from names {routing.sender}, which is not one of your parties")
            return routing.sender, False
        able = able_to_call(own, self._catalog.module(address.module), address.interface)
        if len(able) != 1 and not (able and self._is_callback(inbound, address)):
            raise InvalidParameters(
                "OCPI-from-country-code and OCPI-from-party-id are missing, and your platform has "
                f"{len(able) or 'no'} parties that could make this call"
            )
        return able[0], True

    def _is_callback(self, inbound: Inbound, address: Address) -> bool:
        module = self._catalog.module(address.module)
        if module is None:
            return False
        routing = self._catalog.match(module, address.interface, inbound.method, address.suffix).endpoint.routing
        return routing is Routing.CALLBACK or (routing is Routing.LIST and PAGE in read_query(inbound.query))

    def _check_duties(self, match: Match | None, call: Call) -> None:
        """Refuse what must not even be carried: a foreign owner, another eMSP's token, a missing query parameter."""
        if match is None:
            return
        missing = [name for name in match.endpoint.required_query if not call.query.get(name)]
        if missing:
            raise InvalidParameters(f"the query parameter {missing[0]} is required")
        found = match.endpoint.must(call) if match.endpoint.must else []
        if found and call.method == "GET":
            raise NotFound(str(found[0]))
        refuse(found, match.module.identifier)

    async def _plan(self, errand: Errand, directory: Directory) -> Plan:
        plan = route(errand.message, errand.match, errand.call, directory)
        if isinstance(plan, Lookup) and errand.match is not None:
            found = await self._acts.index.find(plan.key.kind, plan.key.key, plan.key.scope)
            return route_found(errand.message, errand.match, errand.call, found, directory)
        return plan

    async def _act(self, errand: Errand, plan: Plan, directory: Directory, progress: _Progress) -> Reply:
        match plan:
            case Forward():
                self._check_role(errand, directory)
                progress.receiver = str(plan.target.party)
                progress.notes += doubts(errand, plan, directory)
                billed = errand.match is not None and errand.match.endpoint.billed
                passing = await self._acts.auditing.before(errand, plan.target.party, directory) if billed else None
                try:
                    reply = await self._acts.forwarding.forward(errand, plan, directory)
                except ForwardTimeout:
                    self._acts.observing.unanswered(errand, plan.target.party)
                    raise
                progress.responder = plan.target.party
                if reply.repeated:
                    progress.notes += ("answered as before",)
                    return reply
                asked = Asked(plan.target.platform.platform_id, plan.target.party)
                self._acts.answered.passed(errand, reply, errand.call.sender, asked, directory)
                if reply.ocpi_status < 2000:
                    self._acts.aftermath.carried(errand, plan.target.party)
                    self._acts.observing.carried(errand, plan.target.party, reply.body)
                    if passing is not None:
                        self._acts.auditing.delivered(passing)
                return reply
            case Callback():
                done = await self._acts.forwarding.callback(errand, plan, directory)
                progress.sender, progress.responder = done.caller, done.owner
                progress.receiver = str(done.owner)
                self._acts.observing.returned(errand, done.owner, done.about)
                asked = Asked(done.owner_platform_id, done.owner)
                self._acts.answered.passed(errand, done.reply, done.caller, asked, directory)
                return done.reply
            case Broadcast():
                kept = exact(errand)
                reply = await self._acts.broadcasting.broadcast(kept, plan)
                self._acts.aftermath.kept(kept, directory.hub)
                self._acts.auditing.published(kept)
                return reply
            case GatherAll():
                return await self._acts.gathering.gather(errand, plan)
            case Lookup():
                raise ServerError(f"this hub could not finish its plan: {plan}")

    def _check_role(self, errand: Errand, directory: Directory) -> None:
        """A party calls the interfaces that its roles call: an operator is not asked for its own tokens by another operator."""
        message, module = errand.message, errand.match.module if errand.match else None
        interface, platform_id = message.address.interface, message.platform_id
        able = directory.once(
            ("able", platform_id, message.address.module, interface, module is None),
            lambda: able_to_call(directory.on_platform.get(platform_id, ()), module, interface),
        )
        if errand.call.sender not in able:
            raise InvalidParameters(
                f"{errand.call.sender} has no role here that calls the {interface} interface of {message.address.module}"
            )

    def _refuse(self, refusal: OcpiError, progress: _Progress) -> Reply:
        code = refusal.status_code
        if code == 4000 and progress.version is Version.V2_2:
            code = ServerError.status_code  # 2.2 has no 4000
        return Reply(
            http_status=refusal.http_status,
            body=envelope.write(code, now_utc(), message=refusal.message),
            headers=dict(refusal.headers),
            ocpi_status=code,
        )

    def _trace(self, inbound: Inbound, progress: _Progress, reply: Reply) -> None:
        self._record(
            Leg(
                at=progress.began_at,
                kind=LegKind.IN,
                correlation_id=progress.ids.correlation_id,
                request_id=progress.ids.request_id,
                method=inbound.method,
                module=progress.module,
                path=masked_path(progress.module, progress.suffix),
                platform_id=progress.platform_id,
                sender=str(progress.sender or ""),
                receiver=progress.receiver,
                plan=progress.plan,
                http_status=reply.http_status,
                ocpi_status=reply.ocpi_status,
                duration_ms=round((monotonic_s() - progress.began_s) * 1000, 3),
                note="; ".join(progress.notes),
            )
        )
