"""Invitations: the operator names a partner and the parties that it may claim, and gets a token A for it.

Source: OCPI 2.2.1, credentials, Registration; checklist decision D2, H2.20.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hub.clock import new_id
from hub.partners import tokens
from hub.partners.handshake import forgotten
from hub.partners.means import Means
from hub.partners.parties import hosting
from hub.partners.problems import NotPossible
from hub.platform import Platform, PlatformState, Quirks
from hub.registry import Directory
from hub.secrets import new_token
from hub.store.protocols import Conflict
from hub.wire.party import PartyRole, Role

_NAME_MAX_CHARS = 100
_BEFORE_REGISTRATION = {PlatformState.INVITED, PlatformState.UNREGISTERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """An invited platform and its token A in clear, for this one time."""

    platform: Platform
    token: str = field(repr=False)


class Invitations:
    """Issues token A."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def invite(
        self, name: str, claims: Iterable[PartyRole], expires_in: timedelta | None, quirks: Quirks | None
    ) -> Issued:
        """Invite a partner; raises NotPossible.

        One that has not registered yet, or whose answer with token C was lost (it never used that one), gets a fresh
        token A and these claims; the older token A is void.
        """
        wanted = frozenset(claims)
        platform = prepare(self._means, name, wanted)
        now = self._means.now()
        token_a = new_token()
        invited = replace(
            forgotten(platform),
            state=PlatformState.INVITED,
            claims=wanted,
            quirks=quirks or platform.quirks,
            parties=hosting(platform.parties, dict.fromkeys(sorted(wanted), ""), now),
            issued=tokens.invited(
                self._means.secrets.hash_token(token_a), now, now + expires_in if expires_in else None
            ),
        )
        try:
            saved = await self._means.roster.save(invited)
        except Conflict as conflict:
            await self._means.roster.reload()
            raise NotPossible(f"{name!r} cannot be invited: {conflict}") from None
        return Issued(platform=saved, token=token_a)


def prepare(means: Means, name: str, claims: frozenset[PartyRole]) -> Platform:
    """The platform with this name that is not registered, or a new one, not saved yet; raises NotPossible."""
    check_name(name)
    before = named(means.roster.directory, name)
    if before is not None and not _may_start_anew(before):
        raise NotPossible(
            f"{before.name!r} is {before.state.value.lower()} already: remove it before you invite it again"
        )
    check_claims(means.roster.directory, claims, before)
    return before or Platform(
        platform_id=new_id(), name=name.strip(), state=PlatformState.INVITED, claims=claims, created_at=means.now()
    )


def named(directory: Directory, name: str) -> Platform | None:
    """The platform with this name, in any case, that was not removed."""
    wanted = name.strip().casefold()
    for platform in directory.platforms.values():
        if platform.state is not PlatformState.REMOVED and platform.name.casefold() == wanted:
            return platform
    return None


def check_name(name: str) -> None:
    """Raise NotPossible for a name that a line of output could not hold."""
    if not name.strip() or len(name) > _NAME_MAX_CHARS or not name.isprintable():
        raise NotPossible(f"a partner's name has 1 to {_NAME_MAX_CHARS} printable characters")


def check_claims(directory: Directory, claims: frozenset[PartyRole], of: Platform | None) -> None:
    """Raise NotPossible without a claim, for the hub's own party, and for what another partner may claim."""
    if not claims:
        raise NotPossible("name at least one party that the partner may claim, such as NL/CPA/CPO")
    for claim in sorted(claims):
        if claim.party == directory.hub or claim.role is Role.HUB:
            raise NotPossible(f"{claim} is this hub's own party, or claims to be a hub")
    for platform in directory.platforms.values():
        if platform.state is PlatformState.REMOVED or (of and platform.platform_id == of.platform_id):
            continue
        if taken := sorted(claims & platform.claims):
            raise NotPossible(f"{taken[0]} belongs to the partner {platform.name!r}")


def _may_start_anew(platform: Platform) -> bool:
    never_used = platform.state is PlatformState.REGISTERED and not any(token.proven for token in platform.issued)
    return platform.state in _BEFORE_REGISTRATION or never_used
