"""Makes the views of partners and parties from the records. Pure."""

from datetime import datetime, timedelta

from hub.partners import tokens
from hub.partners.views import EndpointView, PartnerView, PartyView
from hub.platform import HostedParty, Platform, TokenKind
from hub.registry import party_status, platform_status


def party_view(platform: Platform, hosted: HostedParty) -> PartyView:
    """One party of a platform."""
    return PartyView(
        party=hosted.party_role.party,
        role=hosted.party_role.role,
        name=hosted.name,
        status=party_status(platform, hosted),
        status_changed_at=hosted.status_changed_at,
        partner=platform.name,
        platform_id=platform.platform_id,
    )


def partner_view(platform: Platform, last_seen_at: datetime | None, audience: int, now: datetime) -> PartnerView:
    """One platform, without anything secret."""
    current = tokens.newest(platform.issued)
    issued_at = current.issued_at if current else None
    open_invitations = [token for token in platform.issued if token.kind is TokenKind.REGISTRATION]
    return PartnerView(
        name=platform.name,
        platform_id=platform.platform_id,
        state=platform.state,
        status=platform_status(platform),
        reachable=platform.reachable,
        parties=tuple(party_view(platform, hosted) for hosted in platform.parties if not hosted.gone),
        claims=tuple(sorted(platform.claims)),
        version=platform.version,
        versions_url=platform.versions_url,
        endpoints=tuple(
            EndpointView(module=module, interface=interface, url=url)
            for (module, interface), url in sorted(platform.endpoints.items())
        ),
        quirks=platform.quirks,
        token_encoding=platform.token_encoding,
        created_at=platform.created_at,
        registered_at=platform.registered_at,
        invitation_expires_at=open_invitations[0].expires_at if open_invitations else None,
        last_seen_at=last_seen_at,
        token_age_days=(now - issued_at) / timedelta(days=1) if issued_at else None,
        suspended_reason=platform.suspended_reason,
        audience=audience,
    )
