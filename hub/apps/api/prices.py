"""What a session will cost: by the tariffs that a connector names, as far as its operator published them to this eMSP."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hub.apps.api.asked import Quote, Search, Trip, starts_at
from hub.apps.api.errors import BadParameter, NotFound
from hub.apps.api.table import AppCall
from hub.apps.codes import REMOVED, status_code
from hub.apps.index import Index
from hub.apps.search import Hit
from hub.apps.sites import watts_of
from hub.apps.tariff_book import TariffBook
from hub.money.estimating import NoEstimate, Plan, estimate
from hub.money.priced import Priced
from hub.money.tariff import CompiledTariff
from hub.money.zones import UnknownZone, zone_named

Words = dict[str, Any]
_FOR_OTHERS = "AD_HOC_PAYMENT"
"""A tariff for drivers without an eMSP."""
_PLAIN = (None, "REGULAR")


class Quoter:
    """Prices one session at many connectors; the same tariff in the same time zone is priced once."""

    def __init__(self, book: TariffBook, owners: frozenset[str], plan: Plan, currency: str) -> None:
        """`owners`: whose tariffs this app may see. `currency`: of `least`."""
        self.plan = plan
        self._book = book
        self._owners = owners
        self._currency = currency
        self._priced: dict[tuple[int, str], Priced | None] = {}

    def of(self, location: Words, connector: Words) -> Words:
        """The price at a connector."""
        priced = self.priced(location, connector)
        if priced is None:
            why = "no tariff that can be priced is known for it"
            return {"tariff_id": None, "currency": None, "excl": None, "incl": None, "notes": [why]}
        tariff = priced.tariffs[0]
        return {
            "tariff_id": tariff.id if tariff else None,
            "currency": priced.currency,
            **priced.total.as_dict(),
            "notes": [note.text for note in priced.notes] + self._doubts(connector),
        }

    def priced(self, location: Words, connector: Words) -> Priced | None:
        """The same with everything that led to it."""
        tariff = self._tariff(f"{location['country_code']}*{location['party_id']}".upper(), connector)
        if tariff is None:
            return None
        zone = str(location.get("time_zone", ""))
        question = (id(tariff), zone)
        if question not in self._priced:
            self._priced[question] = self._estimate(tariff, zone)
        return self._priced[question]

    def least(self, index: Index, hit: Hit) -> Decimal | None:
        """The lowest price at the fitting EVSEs of a site, with taxes where they are known; None: none in this currency."""
        site = index.site(hit.row)
        location: Words = orjson.loads(site.body)
        first = int(index.sites["first_point"][hit.row])
        found = []
        evses = [one for one in location.get("evses") or () if status_code(one.get("status")) != REMOVED]
        for place, evse in enumerate(evses, first):
            for connector in evse.get("connectors") or () if place in hit.points else ():
                priced = self.priced(location, connector)
                if priced is not None and priced.currency == self._currency:
                    total = priced.total
                    found += [
                        amount
                        for amount in (total.incl if total.incl is not None else total.excl,)
                        if amount is not None
                    ]
        return min(found, default=None)

    def _tariff(self, owner: str, connector: Words) -> CompiledTariff | None:
        """The first that holds at the start and is for drivers of an eMSP; one without a charging preference wins."""
        if owner not in self._owners:
            return None
        fitting = []
        for tariff_id in connector.get("tariff_ids") or ():
            tariff = self._book.find(owner, str(tariff_id))
            if tariff is not None and tariff.type != _FOR_OTHERS and tariff.valid_at(self.plan.start):
                fitting.append(tariff)
        return min(fitting, key=lambda one: one.type not in _PLAIN, default=None)

    def _estimate(self, tariff: CompiledTariff, zone: str) -> Priced | None:
        try:
            return estimate(tariff, self.plan, _zone(zone))
        except NoEstimate as impossible:
            raise BadParameter(f"this session cannot be priced: {impossible}", "start") from None

    def _doubts(self, connector: Words) -> list[str]:
        watts = watts_of(connector)
        needed_kw = self.plan.kwh * 60 / self.plan.minutes
        if not watts or needed_kw * 1000 <= watts:
            return []
        minutes = -(-int(self.plan.kwh * 60_000) // watts)
        return [
            f"this connector gives {watts / 1000:g} kW at most: {self.plan.kwh} kWh take at least {minutes} minutes there"
        ]


def quoter(call: AppCall[Any], asked: Trip | Quote) -> Quoter | None:
    """For the session that a request names; None when it names none. Raises BadParameter for half a session."""
    if asked.kwh is None and asked.minutes is None:
        if asked.start is not None:
            raise BadParameter("start goes with kwh and minutes", "start")
        return None
    if asked.kwh is None or asked.minutes is None:
        missing = "kwh" if asked.kwh is None else "minutes"
        raise BadParameter(f"{missing} is missing: a session to price has kwh and minutes", missing)
    start: datetime = starts_at(asked.start, call.now)
    plan = Plan(kwh=asked.kwh, minutes=asked.minutes, start=start)
    currency = asked.currency if isinstance(asked, Search) else ""
    return Quoter(call.office.tariffs, call.eyes.tariff_owners, plan, currency)


def of_evse(location: Words, uid: str | None, connector_id: str | None) -> list[tuple[Words, Words]]:
    """The EVSEs and connectors that a question names; raises NotFound."""
    evses = [one for one in location.get("evses") or () if status_code(one.get("status")) != REMOVED]
    if uid is not None:
        evses = [one for one in evses if str(one.get("uid", "")).casefold() == uid.casefold()]
        if not evses:
            raise NotFound("this location has no such EVSE", "evse_uid")
    pairs = [(evse, connector) for evse in evses for connector in evse.get("connectors") or ()]
    if connector_id is not None:
        pairs = [pair for pair in pairs if str(pair[1].get("id", "")).casefold() == connector_id.casefold()]
        if not pairs:
            raise NotFound("there is no such connector", "connector_id")
    return pairs


def _zone(name: str) -> ZoneInfo | None:
    try:
        return zone_named(name)
    except UnknownZone:
        return None
