"""The partners' office: everything that an operator does with partners, agreements and parties, by name."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.partners import finding
from hub.partners.invitation import Invitations
from hub.partners.means import Means
from hub.partners.problems import NotPossible
from hub.partners.rotation import Rotation
from hub.partners.sender import Sender, Target
from hub.partners.showing import partner_view, party_view
from hub.partners.views import Invitation, Outcome, PartnerView, PartyView
from hub.partners.visibility import audience
from hub.platform import Agreement, Effect, Platform, PlatformState, Quirks
from hub.wire.interface import ModuleId
from hub.wire.party import Party, PartyRole

INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """Who does the work behind the facade."""

    invitations: Invitations
    sender: Sender
    rotation: Rotation
    last_seen: Callable[[], Awaitable[Mapping[str, datetime]]]
    """platform_id -> when it was last heard (hub.partners.liveness)."""


class Partners:
    """The one facade for the admin API.

    `name` is a partner's name, in any case, or the party id of a party that it hosts (`NL-TNM`). Every method that takes one
    raises UnknownPartner. What is at odds with the present state raises NotPossible; what fails at the partner PartnerFailed
    (hub.partners.problems). StoreUnavailable passes through.
    """

    def __init__(self, means: Means, offices: Offices, modules: Sequence[ModuleId]) -> None:
        """`modules` are the functional ones of this hub."""
        self._means = means
        self._offices = offices
        self._modules = modules

    async def all(self) -> list[PartnerView]:
        """Every partner that was not removed, by name."""
        seen = await self._offices.last_seen()
        views = [self._view(one, seen) for one in self._platforms()]
        return sorted(views, key=lambda view: view.name.casefold())

    async def show(self, name: str) -> PartnerView:
        """One partner."""
        return self._view(self.find(name), await self._offices.last_seen())

    def find(self, name: str) -> Platform:
        """The platform behind a name or party id."""
        return finding.find(self._means.roster.directory, name)

    def parties(self) -> list[PartyView]:
        """Every party of every partner that was not removed, by party and role; dropped parties are left out."""
        views = [party_view(one, hosted) for one in self._platforms() for hosted in one.parties if not hosted.gone]
        return sorted(views, key=lambda view: (view.party, view.role, view.partner))

    async def invite(
        self,
        name: str,
        claims: Iterable[PartyRole],
        *,
        expires_in: timedelta | None = INVITATION_LIFE,
        quirks: Quirks | None = None,
    ) -> Invitation:
        """Issue a token A; for a partner that has not registered, or never used its token C, a fresh one.

        The claims are these from now on. NotPossible: the name is a registered partner's, a claim is another partner's or
        the hub's own, no claim is given.
        """
        issued = await self._offices.invitations.invite(name, claims, expires_in, quirks)
        view = await self._show(issued.platform.platform_id)
        return Invitation(
            partner=view,
            versions_url=f"{self._means.settings.ocpi_url}/versions",
            token=issued.token,
            expires_at=view.invitation_expires_at,
        )

    async def register(
        self, name: str, *, versions_url: str, token: str, claims: Iterable[PartyRole], quirks: Quirks | None = None
    ) -> Outcome:
        """Start the handshake from this side with the token A that the partner gave; nothing stays after a failure."""
        target = Target(versions_url=versions_url, token_a=token, claims=frozenset(claims), quirks=quirks)
        platform, steps = await self._offices.sender.register(name, target)
        return Outcome(partner=await self._show(platform.platform_id), steps=steps)

    async def suspend(self, name: str, reason: str) -> Outcome:
        """Refuse its requests and send it nothing until `resume`."""

        def edit(current: Platform) -> Platform:
            _check_state(current, PlatformState.REGISTERED, "suspended")
            return replace(current, state=PlatformState.SUSPENDED, suspended_reason=reason)

        return await self._amend(name, edit)

    async def resume(self, name: str) -> Outcome:
        """End a suspension."""

        def edit(current: Platform) -> Platform:
            _check_state(current, PlatformState.SUSPENDED, "resumed")
            return replace(current, state=PlatformState.REGISTERED, suspended_reason="")

        return await self._amend(name, edit)

    async def rotate(self, name: str) -> Outcome:
        """Renew both tokens by PUT credentials at the partner."""
        platform_id = self.find(name).platform_id
        steps = await self._offices.rotation.rotate(platform_id)
        return Outcome(partner=await self._show(platform_id), steps=steps)

    async def remove(self, name: str) -> Outcome:
        """DELETE credentials at the partner if it can be reached, and forget its tokens in any case."""
        platform_id = self.find(name).platform_id
        steps = await self._offices.rotation.remove(platform_id)
        return Outcome(partner=await self._show(platform_id), steps=steps)

    async def set_quirks(
        self,
        name: str,
        *,
        trailing_slash: bool | None = None,
        catch_up: bool | None = None,
        repeats_request_ids: bool | None = None,
    ) -> PartnerView:
        """Switch what is given, leave what is None."""

        asked = {
            "trailing_slash": trailing_slash,
            "catch_up": catch_up,
            "repeats_request_ids": repeats_request_ids,
        }
        given = {switch: wanted for switch, wanted in asked.items() if wanted is not None}

        def edit(current: Platform) -> Platform:
            return replace(current, quirks=replace(current.quirks, **given))

        return (await self._amend(name, edit)).partner

    def agreements(self) -> list[Agreement]:
        """Every rule, by rule_id."""
        return sorted(self._means.roster.directory.agreements.values(), key=lambda rule: rule.rule_id)

    async def agree(
        self, sender: Party | None, receiver: Party | None, module: ModuleId | None, effect: Effect, *, by: str = ""
    ) -> Agreement:
        """Allow or deny, in place of an earlier rule on the same triple; None stands for everyone or everything."""
        rule = Agreement(
            sender=sender,
            receiver=receiver,
            module=module,
            effect=effect,
            created_at=self._means.now(),
            created_by=by,
        )
        await self._means.roster.agree(rule)
        return rule

    async def unset(self, sender: Party | None, receiver: Party | None, module: ModuleId | None) -> bool:
        """Take the rule on this triple away; tells whether there was one."""
        rule = Agreement(
            sender=sender, receiver=receiver, module=module, effect=Effect.ALLOW, created_at=self._means.now()
        )
        return await self._means.roster.disagree(rule.rule_id)

    async def amend(self, platform_id: str, edit: Callable[[Platform], Platform]) -> Platform:
        """Save an edit of a platform (hub.partners.roster)."""
        return await self._means.roster.amend(platform_id, edit)

    async def _amend(self, name: str, edit: Callable[[Platform], Platform]) -> Outcome:
        platform = await self._means.roster.amend(self.find(name).platform_id, edit)
        return Outcome(partner=await self._show(platform.platform_id))

    async def _show(self, platform_id: str) -> PartnerView:
        return self._view(self._means.roster.directory.platforms[platform_id], await self._offices.last_seen())

    def _view(self, platform: Platform, seen: Mapping[str, datetime]) -> PartnerView:
        directory = self._means.roster.directory
        parties = [hosted.party_role.party for hosted in platform.parties if not hosted.gone]
        told = len(audience(directory, platform, parties, self._modules))
        return partner_view(platform, seen.get(platform.platform_id), told, self._means.now())

    def _platforms(self) -> list[Platform]:
        known = self._means.roster.directory.platforms.values()
        return [one for one in known if one.state is not PlatformState.REMOVED]


def _check_state(platform: Platform, needed: PlatformState, done: str) -> None:
    if platform.state is not needed:
        is_now, must_be = platform.state.value.lower(), needed.value.lower()
        raise NotPossible(f"{platform.name!r} is {is_now}: only a {must_be} partner can be {done}")
