"""The partners' office: everything that an operator does with partners, agreements and parties, by name."""

from collections.abc import Iterable
from datetime import timedelta

from hub.partners.views import Invitation, Outcome, PartnerView, PartyView
from hub.platform import Agreement, Effect, Platform, Quirks
from hub.wire.interface import ModuleId
from hub.wire.party import Party, PartyRole

INVITATION_LIFE = timedelta(days=7)


class Partners:
    """The one facade for the admin API.

    `name` is a partner's name, in any case, or the party id of a party that it hosts (`NL-TNM`). Every method that takes one
    raises UnknownPartner. What is at odds with the present state raises NotPossible; what fails at the partner PartnerFailed
    (hub.partners.problems). StoreUnavailable passes through.
    """

    async def all(self) -> list[PartnerView]:
        """Every partner that was not removed, by name."""
        raise NotImplementedError

    async def show(self, name: str) -> PartnerView:
        """One partner."""
        raise NotImplementedError

    def find(self, name: str) -> Platform:
        """The platform behind a name or party id."""
        raise NotImplementedError

    def parties(self) -> list[PartyView]:
        """Every party of every partner that was not removed, by party and role; dropped parties are left out."""
        raise NotImplementedError

    async def invite(
        self,
        name: str,
        claims: Iterable[PartyRole],
        *,
        expires_in: timedelta | None = INVITATION_LIFE,
        quirks: Quirks | None = None,
    ) -> Invitation:
        """Issue a token A; for a partner that is INVITED or UNREGISTERED a fresh one, with these claims from now on.

        NotPossible: the name is another state's, a claim is another partner's or the hub's own, no claim is given.
        """
        raise NotImplementedError

    async def register(
        self, name: str, *, versions_url: str, token: str, claims: Iterable[PartyRole], quirks: Quirks | None = None
    ) -> Outcome:
        """Start the handshake from this side with the token A that the partner gave; nothing stays after a failure."""
        raise NotImplementedError

    async def suspend(self, name: str, reason: str) -> Outcome:
        """Refuse its requests and send it nothing until `resume`."""
        raise NotImplementedError

    async def resume(self, name: str) -> Outcome:
        """End a suspension."""
        raise NotImplementedError

    async def rotate(self, name: str) -> Outcome:
        """Renew both tokens by PUT credentials at the partner."""
        raise NotImplementedError

    async def remove(self, name: str) -> Outcome:
        """DELETE credentials at the partner if it can be reached, and forget its tokens in any case."""
        raise NotImplementedError

    async def set_quirks(
        self, name: str, *, trailing_slash: bool | None = None, catch_up: bool | None = None
    ) -> PartnerView:
        """Switch what is given, leave what is None."""
        raise NotImplementedError

    def agreements(self) -> list[Agreement]:
        """Every rule, by rule_id."""
        raise NotImplementedError

    async def agree(
        self, sender: Party | None, receiver: Party | None, module: ModuleId | None, effect: Effect, *, by: str = ""
    ) -> Agreement:
        """Allow or deny, in place of an earlier rule on the same triple; None stands for everyone or everything."""
        raise NotImplementedError

    async def unset(self, sender: Party | None, receiver: Party | None, module: ModuleId | None) -> bool:
        """Take the rule on this triple away; tells whether there was one."""
        raise NotImplementedError
