"""The reference partners: a simulated operator and provider that do everything as OCPI has it, with something in every list.

The contract suite is held against them: clean they pass every check, with one defect switched on they fail that check.
"""

from datetime import timedelta
from functools import cache
from typing import Any, Unpack

from hub.clock import now_utc
from hub.simulate.charging import period
from hub.simulate.cpo import Cpo
from hub.simulate.drivers import tokens_of
from hub.simulate.emsp import Emsp
from hub.simulate.operators import PARTIES
from hub.simulate.platform import ServerOptions
from hub.simulate.records import Books, Order
from hub.simulate.stations import stations
from hub.wire.party import Party

OPERATOR = PARTIES["Power Dot France"]
PROVIDER = Party(country_code="NL", party_id="EMA")
SUITE = Party(country_code="NL", party_id="CTS")
"""The party in whose name the contract suite calls, unless it is told otherwise."""
STATIONS = 6
FINISHED_SESSIONS = 3


def reference_cpo(
    party: Party = OPERATOR, *, counterpart: Party = SUITE, seed: int = 1, **options: Unpack[ServerOptions]
) -> Cpo:
    """An operator with real stations, its tariffs, and finished sessions with their CDRs of drivers of `counterpart`."""
    cpo = Cpo(party, locations=_stations(party), seed=seed, **options)
    drivers = tokens_of(counterpart, str(counterpart), FINISHED_SESSIONS, seed=seed)
    for days_ago, (location, token) in enumerate(zip(cpo.locations.values(), drivers, strict=False), start=1):
        order = cpo.order(
            token=token, location_id=location["id"], evse_uid=location["evses"][0]["uid"], auth_method="WHITELIST"
        )
        _charged(cpo, order, FINISHED_SESSIONS + 1 - days_ago)
    return cpo


@cache
def _stations(party: Party) -> list[dict[str, Any]]:
    """Read once; an operator makes a copy of its own."""
    return stations(party, limit=STATIONS)


def _charged(cpo: Cpo, order: Order, days_ago: int) -> None:
    """Write the Session and the CDR of an order that was fulfilled some days ago, in two charging periods."""
    tariff, plan = cpo.tariff_of(order.connector), cpo.plan(order)
    start = now_utc().replace(microsecond=0) - timedelta(days=days_ago)
    books = Books(party=cpo.party, version=cpo.version, tariff=tariff, order=order, plan=plan, start=start)
    half_s, whole_s = plan.duration_s // 2, plan.duration_s
    periods = [period(plan, start, *part, tariff["id"]) for part in ((0, half_s), (half_s, whole_s))]
    ended = start + timedelta(seconds=whole_s)
    cpo.providers[order.session_id] = order.emsp
    cpo.sessions[order.session_id] = books.session(whole_s, periods, "COMPLETED", ended)
    cpo.cdrs[order.session_id] = books.cdr(order.session_id, whole_s, periods, ended)


def reference_emsp(party: Party = PROVIDER, *, seed: int = 1, **options: Unpack[ServerOptions]) -> Emsp:
    """A provider whose drivers hold cards and an app, one of them blocked, one bound to places."""
    name = str(party)
    cards = tokens_of(party, name, 6, seed=seed)
    different: list[dict[str, Any]] = [{}, {}, {"valid": False}, {"type": "APP_USER"}, {"type": "OTHER"}, {}]
    tokens = [card | changes for card, changes in zip(cards, different, strict=True)]
    return Emsp(party, name=name, tokens=tokens, bound_to_places=[tokens[-1]["uid"]], **options)
