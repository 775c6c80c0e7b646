"""Small directories for tests: platforms, their parties and endpoints, and agreements, a line each."""

from collections.abc import Iterable
from datetime import UTC, datetime

import modules
from hub.catalog import Catalog
from hub.platform import Agreement, Effect, HostedParty, Platform, PlatformState, Quirks, TokenEncoding
from hub.registry import Directory, build
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole
from tests.words import HUB

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
CATALOG = Catalog(modules.ALL)
EVERY_ENDPOINT = frozenset((module.identifier, interface) for module in CATALOG.functional() for interface in Interface)


def platform(
    platform_id: str,
    *roles: str,
    state: PlatformState = PlatformState.REGISTERED,
    reachable: bool = True,
    catch_up: bool = True,
    version: Version = Version.V2_2_1,
    encoding: TokenEncoding = TokenEncoding.BASE64,
    offers: Iterable[tuple[ModuleId, Interface]] = EVERY_ENDPOINT,
    gone: Iterable[str] = (),
) -> Platform:
    """A platform that hosts `roles` (`NL/CPA/CPO`); of those in `gone` it said that they left.

    It offers both interfaces of every functional module, unless `offers` says which, at `endpoint_url`.
    """
    here = [(PartyRole.parse(written), False) for written in roles]
    left = [(PartyRole.parse(written), True) for written in gone]
    return Platform(
        platform_id=platform_id,
        name=platform_id,
        state=state,
        claims=frozenset(role for role, _ in here + left),
        parties=tuple(
            HostedParty(party_role=role, gone=has_left, status_changed_at=AT) for role, has_left in here + left
        ),
        reachable=reachable,
        version=version,
        versions_url=f"https://{platform_id}.example/ocpi/versions",
        endpoints={(module, interface): endpoint_url(platform_id, module, interface) for module, interface in offers},
        token_encoding=encoding,
        quirks=Quirks(catch_up=catch_up),
        created_at=AT,
    )


def endpoint_url(platform_id: str, module: str, interface: Interface) -> str:
    """Where `platform` says that a module is."""
    return f"https://{platform_id}.example/ocpi/{interface.lower()}/{module}"


def directory(*platforms: Platform, rules: Iterable[Agreement] = ()) -> Directory:
    """A directory of the hub NL*HUB; the outgoing token of platform `p` is `token-of-p`."""
    return build(HUB, platforms, rules, lambda one: f"token-of-{one.platform_id}")


def rule(sender: Party | None, receiver: Party | None, module: str | None, effect: Effect = Effect.DENY) -> Agreement:
    """An agreement; None stands for everyone or everything."""
    return Agreement(
        sender=sender, receiver=receiver, module=ModuleId(module) if module else None, effect=effect, created_at=AT
    )
