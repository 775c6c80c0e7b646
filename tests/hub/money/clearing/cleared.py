"""CDRs in the books, made for tests."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from hub.money.clearing.entry import CdrState, ClearedCdr, VatShare
from hub.wire.party import Party

NOON = datetime(2024, 4, 1, 12, tzinfo=UTC)
PARTIES = [Party(country_code="NL", party_id=f"P{at:02}") for at in range(9)]
A, B, C = PARTIES[:3]


def entry(cdr_id: str = "C1", **changes: Any) -> ClearedCdr:
    """A CDR of A for a driver of B in March: 6.00, with tax 7.26."""
    net, gross = changes.get("net", 600), changes.get("gross", 726)
    given: dict[str, Any] = {
        "cdr_id": cdr_id,
        "operator": A,
        "provider": B,
        "month": "2024-03",
        "currency": "EUR",
        "digits": 2,
        "net": net,
        "gross": gross,
        "vat": (VatShare(rate="21", net=net, tax=gross - net),),
        "energy_kwh": "10",
        "start": "2024-03-01T09:00:00+00:00",
        "end": "2024-03-01T10:00:00+00:00",
        "content": "x",
        "state": CdrState.ACCEPTED,
        "delivered_at": NOON,
    }
    given |= changes
    return ClearedCdr(cdr_key=f"{given['operator']}/{cdr_id.lower()}", **given)


def random_entries(rng: Random, count: int = 60) -> list[ClearedCdr]:
    """CDRs, credits and disputes between a few parties, in two currencies and two months."""
    made: list[ClearedCdr] = []
    for at in range(count):
        operator, provider = rng.sample(PARTIES[: rng.randint(2, 9)], 2)
        net = rng.randint(0, 5000)
        one = entry(
            f"C{at}",
            operator=operator,
            provider=provider,
            currency=rng.choice(["EUR", "EUR", "CHF"]),
            month=rng.choice(["2024-03", "2024-03", "2024-02"]),
            net=net,
            gross=net + rng.randint(0, 1000),
            energy_kwh=f"{rng.randint(0, 90000) / 1000}",
            state=rng.choice([*CdrState, CdrState.ACCEPTED]),
        )
        made.append(one)
        if rng.random() < 0.2:
            back = {"net": -one.net, "gross": -one.gross, "credits_key": one.cdr_key, "energy_kwh": one.energy_kwh}
            made.append(
                entry(f"C{at}-C", operator=operator, provider=provider, currency=one.currency, month=one.month, **back)
            )
    return made
