"""The hub as Receiver of the credentials module: a partner registers, renews or ends its registration.

Source: OCPI 2.2.1, credentials; checklist H2.21 to H2.34.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from hub.auth import Caller
from hub.clock import Tasks
from hub.partners import tokens
from hub.partners.credentials import Theirs, hold_to, read_body, read_theirs, write_own
from hub.partners.means import Means, access
from hub.partners.outgoing import Outgoing
from hub.partners.parties import hosting
from hub.partners.reader import Discovered
from hub.platform import IssuedToken, Platform, PlatformState
from hub.secrets import new_token
from hub.store.protocols import Conflict
from hub.wire.errors import ClientError, ServerError, Unauthorized
from hub.wire.interface import Version


class Handshake:
    """What POST, PUT and DELETE credentials do; each either does all of it or raises an OcpiError and changes nothing."""

    def __init__(self, means: Means, outgoing: Outgoing, tasks: Tasks) -> None:
        self._means = means
        self._outgoing = outgoing
        self._tasks = tasks
        self._proving: set[str] = set()

    async def register(self, caller: Caller, version: Version, body: bytes) -> bytes:
        """POST credentials with token A; returns the hub's Credentials with token C.

        Raises BrokenJson (400), InvalidParameters (2001), UnableToUseClientApi (3001), UnsupportedVersion (3002) or
        MissingEndpoints (3003); token A then still works.
        """
        return await self._exchange(caller, version, body, self._registered)

    async def update(self, caller: Caller, version: Version, body: bytes) -> bytes:
        """PUT credentials with an established token; returns the hub's Credentials with a new one.

        The older token works until the partner first uses the new one, at most `rotation_grace_s`. Raises what
        `register` does, and ClientError (2000) for a platform that the operator suspended.
        """
        if caller.platform.state is PlatformState.SUSPENDED:
            raise ClientError("the operator of this hub has suspended your platform")
        return await self._exchange(caller, version, body, self._renewed)

    async def unregister(self, caller: Caller) -> None:
        """DELETE credentials: no token of either side opens anything any more, and the parties are SUSPENDED."""

        def edit(current: Platform) -> Platform:
            self._check_still_issued(current, caller)
            return replace(forgotten(current), state=PlatformState.UNREGISTERED)

        async with self._means.turns.of(caller.platform.platform_id):
            await self._means.roster.amend(caller.platform.platform_id, edit)
        structlog.get_logger().info("partner_unregistered", partner=caller.platform.name)

    def proven(self, caller: Caller) -> None:
        """A newly issued token was used the first time: end what it superseded, in the background."""
        if caller.token.token_hash not in self._proving:
            self._proving.add(caller.token.token_hash)
            self._tasks.spawn(self._prove(caller), name=f"prove {caller.platform.platform_id}")

    async def _prove(self, caller: Caller) -> None:
        token_hash = caller.token.token_hash
        try:
            platform = await self._means.roster.amend(
                caller.platform.platform_id,
                lambda current: replace(current, issued=tokens.proven(current.issued, token_hash)),
            )
            newest = tokens.newest(platform.issued)
            if newest is not None and newest.token_hash == token_hash:
                await self._outgoing.settle(platform.platform_id)
        finally:
            self._proving.discard(token_hash)

    async def _exchange(
        self,
        caller: Caller,
        version: Version,
        body: bytes,
        accept: Callable[[Platform, Caller, IssuedToken], Platform],
    ) -> bytes:
        """Read their credentials, call back with their token before answering, then save everything in one write."""
        platform_id = caller.platform.platform_id
        theirs = read_theirs(read_body(body))
        async with self._means.turns.of(platform_id):
            platform = self._means.roster.directory.platforms[platform_id]
            self._check_still_issued(platform, caller)
            hold_to(platform.claims, theirs)
            found = await self._call_back(platform, theirs, version)
            token_c = new_token()
            issued = tokens.established(self._means.secrets.hash_token(token_c), self._means.now())

            def edit(current: Platform) -> Platform:
                self._check_still_issued(current, caller)
                return accept(self._known(current, theirs, found), caller, issued)

            try:
                saved = await self._means.roster.amend(platform_id, edit)
            except Conflict as conflict:
                raise ServerError(f"this hub could not keep your registration: {conflict}") from None
        structlog.get_logger().info("partner_registered", partner=saved.name, version=version)
        return write_own(self._means.settings, token_c)

    async def _call_back(self, platform: Platform, theirs: Theirs, version: Version) -> Discovered:
        how = access(platform, theirs.token)
        return await self._means.reader.discover(self._means.set_out(), how, theirs.versions_url, [version])

    def _known(self, platform: Platform, theirs: Theirs, found: Discovered) -> Platform:
        """The platform with all that is the same after POST and PUT."""
        return replace(
            platform,
            state=PlatformState.REGISTERED,
            reachable=True,
            version=found.version,
            versions_url=theirs.versions_url,
            endpoints=found.endpoints,
            token_encoding=found.encoding,
            parties=hosting(platform.parties, theirs.claimed, self._means.now()),
            outgoing=self._means.secrets.seal(theirs.token, platform.platform_id),
        )

    def _registered(self, platform: Platform, _: Caller, issued: IssuedToken) -> Platform:
        return replace(platform, issued=(issued,), outgoing_previous="", registered_at=issued.issued_at)

    def _renewed(self, platform: Platform, caller: Caller, issued: IssuedToken) -> Platform:
        until = self._means.now() + timedelta(seconds=self._means.settings.rotation_grace_s)
        before = self._means.roster.directory.platforms[platform.platform_id]
        return replace(
            platform,
            issued=tokens.renewed(
                (*platform.issued, issued), issued.token_hash, until, presented=self._held(platform, caller)
            ),
            outgoing_previous=before.outgoing,
        )

    def _check_still_issued(self, platform: Platform, caller: Caller) -> None:
        """While this request waited for its turn another one may have ended the token that it came with."""
        if not self._held(platform, caller):
            raise Unauthorized

    def _held(self, platform: Platform, caller: Caller) -> str:
        """The hash of the caller's token as the platform has it now, perhaps under a newer server key; empty without it."""
        return tokens.held(platform.issued, (caller.token.token_hash, *self._means.secrets.hashes(caller.presented)))


def forgotten(platform: Platform) -> Platform:
    """The platform without tokens and addresses; its name, claims and parties stay."""
    return replace(platform, issued=(), outgoing="", outgoing_previous="", endpoints={}, reachable=True)
