"""The directory: an immutable picture of platforms, parties, tokens and agreements, swapped whole when something changes.

Pure: every lookup is a dictionary's. Who keeps it fresh is hub.partners.roster.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hub.platform import Agreement, ConnectionStatus, Effect, HostedParty, IssuedToken, Platform, PlatformState
from hub.standing import Require
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, Role

_Answer = TypeVar("_Answer")
_FOUND_MAX = 50_000
_LIKELIEST = tuple(ConnectionStatus)
_STATUS_OF_STATE = {
    PlatformState.INVITED: ConnectionStatus.PLANNED,
    PlatformState.SUSPENDED: ConnectionStatus.SUSPENDED,
    PlatformState.UNREGISTERED: ConnectionStatus.SUSPENDED,
    PlatformState.REMOVED: ConnectionStatus.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class Hosted:
    """A party in one role and the platform that it is on."""

    party: Party
    role: Role
    platform: Platform

    @property
    def status(self) -> ConnectionStatus:
        """CONNECTED, OFFLINE, PLANNED or SUSPENDED."""
        return platform_status(self.platform)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May one party send to another, and which rule says so (`default` when none does)."""

    allowed: bool
    rule_id: str


def platform_status(platform: Platform) -> ConnectionStatus:
    """What HubClientInfo says of the parties on this platform. Source: checklist H5.11."""
    if platform.state is PlatformState.REGISTERED:
        return ConnectionStatus.CONNECTED if platform.reachable else ConnectionStatus.OFFLINE
    return _STATUS_OF_STATE[platform.state]


def party_status(platform: Platform, hosted: HostedParty) -> ConnectionStatus:
    """The same for one party, which its platform may have dropped."""
    return ConnectionStatus.SUSPENDED if hosted.gone else platform_status(platform)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everything that authentication and routing ask, in memory."""

    hub: Party
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    issued: Mapping[str, tuple[str, IssuedToken]] = field(default_factory=dict, repr=False)
    """token hash -> platform_id and the token's record."""
    credentials_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """platform_id -> the token that opens the partner's doors to us, in clear."""
    hosted: Mapping[Party, tuple[Hosted, ...]] = field(default_factory=dict)
    on_platform: Mapping[str, tuple[Hosted, ...]] = field(default_factory=dict)
    """platform_id -> the live parties on it."""
    agreements: Mapping[tuple[Party | None, Party | None, ModuleId | None], Agreement] = field(default_factory=dict)
    require: Require = Require.OFF
    """What becomes of messages of modules that are not verified."""
    _found: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, question: Hashable, work_out: Callable[[], _Answer]) -> _Answer:
        """What `work_out` says of this picture, worked out at the first time that `question` is asked."""
        try:
            answer: _Answer = self._found[question]
        except KeyError:
            answer = work_out()
            if len(self._found) >= _FOUND_MAX:
                self._found.clear()
            self._found[question] = answer
        return answer

    def locate(self, party: Party, roles: tuple[Role, ...]) -> Hosted | None:
        """The party in the first of `roles` that some platform hosts; with no roles, in any (custom modules).

        Where several platforms host the same role, a connected one wins, then an offline one.
        """
        known = self.hosted.get(party, ())
        if not roles:
            return min(known, key=_eagerness, default=None)
        for role in roles:
            if fitting := [one for one in known if one.role is role]:
                return min(fitting, key=_eagerness)
        return None

    def with_roles(self, roles: Iterable[Role]) -> list[Hosted]:
        """Every hosted party in one of `roles`, by party."""
        wanted = set(roles)
        return [one for party in sorted(self.hosted) for one in self.hosted[party] if one.role in wanted]

    def may_send(self, sender: Party, receiver: Party, module: ModuleId) -> Verdict:
        """Apply the agreements: the most specific rule wins, a DENY wins between equals; without a rule all may."""
        found: list[tuple[int, Agreement]] = []
        for one in (sender, None):
            for other in (receiver, None):
                for chapter in (module, None):
                    rule = self.agreements.get((one, other, chapter))
                    if rule is not None:
                        found.append((sum(part is not None for part in (one, other, chapter)), rule))
        if not found:
            return Verdict(True, "default")
        strongest = max(found, key=lambda pair: (pair[0], pair[1].effect is Effect.DENY))[1]
        return Verdict(strongest.effect is Effect.ALLOW, strongest.rule_id)

    def may_exchange(self, one: Party, other: Party, module: ModuleId) -> bool:
        """Both directions are allowed: needed to show one's stored objects to the other (GET All)."""
        return self.may_send(one, other, module).allowed and self.may_send(other, one, module).allowed

    def endpoint(self, platform: Platform, module: ModuleId, interface: Interface) -> str | None:
        """The URL that the platform gave for this module and interface."""
        return platform.endpoints.get((module, interface))


def _eagerness(one: Hosted) -> tuple[int, str]:
    return _LIKELIEST.index(one.status), one.platform.platform_id


def build(
    hub: Party,
    platforms: Iterable[Platform],
    agreements: Iterable[Agreement],
    unseal: Callable[[Platform], str],
    require: Require = Require.OFF,
) -> Directory:
    """Make the picture; `unseal` gives the clear outgoing token of a platform, empty when there is none."""
    known = list(platforms)
    hosted: dict[Party, list[Hosted]] = defaultdict(list)
    on_platform: dict[str, list[Hosted]] = defaultdict(list)
    for platform in known:
        if platform.state is PlatformState.REMOVED:
            continue
        for one in platform.parties:
            if not one.gone:
                place = Hosted(one.party_role.party, one.party_role.role, platform)
                hosted[place.party].append(place)
                on_platform[platform.platform_id].append(place)
    return Directory(
        hub=hub,
        platforms={platform.platform_id: platform for platform in known},
        issued={token.token_hash: (platform.platform_id, token) for platform in known for token in platform.issued},
        credentials_tokens={platform.platform_id: unseal(platform) for platform in known},
        hosted={party: tuple(places) for party, places in hosted.items()},
        on_platform={platform_id: tuple(places) for platform_id, places in on_platform.items()},
        agreements={(rule.sender, rule.receiver, rule.module): rule for rule in agreements},
        require=require,
    )
