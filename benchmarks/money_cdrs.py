"""CDRs as operators write them, right to the cent: three tariffs, sessions of one to nine periods, more than two on average."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hub.money.compiling import compile_tariff
from hub.money.estimating import Stage, split
from hub.money.explaining import instant_text
from hub.money.facts import Facts, Period
from hub.money.pricing import price
from hub.money.rounding import Amounts
from hub.wire import json_text

ZONE = ZoneInfo("Europe/Amsterdam")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_SIMPLE = """{"country_code":"NL","party_id":"CPA","id":"SIMPLE","currency":"EUR","elements":[{"price_components":[
{"type":"ENERGY","price":0.35,"vat":21.0,"step_size":1},{"type":"FLAT","price":0.50,"vat":21.0,"step_size":1}]}],
"last_updated":"2025-01-01T00:00:00Z"}"""
_PARKING = """{"country_code":"NL","party_id":"CPA","id":"PARKING","currency":"EUR","elements":[{"price_components":[
{"type":"FLAT","price":0.40,"vat":21.0,"step_size":1},{"type":"ENERGY","price":0.45,"vat":21.0,"step_size":100}]},
{"price_components":[{"type":"PARKING_TIME","price":3.00,"vat":21.0,"step_size":300}],"restrictions":{"start_time":"08:00",
"end_time":"22:00"}}],"max_price":{"excl_vat":40.00,"incl_vat":48.40},"last_updated":"2025-01-01T00:00:00Z"}"""
_CLOCK = """{"country_code":"NL","party_id":"CPA","id":"CLOCK","currency":"EUR","elements":[{"price_components":[
{"type":"ENERGY","price":0.29,"vat":21.0,"step_size":1},{"type":"TIME","price":0.60,"vat":21.0,"step_size":60}],
"restrictions":{"start_time":"22:00","end_time":"07:00"}},{"price_components":[{"type":"ENERGY","price":0.52,"vat":21.0,
"step_size":1},{"type":"TIME","price":1.80,"vat":21.0,"step_size":60}],"restrictions":{"day_of_week":["MONDAY","TUESDAY",
"WEDNESDAY","THURSDAY","FRIDAY"]}},{"price_components":[{"type":"ENERGY","price":0.39,"vat":21.0,"step_size":1},
{"type":"TIME","price":1.20,"vat":21.0,"step_size":60},{"type":"PARKING_TIME","price":6.00,"vat":21.0,"step_size":300}]}],
"last_updated":"2025-01-01T00:00:00Z"}"""
TARIFFS: tuple[dict[str, Any], ...] = tuple(json_text.loads(one.encode()) for one in (_SIMPLE, _PARKING, _CLOCK))
_TEXTS = tuple(" ".join(one.split()) for one in (_SIMPLE, _PARKING, _CLOCK))
_CDR = (
    '{{"country_code":"NL","party_id":"CPA","id":"CDR-{number}","start_date_time":"{start}","end_date_time":"{end}",'
    '"session_id":"S-{number}","cdr_token":{{"country_code":"DE","party_id":"EMA","uid":"T{number}","type":"RFID",'
    '"contract_id":"DE8EMA{number}"}},"auth_method":"WHITELIST","cdr_location":{{"id":"LOC1","address":"Stationsplein 1",'
    '"city":"Utrecht","country":"NLD","coordinates":{{"latitude":"52.089444","longitude":"5.110278"}},"evse_uid":"E{number}",'
    '"evse_id":"NL*CPA*E{number}","connector_id":"1","connector_standard":"IEC_62196_T2","connector_format":"SOCKET",'
    '"connector_power_type":"AC_3_PHASE"}},"currency":"EUR","tariffs":[{tariff}],"charging_periods":[{periods}],'
    '{costs},"total_energy":{energy},"total_time":{hours},"total_parking_time":{parked},"last_updated":"{end}"}}'
)


def cdrs(count: int, *, seed: int = 1, different: int = 250) -> Iterator[bytes]:
    """`count` CDRs as JSON on one line each, with ids of their own; sessions repeat after `different` of them."""
    rng = Random(seed)
    made = [_session(rng) for _ in range(min(count, different))]
    for number in range(count):
        which, facts, costs = made[number % len(made)]
        yield _written(number, which, facts, costs).encode()


def _session(rng: Random) -> tuple[int, Facts, str]:
    which = rng.randrange(len(TARIFFS))
    stages = []
    for _ in range(rng.choice((1, 1, 1, 1, 2))):
        energy = Decimal(rng.randint(2000, 40000)) / 1000
        parts = rng.choice((1, 1, 1, 2, 3))
        stages += [Stage(seconds=rng.randint(600, 1800), energy_kwh=energy / parts) for _ in range(parts)]
        stages += [Stage(seconds=rng.randint(60, 7200))] if rng.random() < 0.7 else []
    tariff = compile_tariff(TARIFFS[which])
    facts = split(tariff, _START + timedelta(seconds=rng.randint(0, 300 * 86400)), stages, ZONE)
    facts = Facts(start=facts.start, end=facts.end, periods=[_whole_wh(one) for one in facts.periods], currency="EUR")
    priced = price(facts, (tariff,), ZONE)
    costs = {"total_cost": priced.total} | {f"total_{kind}_cost": part for kind, part in priced.parts.items()}
    return which, facts, ",".join(f'"{name}":{_price(amounts)}' for name, amounts in costs.items())


def _whole_wh(period: Period) -> Period:
    if period.energy_kwh is None:
        return period
    return period._replace(energy_kwh=period.energy_kwh.quantize(Decimal("0.001")))


def _written(number: int, which: int, facts: Facts, costs: str) -> str:
    return _CDR.format(
        number=number,
        start=instant_text(facts.start),
        end=instant_text(facts.end),
        tariff=_TEXTS[which],
        periods=",".join(map(_period, facts.periods)),
        costs=costs,
        energy=sum((one.energy_kwh or Decimal(0) for one in facts.periods), Decimal(0)),
        hours=_hours(sum(one.length_s for one in facts.periods)),
        parked=_hours(sum(one.parking_s or 0 for one in facts.periods)),
    )


def _period(period: Period) -> str:
    volumes = {
        "ENERGY": period.energy_kwh,
        "TIME": None if period.time_s is None else _hours(period.time_s),
        "PARKING_TIME": None if period.parking_s is None else _hours(period.parking_s),
    }
    dimensions = [f'{{"type":"{name}","volume":{value}}}' for name, value in volumes.items() if value is not None]
    return f'{{"start_date_time":"{instant_text(period.start)}","dimensions":[{",".join(dimensions)}]}}'


def _price(amounts: Amounts) -> str:
    return f'{{"excl_vat":{amounts.excl},"incl_vat":{amounts.incl}}}'


def _hours(seconds: int) -> str:
    return str((Decimal(seconds) / 3600).quantize(Decimal("0.0001")))
