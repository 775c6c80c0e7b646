"""The hub renews the credentials tokens of both directions, or ends a registration, from its side.

Source: OCPI 2.2.1, credentials, Updating the credentials and resetting the credentials token; checklist H2.28 to H2.32.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hub.partners import tokens
from hub.partners.calls import Heard, Journey
from hub.partners.credentials import Theirs, hold_to, write_own
from hub.partners.handshake import forgotten
from hub.partners.means import Means, TurnTaken
from hub.partners.offering import ENDPOINT, UNAUTHORIZED, Refused, offer, read_answer, say_goodbye
from hub.partners.outgoing import Outgoing
from hub.partners.parties import hosting
from hub.partners.problems import NotPossible
from hub.partners.steps import Step
from hub.platform import HostedParty, Platform, PlatformState, TokenEncoding
from hub.secrets import new_token
from hub.wire.errors import InvalidParameters

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What both sides agreed on."""

    token: str = field(repr=False)
    """The partner's new one."""
    encoding: TokenEncoding
    used: str
    """The outgoing token, sealed, that the partner took for this."""
    offered: str = field(repr=False)
    """The hub's new one."""
    parties: tuple[HostedParty, ...]


class Rotation:
    """PUT and DELETE credentials at a partner."""

    def __init__(self, means: Means, outgoing: Outgoing) -> None:
        self._means = means
        self._outgoing = outgoing

    async def rotate(self, platform_id: str) -> Steps:
        """Renew both tokens; at no moment is either side without a token that works.

        Raises NotPossible or PartnerFailed. Where nobody knows whether the partner took the new token, both the new and
        the older one stay valid until the next renewal.
        """
        try:
            async with self._means.turns.of(platform_id):
                return await self._rotate(platform_id)
        except TurnTaken as taken:
            raise NotPossible(str(taken)) from None

    async def remove(self, platform_id: str) -> Steps:
        """DELETE credentials at the partner if it answers, and forget its tokens in any case. Raises NotPossible."""
        journey = self._means.set_out()
        try:
            async with self._means.turns.of(platform_id):
                platform = self._means.roster.directory.platforms[platform_id]
                url, access = platform.endpoints.get(ENDPOINT), self._means.access(platform)
                if url and access.token:
                    await say_goodbye(journey, url, access)
                await self._means.roster.amend(platform_id, _removed)
        except TurnTaken as taken:
            raise NotPossible(str(taken)) from None
        return tuple(journey.steps)

    async def _rotate(self, platform_id: str) -> Steps:
        platform = self._means.roster.directory.platforms[platform_id]
        url = platform.endpoints.get(ENDPOINT)
        if platform.state is not PlatformState.REGISTERED or url is None:
            state = platform.state.value.lower()
            raise NotPossible(f"{platform.name!r} is {state}: only a registered partner has tokens to renew")
        token_b = new_token()
        new = tokens.established(self._means.secrets.hash_token(token_b), self._means.now())
        await self._change_issued(platform_id, lambda issued: tokens.offered(issued, new))
        journey = self._means.set_out()
        try:
            heard, used = await self._put(journey, platform, url, token_b)
        except Refused:
            await self._change_issued(platform_id, lambda issued: tokens.withdrawn(issued, self._hash(issued, token_b)))
            raise
        theirs = read_answer(journey, heard)
        parties = self._parties(journey, platform, theirs)
        await self._keep(platform, _Renewal(theirs.token, heard.access.encoding, used, token_b, parties))
        await self._outgoing.settle(platform_id)
        return tuple(journey.steps)

    async def _put(self, journey: Journey, platform: Platform, url: str, token_b: str) -> tuple[Heard, str]:
        """PUT with the newer outgoing token, on 401 with the older; also returns (sealed) which one the partner took."""
        credentials = write_own(self._means.settings, token_b)
        older = self._means.previous_access(platform)
        try:
            return await offer(journey, "PUT", url, self._means.access(platform), credentials), platform.outgoing
        except Refused as refused:
            if refused.http_status != UNAUTHORIZED or older is None:
                raise
        return await offer(journey, "PUT", url, older, credentials), platform.outgoing_previous

    async def _keep(self, platform: Platform, renewal: _Renewal) -> None:
        until = self._means.now() + timedelta(seconds=self._means.settings.rotation_grace_s)
        sealed = self._means.secrets.seal(renewal.token, platform.platform_id)

        def edit(current: Platform) -> Platform:
            return replace(
                current,
                outgoing=sealed,
                outgoing_previous=renewal.used,
                token_encoding=renewal.encoding,
                parties=renewal.parties,
                issued=tokens.renewed(current.issued, self._hash(current.issued, renewal.offered), until),
            )

        await self._means.roster.amend(platform.platform_id, edit)

    def _parties(self, journey: Journey, platform: Platform, theirs: Theirs) -> tuple[HostedParty, ...]:
        """The parties that the partner lists now; those of before when it lists one that it may not claim."""
        try:
            hold_to(platform.claims, theirs)
        except InvalidParameters as foreign:
            journey.note(f"the roles stay as they were: {foreign.message}")
            return platform.parties
        return hosting(platform.parties, theirs.claimed, self._means.now())

    def _hash(self, issued: tokens.Issued, token: str) -> str:
        """How the token is kept now: another process may have moved to a newer server key meanwhile."""
        return tokens.held(issued, self._means.secrets.hashes(token))

    async def _change_issued(self, platform_id: str, change: Callable[[tokens.Issued], tokens.Issued]) -> None:
        await self._means.roster.amend(platform_id, lambda current: replace(current, issued=change(current.issued)))


def _removed(current: Platform) -> Platform:
    return replace(forgotten(current), state=PlatformState.REMOVED)
