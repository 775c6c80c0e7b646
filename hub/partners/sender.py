"""The hub as Sender of the credentials module: it registers at a partner with the token A that the partner gave.

Source: OCPI 2.2.1, credentials, Registration; checklist H2.22, H2.23.
"""

import re
from dataclasses import dataclass, field, replace

import structlog

from hub.partners import tokens
from hub.partners.calls import Access, Journey
from hub.partners.credentials import hold_to, write_own
from hub.partners.invitation import prepare
from hub.partners.means import Means, TurnTaken
from hub.partners.offering import ENDPOINT, offer, read_answer, say_goodbye
from hub.partners.parties import hosting
from hub.partners.problems import NotPossible, PartnerFailed
from hub.partners.reader import Discovered
from hub.partners.steps import Step
from hub.platform import Platform, PlatformState, Quirks
from hub.secrets import new_token
from hub.store.protocols import Conflict
from hub.wire.errors import InvalidParameters, OcpiError
from hub.wire.interface import Version
from hub.wire.party import PartyRole

_LATEST_FIRST = tuple(reversed(Version))
_TOKEN = re.compile("[!-~]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where and as whom a partner is registered with."""

    versions_url: str
    token_a: str = field(repr=False)
    claims: frozenset[PartyRole]
    quirks: Quirks | None = None


class Sender:
    """Starts the handshake."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def register(self, name: str, target: Target) -> tuple[Platform, tuple[Step, ...]]:
        """Register at a partner; raises NotPossible or PartnerFailed, and then everything is as it was before."""
        if _TOKEN.fullmatch(target.token_a) is None:
            raise NotPossible("the token A is not 1 to 255 printable ASCII characters without spaces")
        before = prepare(self._means, name, target.claims)
        journey = self._means.set_out()
        try:
            async with self._means.turns.of(before.platform_id):
                saved = await self._register(journey, before, target)
        except TurnTaken as taken:
            raise NotPossible(str(taken)) from None
        structlog.get_logger().info("partner_registered", partner=saved.name, version=saved.version)
        return saved, tuple(journey.steps)

    async def _register(self, journey: Journey, before: Platform, target: Target) -> Platform:
        access = Access(platform_id=before.platform_id, token=target.token_a, server_pem=before.pins.server_pem)
        try:
            found = await self._means.reader.discover(journey, access, target.versions_url, _LATEST_FIRST)
        except OcpiError as failed:
            raise PartnerFailed(f"{before.name}: {failed.message}", tuple(journey.steps)) from None
        token_b = new_token()
        await self._reserve(before, target, token_b)
        try:
            return await self._post(journey, replace(access, encoding=found.encoding), target, found, token_b)
        except BaseException:
            await self._means.roster.amend(before.platform_id, lambda current: _as_before(before, current))
            raise

    async def _reserve(self, before: Platform, target: Target, token_b: str) -> None:
        """Save the claims and token B before the POST: the partner calls back with it before it answers."""
        issued = tokens.established(self._means.secrets.hash_token(token_b), self._means.now())
        try:
            await self._means.roster.save(replace(before, claims=target.claims, issued=(*before.issued, issued)))
        except Conflict as conflict:
            await self._means.roster.reload()
            raise NotPossible(f"{before.name!r} cannot be registered: {conflict}") from None

    async def _post(
        self, journey: Journey, access: Access, target: Target, found: Discovered, token_b: str
    ) -> Platform:
        url = found.endpoints[ENDPOINT]
        heard = await offer(journey, "POST", url, access, write_own(self._means.settings, token_b))
        journey.note(f"token encoding: {heard.access.encoding}")
        theirs = read_answer(journey, heard)
        try:
            hold_to(target.claims, theirs)
        except InvalidParameters as foreign:
            journey.note(foreign.message, ok=False)
            await say_goodbye(journey, url, replace(heard.access, token=theirs.token))
            raise PartnerFailed(foreign.message, tuple(journey.steps)) from None
        now = self._means.now()
        hashes_b = self._means.secrets.hashes(token_b)
        sealed = self._means.secrets.seal(theirs.token, access.platform_id)

        def edit(current: Platform) -> Platform:
            return replace(
                current,
                state=PlatformState.REGISTERED,
                reachable=True,
                quirks=target.quirks or current.quirks,
                version=found.version,
                versions_url=target.versions_url,
                endpoints=found.endpoints,
                token_encoding=heard.access.encoding,
                parties=hosting(current.parties, theirs.claimed, now),
                issued=tuple(token for token in current.issued if token.token_hash in hashes_b),
                outgoing=sealed,
                outgoing_previous="",
                registered_at=now,
            )

        return await self._means.roster.amend(access.platform_id, edit)


def _as_before(before: Platform, current: Platform) -> Platform:
    """Undo the reservation; what did not exist before has no name, party or token left that anyone could meet."""
    if before.revision:
        return replace(current, claims=before.claims, issued=before.issued)
    return replace(current, state=PlatformState.REMOVED, claims=frozenset(), issued=())
