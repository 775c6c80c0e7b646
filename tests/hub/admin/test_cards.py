"""Partners for the page: those that need a person first, with the reason and the command."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.admin.cards import card
from hub.clock import now_utc
from hub.delivery.lane import Breaker
from hub.delivery.worker import LaneFigures
from hub.partners.showing import partner_view
from hub.platform import HostedParty, IssuedToken, Platform, PlatformState, TokenKind
from hub.standing import Side, Standing, State
from hub.traffic import Figures
from hub.wire.interface import ModuleId
from hub.wire.party import PartyRole, Role
from tests import words

NOW = now_utc()
ROLE = PartyRole(party=words.CPO, role=Role.CPO)
WELL = Platform(
    platform_id="p1",
    name="Green Plug; rm -rf",
    state=PlatformState.REGISTERED,
    claims=frozenset({ROLE}),
    parties=(HostedParty(party_role=ROLE, status_changed_at=NOW),),
    created_at=NOW,
)
OLD = IssuedToken(token_hash="h", kind=TokenKind.ESTABLISHED, issued_at=NOW - timedelta(days=100))
RED = Standing(
    side=Side.CPO, module=ModuleId("locations"), state=State.BLOCKED, judged_at=NOW, expires_at=NOW, suite_version="1"
)
STUCK = LaneFigures(platform_id="p1", waiting=0, in_flight=0, behind=7, breaker=Breaker.OPEN, here=True)


Case = tuple[Platform, Figures | None, LaneFigures | None]


def shown(case: Case) -> tuple[int, str, str]:
    """How urgent, why, and the command."""
    platform, figures, lane = case
    made = card(partner_view(platform, NOW, 0, NOW), platform, figures or Figures(), lane, ((), ()))
    return made["need"], made["why"], made["command"]


@pytest.mark.parametrize(
    ("case", "rank", "why", "command"),
    [
        ((WELL, None, None), 9, "", "show NL-CPA"),
        ((replace(WELL, reachable=False), None, None), 0, "it does not answer", "tail --partner NL-CPA"),
        ((WELL, None, STUCK), 1, "it takes no deliveries, and lacks 7", "list --partner NL-CPA"),
        ((WELL, Figures(received=90, sent=10, errors=6), None), 2, "6 of 100 messages failed", "--status fail"),
        ((WELL, Figures(received=90, sent=10, errors=5), None), 9, "", "show NL-CPA"),
        ((WELL, Figures(received=90, sent=10, errors=50, undelivered=45), None), 9, "", "show NL-CPA"),
        ((replace(WELL, standings=(RED,)), None, None), 3, "1 modules fail", "verdict NL-CPA"),
        ((replace(WELL, state=PlatformState.SUSPENDED), None, None), 4, "suspended: no reason", "resume NL-CPA"),
        ((replace(WELL, state=PlatformState.INVITED, parties=()), None, None), 5, "it has not", "'Green Plug; rm -rf'"),
        ((replace(WELL, issued=(OLD,)), None, None), 6, "its token is 100 days old", "rotate NL-CPA"),
    ],
)
def test_each_need_has_its_rank_reason_and_command(case: Case, rank: int, why: str, command: str) -> None:
    """What is most urgent is told; a name that a shell would take apart is quoted."""
    told = shown(case)

    assert told[0] == rank
    assert told[1].startswith(why)
    assert command in told[2]


def test_the_most_urgent_need_is_told() -> None:
    """OFFLINE goes before a stuck lane, failures, verdicts and an old token."""
    worst = replace(WELL, reachable=False, standings=(RED,), issued=(OLD,))

    assert shown((worst, Figures(received=100, errors=100), STUCK))[0] == 0
