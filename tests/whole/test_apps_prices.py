"""What a session will cost, asked by an app: in a list, at a location, at a connector; explained, and the price of the engine."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.money.compiling import compile_tariff
from hub.money.estimating import Plan, estimate
from tests import words
from tests.running import RunningHub
from tests.whole.apps import app_of, box, publish, push, somewhere, tariff_known
from tests.whole.platforms import Scripted, until

TRIP = {"kwh": "20", "minutes": "60", "start": "2026-11-24T18:00:00Z"}


async def _tariff(hub: RunningHub, cpo: Scripted, name: str, per_kwh: str, **changes: Any) -> words.Words:
    component = {"type": "ENERGY", "price": words.number(per_kwh), "vat": words.number("20"), "step_size": 1}
    tariff = words.tariff(id=name, elements=[{"price_components": [component]}]) | changes
    await push(hub, cpo, "tariffs", f"/NL/CPA/{name}", tariff)
    await tariff_known(hub, "NL*CPA", name)
    return tariff


def _at(number: int, *tariff_ids: str) -> words.Words:
    return somewhere(number, evses=[words.evse(connectors=[words.connector(tariff_ids=list(tariff_ids))])])


async def test_the_price_is_the_engines(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """To the cent, in the list, at the location and from /prices; the explanation adds up to it."""
    tariff = await _tariff(hub, cpo, "FIFTY", "0.50")
    await publish(hub, cpo, _at(161, "FIFTY"))
    plan = Plan(kwh=Decimal(20), minutes=60, start=datetime(2026, 11, 24, 18, tzinfo=UTC))
    wanted = estimate(compile_tariff(words.body(tariff)), plan, ZoneInfo("Europe/Amsterdam")).total.as_dict()
    async with app_of(hub) as app:
        listed = (await app.get("/locations", {"bbox": box(161), **TRIP})).json["locations"][0]
        one = (await app.get("/locations/NL/CPA/LOC161", TRIP)).json
        quoted = (await app.get("/prices", {"location": "NL/CPA/LOC161", "explain": "true", **TRIP})).json["prices"][0]
        without = (await app.get("/locations/NL/CPA/LOC161")).json

    for price in (_price(listed), _price(one), quoted["price"]):
        assert (price["tariff_id"], price["currency"]) == ("FIFTY", "EUR")
        assert {"excl": price["excl"], "incl": price["incl"]} == wanted == {"excl": "10.00", "incl": "12.00"}
    assert quoted["explanation"]["total"] == wanted
    assert quoted["explanation"]["lines"]
    assert "price" not in without["evses"][0]["connectors"][0]


async def test_the_cheapest_first_and_none_too_dear(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """sort=price and max_price go by the total; what has no price comes last, and is never cheap enough; pages go on."""
    await _tariff(hub, cpo, "DEAR", "0.90")
    await _tariff(hub, cpo, "CHEAP", "0.30")
    await _tariff(hub, cpo, "KRONER", "0.10", currency="DKK")
    prices = {"A": "DEAR", "B": "CHEAP", "C": "NOWHERE", "D": "KRONER"}
    spots = [{"latitude": "10.000000", "longitude": f"11.{number}00000"} for number in range(4)]
    for (name, tariff), spot in zip(prices.items(), spots, strict=True):
        evses = [words.evse(connectors=[words.connector(tariff_ids=[tariff])])]
        await publish(hub, cpo, words.location(id=f"PRICE{name}", coordinates=spot, evses=evses))
    query = {"near": "10,11.1", "radius_m": 100_000, "sort": "price", **TRIP}
    async with app_of(hub) as app:
        everything = await app.get("/locations", query)
        affordable = await app.get("/locations", query | {"max_price": "7.20"})
        danish = await app.get("/locations", query | {"max_price": "100", "currency": "DKK"})
        first = await app.get("/locations", query | {"limit": 1})
        second = await app.get("/locations", query | {"limit": 1, "cursor": first.json["next"]})

    assert everything.ids[:2] == ["PRICEB", "PRICEA"]
    assert set(everything.ids[2:]) == {"PRICEC", "PRICED"}
    assert affordable.ids == ["PRICEB"]
    assert danish.ids == ["PRICED"]
    assert first.ids + second.ids == ["PRICEB", "PRICEA"]


async def test_which_tariff_counts(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """The one that holds at the start and is for an eMSP's drivers; a plain one before one of a charging preference."""
    await _tariff(hub, cpo, "ADHOC", "0.10", type="AD_HOC_PAYMENT")
    await _tariff(hub, cpo, "OVER", "0.20", end_date_time="2020-01-01T00:00:00Z")
    await _tariff(hub, cpo, "GREEN", "0.30", type="PROFILE_GREEN")
    await _tariff(hub, cpo, "PLAIN", "0.40", type="REGULAR")
    await publish(hub, cpo, _at(21, "ADHOC", "OVER", "GREEN", "PLAIN"), _at(22, "ADHOC", "OVER"), _at(23, "GREEN"))
    async with app_of(hub) as app:
        chosen = {
            number: _price((await app.get(f"/locations/NL/CPA/LOC{number}", TRIP)).json)["tariff_id"]
            for number in (21, 22, 23)
        }

    assert chosen == {21: "PLAIN", 22: None, 23: "GREEN"}


async def test_tariffs_are_followed(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """A tariff that changes is priced anew; one that is withdrawn has no price any more."""
    await _tariff(hub, cpo, "MOVING", "0.50")
    await publish(hub, cpo, _at(24, "MOVING"))
    async with app_of(hub) as app:

        async def costs(incl: str | None) -> bool:
            return bool(_price((await app.get("/locations/NL/CPA/LOC24", TRIP)).json)["incl"] == incl)

        await until(lambda: costs("12.00"))
        await _tariff(hub, cpo, "MOVING", "0.25", last_updated="2026-01-01T00:00:00Z")
        await until(lambda: costs("6.00"))
        await push(hub, cpo, "tariffs", "/NL/CPA/MOVING", None, "DELETE")
        await until(lambda: costs(None))


async def test_one_connector_and_what_is_not_there(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """EVSE and connector narrow the answer, without case; unknown ones are 404 and named. Impossible speed is said."""
    evses = [words.evse(uid="Ab1"), words.evse(uid="B2", connectors=[words.connector(id="1"), words.connector(id="X")])]
    await publish(hub, cpo, somewhere(25, evses=evses))
    await _tariff(hub, cpo, "TARIFF1", "0.50")
    where = {"location": "NL/CPA/LOC25", "kwh": "20", "minutes": "10"}
    async with app_of(hub) as app:
        all_ = (await app.get("/prices", where)).json["prices"]
        evse = (await app.get("/prices", where | {"evse_uid": "aB1"})).json["prices"]
        one = (await app.get("/prices", where | {"evse_uid": "B2", "connector_id": "x"})).json["prices"]
        missing = [
            await app.get("/prices", where | {"evse_uid": "Z"}),
            await app.get("/prices", where | {"connector_id": "Z"}),
            await app.get("/prices", where | {"location": "NL/CPA/NOPE"}),
        ]

    assert [(each["evse_uid"], each["connector_id"]) for each in all_] == [("Ab1", "1"), ("B2", "1"), ("B2", "X")]
    assert [each["evse_uid"] for each in evse] == ["Ab1"]
    assert [each["connector_id"] for each in one] == ["X"]
    assert any("22 kW at most" in note for note in one[0]["price"]["notes"])
    assert [(each.status, each.error[1]) for each in missing] == [
        (404, "evse_uid"),
        (404, "connector_id"),
        (404, "location"),
    ]


def _price(location: Any) -> Any:
    return location["evses"][0]["connectors"][0]["price"]
