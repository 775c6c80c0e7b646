"""Partners for the page, those that need a person first: what is wrong, and the command to run. Pure."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from hub.admin.table import Json
from hub.delivery.lane import Breaker
from hub.delivery.worker import LaneFigures
from hub.partners.views import PartnerView
from hub.platform import ConnectionStatus, Platform, PlatformState
from hub.standing import worrying
from hub.traffic import Figures

_OLD_TOKEN_DAYS = 90
_MANY_FAIL = 0.05
_FEW = 20


def card(
    one: PartnerView, platform: Platform, figures: Figures, lane: LaneFigures | None, history: Sequence[Sequence[int]]
) -> Json:
    """`history`: legs of each of the last 30 minutes, and those of them that failed."""
    rank, why, command = _need(one, platform, figures, lane)
    return {
        "name": one.name,
        "word": word(one),
        "status": one.status,
        "state": one.state,
        "parties": sorted({f"{hosted.party} {hosted.role}" for hosted in one.parties}),
        "version": one.version,
        "last_seen_at": one.last_seen_at,
        "token_age_days": one.token_age_days,
        "breaker": lane.breaker if lane else Breaker.CLOSED,
        "behind": lane.behind if lane else 0,
        "last_minute": asdict(figures),
        "history": history,
        "standings": _standings(platform),
        "need": rank,
        "why": why,
        "command": command,
    }


def word(one: PartnerView) -> str:
    """How hubctl is told of this partner: a party id, which no shell takes apart, else its name."""
    if one.parties:
        return f"{one.parties[0].party.country_code}-{one.parties[0].party.party_id}"
    return shlex.quote(one.name)


def _need(one: PartnerView, platform: Platform, figures: Figures, lane: LaneFigures | None) -> tuple[int, str, str]:
    """How urgent (0 most, 9 not at all), what is wrong, and the command that tells more or mends it."""
    name = word(one)
    show = f"hubctl partner show {name}"
    failing = f"hubctl traffic tail --partner {name} --status fail --since 10m"
    passed = figures.received + figures.sent
    own = figures.errors - figures.undelivered
    blocked = [each for each in platform.standings if worrying(each)]
    conditions = (
        (one.status is ConnectionStatus.OFFLINE, "it does not answer", failing),
        (
            lane is not None and lane.breaker is not Breaker.CLOSED,
            f"it takes no deliveries, and lacks {lane.behind if lane else 0}",
            f"hubctl deliveries list --partner {name}",
        ),
        (
            passed >= _FEW and own > passed * _MANY_FAIL,
            f"{own} of {passed} messages failed in the last minute",
            failing,
        ),
        (bool(blocked), f"{len(blocked)} modules fail the contract suite", f"hubctl partner verdict {name}"),
        (
            one.state is PlatformState.SUSPENDED,
            f"suspended: {one.suspended_reason or 'no reason given'}",
            f"hubctl partner resume {name}",
        ),
        (one.state is PlatformState.INVITED, "it has not registered yet", show),
        (
            (one.token_age_days or 0) > _OLD_TOKEN_DAYS,
            f"its token is {one.token_age_days or 0:.0f} days old",
            f"hubctl partner rotate {name}",
        ),
    )
    for rank, (holds, why, command) in enumerate(conditions):
        if holds:
            return rank, why, command
    return 9, "", show


def _standings(platform: Platform) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for one in platform.standings:
        counts[one.state.value] = counts.get(one.state.value, 0) + 1
    return counts
