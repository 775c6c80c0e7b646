"""Random tariffs and sessions of the kinds that are seen on the road, and CDRs that are written for them by a policy."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hub.money.cdr_reading import read_facts
from hub.money.compiling import compile_tariff
from hub.money.estimating import Stage, split
from hub.money.facts import Facts, Period
from hub.money.policy import DEFAULT, Policy
from hub.money.priced import Priced
from hub.money.pricing import price
from hub.money.rounding import Amounts
from hub.wire.json_text import NumberText
from tests import words

Json = dict[str, Any]
ZONE = ZoneInfo("Europe/Amsterdam")
_WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
_FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def number(value: object) -> NumberText:
    """A JSON number."""
    return NumberText(str(value))


def component(kind: str, price: object, *, vat: object | None = None, step_size: int = 1) -> Json:
    """A price component."""
    said: Json = {"type": kind, "price": number(price), "step_size": number(step_size)}
    return said if vat is None else said | {"vat": number(vat)}


def element(*components: Json, **restrictions: Any) -> Json:
    """A tariff element; numbers among the restrictions may be given as int or str."""
    said: Json = {"price_components": [*components]}
    limits = {
        name: number(value) if name.startswith(("min_", "max_")) else value for name, value in restrictions.items()
    }
    return said | {"restrictions": limits} if limits else said


def tariff(*elements: Json, **fields: Any) -> Json:
    """A tariff of NL*CPA with these elements."""
    said: Json = {
        "country_code": "NL",
        "party_id": "CPA",
        "id": "T1",
        "currency": "EUR",
        "elements": [*elements],
        "last_updated": "2024-01-01T00:00:00Z",
    }
    return said | fields


def amount(excl: object, incl: object | None = None) -> Json:
    """A Price."""
    said: Json = {"excl_vat": number(excl)}
    return said if incl is None else said | {"incl_vat": number(incl)}


def random_tariff(rng: Random) -> Json:
    """Energy by the time of day or the amount, charging time, parking with a free night, a start fee, limits."""
    vat = rng.choice([21, 20, 19, "7.7"])

    def cents(low: int, high: int) -> str:
        return f"{rng.randint(low, high) / 100:.2f}"

    def step(*choices: int) -> int:
        return rng.choice(choices)

    elements = []
    if rng.random() < 0.8:
        fee = component("FLAT", cents(10, 300), vat=vat)
        elements.append(element(fee))
    energy_step, time_step, parking_step = step(1, 100, 500, 1000), step(60, 300, 600, 900), step(300, 600, 900, 1800)
    day = {"start_time": rng.choice(["07:00", "08:00"]), "end_time": rng.choice(["19:00", "21:00"])}
    way = rng.choice(["clock", "amount", "weekday", "same"])
    limits: Mapping[str, Mapping[str, Any]] = {
        "clock": day, "amount": {"max_kwh": rng.randint(3, 12)}, "weekday": {"day_of_week": _WEEK}, "same": {},
    }  # fmt: skip
    if way != "same":
        energy = component("ENERGY", cents(20, 45), vat=vat, step_size=energy_step)
        elements.append(element(energy, **limits[way]))
    elements.append(element(component("ENERGY", cents(46, 80), vat=vat, step_size=energy_step)))
    if rng.random() < 0.8:
        early = component("TIME", cents(50, 150), vat=vat, step_size=time_step)
        elements.append(element(early, **(day if rng.random() < 0.5 else {"max_duration": rng.choice([1800, 3600])})))
        elements.append(element(component("TIME", cents(151, 400), vat=vat, step_size=time_step)))
    if rng.random() < 0.85:
        parking = component("PARKING_TIME", cents(100, 900), vat=vat, step_size=parking_step)
        elements.append(element(parking, **(day if rng.random() < 0.7 else {})))
    bounds: Json = {}
    if rng.random() < 0.3:
        bounds["max_price"] = amount(most := rng.randint(4, 15), f"{Decimal(most) * Decimal('1.2')}")
    return tariff(*elements, **bounds)


def random_stages(rng: Random) -> list[Stage]:
    """Charge, park; half of the time charge and park again."""
    stages = []
    for _ in range(rng.choice([1, 2])):
        energy = Decimal(rng.randint(1500, 25000)) / 1000
        stages.append(Stage(seconds=rng.randint(900, 7200), energy_kwh=energy))
        if rng.random() < 0.8:
            stages.append(Stage(seconds=rng.randint(300, 7200)))
    if rng.random() < 0.3:
        stages.append(Stage(seconds=rng.randint(900, 3600), energy_kwh=Decimal(rng.randint(500, 9000)) / 1000))
    return stages


def in_between(stages: Sequence[Stage], every_s: int = 900) -> list[Stage]:
    """The same session with a period for each quarter of an hour, as operators write who copy meter values."""
    return [part for stage in stages for part in _parts(stage, every_s)]


def _parts(stage: Stage, every_s: int) -> list[Stage]:
    left_s, energy, parts = stage.seconds, stage.energy_kwh, []
    while left_s > every_s:
        share = None if energy is None else (energy * every_s / left_s).quantize(Decimal("0.001"))
        parts.append(Stage(seconds=every_s, energy_kwh=share))
        left_s -= every_s
        energy = None if energy is None or share is None else energy - share
    return [*parts, Stage(seconds=left_s, energy_kwh=energy)]


def random_start(rng: Random) -> datetime:
    """Some second of 2024 and 2025."""
    return _FIRST_DAY + timedelta(seconds=rng.randint(0, 2 * 365 * 86400))


def random_session(rng: Random) -> tuple[Json, Facts]:
    """A tariff, and a session split by it; most have more periods than they need."""
    written, stages = random_tariff(rng), random_stages(rng)
    if rng.random() < 0.7:
        stages = in_between(stages)
    return written, split(compile_tariff(written), random_start(rng), stages, ZONE)


def unsplit(facts: Facts) -> Facts:
    """The session as a sender tells it who starts no new period when the price changes: one for each stage."""
    merged: list[Period] = []
    for period in facts.periods:
        if merged and (merged[-1].parking_s is None) == (period.parking_s is None):
            merged[-1] = _joined(merged[-1], period)
        else:
            merged.append(period)
    return facts._replace(periods=tuple(merged))


def _joined(first: Period, second: Period) -> Period:
    return first._replace(
        end=second.end,
        energy_kwh=None if first.energy_kwh is None else first.energy_kwh + (second.energy_kwh or 0),
        time_s=None if first.time_s is None else first.time_s + (second.time_s or 0),
        parking_s=None if first.parking_s is None else first.parking_s + (second.parking_s or 0),
    )


def cdr_of(written: Json, facts: Facts, policy: Policy = DEFAULT, *, priced_by: Json | None = None) -> Json:
    """The CDR that a sender with this policy writes; `priced_by` is the tariff it really used."""
    priced = price(facts, [compile_tariff(priced_by or written)], ZONE, policy)
    kwh = sum((period.energy_kwh or Decimal(0) for period in facts.periods), Decimal(0))
    costs = {f"total_{kind}_cost": price_of(amounts) for kind, amounts in priced.parts.items()}
    return words.cdr(
        start_date_time=_written(facts.start),
        end_date_time=_written(facts.end),
        currency="EUR",
        tariffs=[written],
        charging_periods=periods_of(facts),
        total_cost=price_of(priced.total),
        total_energy=number(kwh),
        total_time=_hours(facts.end - facts.start),
        total_parking_time=_hours(timedelta(seconds=sum(period.parking_s or 0 for period in facts.periods))),
        **costs,
    )


def periods_of(facts: Facts) -> list[Json]:
    """Charging periods as JSON."""
    return [
        {"start_date_time": _written(period.start), "dimensions": [*_dimensions(period)]} for period in facts.periods
    ]


def price_of(amounts: Amounts) -> Json:
    """Amounts as a Price."""
    return amount(amounts.excl, amounts.incl)


def charged(priced: Priced) -> Sequence[str]:
    """The dimensions of the lines, in order."""
    return [line.dimension for line in priced.bill.lines]


def _dimensions(period: Any) -> list[Json]:
    said = []
    if period.energy_kwh is not None:
        said.append({"type": "ENERGY", "volume": number(period.energy_kwh)})
    for kind, seconds in (("TIME", period.time_s), ("PARKING_TIME", period.parking_s)):
        if seconds is not None:
            said.append({"type": kind, "volume": _hours(timedelta(seconds=seconds))})
    if period.max_power_kw is not None:
        power = period.max_power_kw.quantize(Decimal("0.01"))
        said += [{"type": kind, "volume": number(power)} for kind in ("MIN_POWER", "MAX_POWER")]
    return said


def _hours(length: timedelta) -> NumberText:
    """With four decimals, as senders write them."""
    seconds = length.days * 86400 + length.seconds
    return number((Decimal(seconds) / 3600).quantize(Decimal("0.0001")))


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def facts_of(*periods: tuple[str, Mapping[str, object]], end: str, **more: Any) -> Facts:
    """Facts of periods that are given as a start and their dimensions: `("2024-01-15T10:00:00Z", {"TIME": "0.5"})`."""
    return read_facts(cdr_with(*periods, end=end, **more))


def cdr_with(*periods: tuple[str, Mapping[str, object]], end: str, **more: Any) -> Json:
    """A CDR with no more than what happened."""
    written = [
        {
            "start_date_time": start,
            "dimensions": [{"type": kind, "volume": number(volume)} for kind, volume in dimensions.items()],
        }
        for start, dimensions in periods
    ]
    return {"start_date_time": periods[0][0], "end_date_time": end, "charging_periods": written} | more


def exact(priced: Priced) -> Fraction:
    """The total without tax, not rounded at all."""
    assert priced.held.net is not None
    return Fraction(*priced.held.net)


def cost(written: Json, facts: Facts, policy: Policy = DEFAULT, zone: tzinfo | None = UTC) -> Fraction:
    """What a session costs without tax, exactly."""
    return exact(price(facts, [compile_tariff(written)], zone, policy))
