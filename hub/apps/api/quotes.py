"""The price of one session at a location, an EVSE or a connector, explained line by line on demand."""

from hashlib import blake2b

import orjson

from hub.apps.api.asked import Quote
from hub.apps.api.examples import QUOTE
from hub.apps.api.locations import find
from hub.apps.api.prices import of_evse, quoter
from hub.apps.api.table import AppCall, AppRoute, Found, Json
from hub.money.explaining import explain


async def _quote(call: AppCall[Quote]) -> Found:
    asked = call.asked
    row = find(call, asked.location, "location")
    location = orjson.loads(call.office.feed.index.site(row).body)
    prices = quoter(call, asked)
    assert prices is not None  # kwh and minutes are required here
    found: list[Json] = []
    for evse, connector in of_evse(location, asked.evse_uid, asked.connector_id):
        one = {
            "evse_uid": evse["uid"],
            "connector_id": connector["id"],
            "standard": connector.get("standard"),
            "price": prices.of(location, connector),
        }
        if asked.explain:
            priced = prices.priced(location, connector)
            one["explanation"] = None if priced is None else explain(priced)
        found.append(one)
    said = {
        "location": asked.location,
        "kwh": str(asked.kwh),
        "minutes": asked.minutes,
        "start": prices.plan.start,
        "prices": found,
    }
    state = blake2b(orjson.dumps(said if asked.start is not None else [said["location"], found]), digest_size=16)
    return Found(json=said, state=state.digest())


ROUTES = (
    AppRoute(
        method="GET",
        path="/prices",
        act=_quote,
        asks=Quote,
        summary="What a session will cost.",
        description="An estimate at even power, by the tariff that holds at its start. Amounts are decimal text.",
        example=QUOTE,
        examples={"location": "NL/CPA/LOC1", "kwh": "20", "minutes": 30},
    ),
)
