"""Is the hub well, at a glance, and what needs a person; and the doctor's checks."""

import shlex
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version

from hub.admin import doctor
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Json, Nothing
from hub.delivery.lane import Breaker
from hub.delivery.worker import LaneFigures
from hub.partners.views import PartnerView
from hub.platform import ConnectionStatus
from hub.store.database_facts import DatabaseFacts
from hub.store.protocols import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is not as it should be, and the command that tells more or mends it."""

    text: str
    hint: str
    who: str = ""
    """The partner, as hubctl is told of it; empty for the hub itself."""


async def _status(call: AdminCall[Nothing]) -> Json:
    return await look(call.office)


async def look(office: AdminServices) -> Json:
    """How the hub is now."""
    database, needs = await _database(office)
    partners = await office.partners.all() if database else []
    lanes = await office.deliveries.snapshot() if database else []
    needs += [_offline(one) for one in partners if one.status is ConnectionStatus.OFFLINE]
    needs += _stuck(partners, lanes)
    if office.apps.trouble:
        needs.append(Need(f"apps may be told old things: {office.apps.trouble}", "hubctl doctor"))
    if office.traffic.dropped:
        needs.append(Need(f"{office.traffic.dropped} traced legs were dropped since the start", "hubctl doctor"))
    return {
        "status": "degraded" if needs else "ok",
        "needs": [asdict(need) for need in needs],
        "hub": {
            "party": str(office.settings.party),
            "version": version("ocpi-hub"),
            "versions_url": f"{office.settings.ocpi_url}/versions",
            "workers": office.settings.workers,
        },
        "mongodb": None if database is None else doctor.database_words(database),
        "partners": dict(Counter(one.status.value for one in partners)),
        "parties": dict(Counter(party.role.value for one in partners for party in one.parties)),
        "deliveries": {
            "behind": sum(lane.behind for lane in lanes),
            "waiting": sum(lane.waiting for lane in lanes),
            "in_flight": sum(lane.in_flight for lane in lanes),
        },
        "last_minute": asdict(office.traffic.figures()),
    }


async def _doctor(call: AdminCall[Nothing]) -> Json:
    checks = await doctor.examine(call.office)
    return {"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]}


async def _database(office: AdminServices) -> tuple[DatabaseFacts | None, list[Need]]:
    try:
        return await office.store.facts.look(), []
    except StoreUnavailable as error:
        return None, [Need(str(error), "hubctl doctor")]


def _offline(one: PartnerView) -> Need:
    parties = ", ".join(sorted({str(hosted.party) for hosted in one.parties}))
    return Need(f"{one.name} ({parties}) is OFFLINE", f"hubctl partner show {_word(one)}", _word(one))


def _stuck(partners: list[PartnerView], lanes: list[LaneFigures]) -> list[Need]:
    """Partners that answer, but take no deliveries."""
    closed = {lane.platform_id: lane for lane in lanes if lane.breaker is not Breaker.CLOSED}
    return [
        Need(
            f"{one.name} takes no deliveries just now, and lacks {closed[one.platform_id].behind}",
            f"hubctl deliveries list --partner {_word(one)}",
            _word(one),
        )
        for one in partners
        if one.status is ConnectionStatus.CONNECTED and one.platform_id in closed
    ]


def _word(one: PartnerView) -> str:
    """A party id, which no shell takes apart; else the name."""
    if one.parties:
        return f"{one.parties[0].party.country_code}-{one.parties[0].party.party_id}"
    return shlex.quote(one.name)


ROUTES = (
    AdminRoute(
        method="GET", path="/status", act=_status, asks=Nothing, summary="Is the hub well, and what needs a person."
    ),
    AdminRoute(method="GET", path="/doctor", act=_doctor, asks=Nothing, summary="Checks, each with what mends it."),
)
