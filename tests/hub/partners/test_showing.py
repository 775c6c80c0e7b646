"""Views of partners and parties."""

from datetime import UTC, datetime, timedelta

from hub.partners.parties import hosting
from hub.partners.showing import partner_view
from hub.platform import ConnectionStatus, IssuedToken, Platform, PlatformState, TokenKind
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party, PartyRole, Role

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CPA, CPB = (PartyRole(party=Party.of("NL", party_id), role=Role.CPO) for party_id in ("CPA", "CPB"))


def platform(*issued: IssuedToken) -> Platform:
    """A registered platform that dropped one of its two parties."""
    return Platform(
        platform_id="p",
        name="Charge Point A",
        state=PlatformState.REGISTERED,
        claims=frozenset({CPB, CPA}),
        parties=hosting(hosting((), {CPA: "A", CPB: "B"}, NOW), {CPA: ""}, NOW),
        reachable=False,
        endpoints={(ModuleId("tokens"), Interface.RECEIVER): "https://cpa.example/tokens"},
        issued=issued,
        outgoing="sealed outgoing token",
        outgoing_previous="sealed older token",
        created_at=NOW,
    )


def test_a_view_shows_everything_but_secrets() -> None:
    """Nothing that a token could be found with is in a view, sealed or hashed or not."""
    token = IssuedToken(token_hash="hash of a token", kind=TokenKind.ESTABLISHED, issued_at=NOW - timedelta(days=3))

    view = partner_view(platform(token), NOW, 7, NOW)

    assert (view.status, view.token_age_days, view.audience) == (ConnectionStatus.OFFLINE, 3.0, 7)
    assert [(one.party, one.name) for one in view.parties] == [(CPA.party, "A")]
    assert view.claims == (CPA, CPB)
    assert [(one.module, one.interface) for one in view.endpoints] == [("tokens", Interface.RECEIVER)]
    assert "token" not in repr(view).replace("token_age_days", "").replace("token_encoding", "").replace("tokens", "")


def test_the_age_is_that_of_the_newest_token() -> None:
    """A token that a rotation replaced does not make the newer one look old."""
    older = IssuedToken(token_hash="1", kind=TokenKind.ESTABLISHED, issued_at=NOW - timedelta(days=30), superseded=True)
    newer = IssuedToken(token_hash="2", kind=TokenKind.ESTABLISHED, issued_at=NOW)

    assert partner_view(platform(older, newer), None, 0, NOW).token_age_days == 0


def test_an_open_invitation_shows_its_end() -> None:
    """And no age: token A is no established token."""
    token_a = IssuedToken(token_hash="a", kind=TokenKind.REGISTRATION, issued_at=NOW, expires_at=NOW + timedelta(7))

    view = partner_view(platform(token_a), None, 0, NOW)

    assert (view.invitation_expires_at, view.token_age_days) == (NOW + timedelta(7), None)
