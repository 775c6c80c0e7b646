"""The desk: what the hub answers itself (versions, version details, credentials, hubclientinfo).

Source: OCPI 2.2.1, version_information_endpoint, credentials, mod_hub_client_info; checklist chapters 2 and 5.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from hub.auth import Caller
from hub.clock import now_utc
from hub.config import Settings
from hub.partners.clientinfo import visible
from hub.partners.credentials import write_own
from hub.partners.handshake import Handshake
from hub.partners.visibility import CLIENT_INFO
from hub.platform import Effect, Platform, PlatformState
from hub.registry import Directory
from hub.wire import envelope
from hub.wire.errors import ClientError, MethodNotAllowed, NotFound, Unauthorized
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.message import Inbound, Reply
from hub.wire.paging import read_page, read_query, write_next

_BODY_LIMIT_BYTES = 1024 * 1024
_VERSIONS = {version.value: version for version in Version}
_CREDENTIALS = "credentials"
_KNOWN = {PlatformState.REGISTERED, PlatformState.SUSPENDED}
"""While this hub itself registers at a partner, the partner's new token opens versions and GET credentials only."""


class Desk:
    """Answers configuration modules; the pipeline adds the message ids, and routing headers never belong here (H1.32)."""

    def __init__(
        self,
        settings: Settings,
        directory: Callable[[], Directory],
        handshake: Handshake,
        modules: Sequence[ModuleId],
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`modules` are the functional ones that the hub advertises, in order."""
        self._settings = settings
        self._directory = directory
        self._handshake = handshake
        self._modules = modules
        self._now = now

    async def answer(self, caller: Caller, inbound: Inbound) -> Reply | None:
        """The reply, or None when the path is none of the desk's.

        Raises Unauthorized (401), MethodNotAllowed (405), NotFound (404) and what a handshake raises.
        """
        segments = tuple(part for part in inbound.path.split("/") if part)
        version = _VERSIONS.get(segments[0]) if segments else None
        if segments == ("versions",):
            return self._versions(inbound)
        match segments[1:]:
            case () if version:
                return self._details(caller, inbound, version)
            case ("credentials",) if version:
                return await self._credentials(caller, inbound, version)
            case ("hubclientinfo", *rest) if version:
                return self._client_info(caller, inbound, version, rest)
        return None

    def _versions(self, inbound: Inbound) -> Reply:
        _only_get(inbound)
        offered = [{"version": one.value, "url": f"{self._settings.ocpi_url}/{one.value}"} for one in Version]
        return Reply(body=envelope.write(envelope.SUCCESS, self._now(), data=offered))

    def _details(self, caller: Caller, inbound: Inbound, version: Version) -> Reply:
        _only_get(inbound)
        base = f"{self._settings.ocpi_url}/{version.value}"
        offered = [(_CREDENTIALS, Interface.SENDER, f"{base}/{_CREDENTIALS}")]
        for module in (*self._modules, *custom_modules(self._directory(), caller.platform, self._modules)):
            for interface in Interface:
                offered.append((module, interface, f"{base}/{interface.value.lower()}/{module}"))
        offered.append((CLIENT_INFO, Interface.SENDER, f"{base}/{CLIENT_INFO}"))
        slash = "/" if caller.platform.quirks.trailing_slash else ""
        endpoints = [
            {"identifier": module, "role": interface.value, "url": url + slash} for module, interface, url in offered
        ]
        details = {"version": version.value, "endpoints": endpoints}
        return Reply(body=envelope.write(envelope.SUCCESS, self._now(), data=details))

    async def _credentials(self, caller: Caller, inbound: Inbound, version: Version) -> Reply:
        allowed = _allowed_now(caller)
        if inbound.method not in allowed:
            raise MethodNotAllowed(inbound.method, allowed)
        credentials: bytes | None = None
        match inbound.method:
            case "GET":
                credentials = write_own(self._settings, caller.presented)
            case "POST":
                body = await inbound.read_body(_BODY_LIMIT_BYTES)
                credentials = await self._handshake.register(caller, version, body)
            case "PUT":
                body = await inbound.read_body(_BODY_LIMIT_BYTES)
                credentials = await self._handshake.update(caller, version, body)
            case "DELETE":
                await self._handshake.unregister(caller)
        return Reply(body=envelope.write(envelope.SUCCESS, self._now(), raw_data=credentials))

    def _client_info(self, caller: Caller, inbound: Inbound, version: Version, rest: Sequence[str]) -> Reply:
        if not caller.registered or caller.platform.state not in _KNOWN:
            raise Unauthorized
        if rest:
            raise NotFound("this hub has the SENDER interface of hubclientinfo only: a list without a path")
        _only_get(inbound)
        if caller.platform.state is PlatformState.SUSPENDED:
            raise ClientError("the operator of this hub has suspended your platform")
        page = read_page(read_query(inbound.query), self._settings.page_size_max)
        matching = [
            one
            for one in visible(self._directory(), caller.platform, self._modules)
            if (page.date_from is None or page.date_from <= one.hosted.status_changed_at)
            and (page.date_to is None or one.hosted.status_changed_at < page.date_to)
        ]
        end = page.offset + page.limit
        shown = matching[page.offset : end]
        headers = write_next(
            f"{self._settings.ocpi_url}/{version.value}/{CLIENT_INFO}",
            inbound.query,
            page,
            total=len(matching),
            more=page.offset + page.limit < len(matching),
        )
        body = envelope.write(envelope.SUCCESS, self._now(), data=[one.value() for one in shown])
        return Reply(body=body, headers=headers)


def custom_modules(directory: Directory, platform: Platform, known: Sequence[ModuleId]) -> list[ModuleId]:
    """The custom modules that an ALLOW rule names for a party of this platform, or for everyone.

    Source: OCPI 2.2.1, version_information_endpoint, Custom Modules ("only ... with which there is an agreement").
    """
    own = {hosted.party_role.party for hosted in platform.parties if not hosted.gone}
    return sorted(
        {
            rule.module
            for rule in directory.agreements.values()
            if rule.module is not None
            and rule.module not in {*known, CLIENT_INFO, _CREDENTIALS}
            and rule.effect is Effect.ALLOW
            and (own & {rule.sender, rule.receiver} or (rule.sender is None and rule.receiver is None))
        }
    )


def _allowed_now(caller: Caller) -> tuple[str, ...]:
    """Which methods credentials has for this token: registered or not is the token's to say (checklist H2.25, H2.26)."""
    if not caller.registered:
        return ("GET", "POST")
    if caller.platform.state in _KNOWN:
        return ("GET", "PUT", "DELETE")
    return ("GET",)


def _only_get(inbound: Inbound) -> None:
    if inbound.method != "GET":
        raise MethodNotAllowed(inbound.method, ("GET",))
