"""Traced legs over the admin API."""

from datetime import timedelta

from hub.clock import now_utc
from hub.simulate.platform import Platform
from hub.store.protocols import Leg, LegKind
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub

CPO = PartyRole(party=words.CPO, role=Role.CPO)
EMSP = PartyRole(party=words.EMSP, role=Role.EMSP)


def leg(**changes: object) -> Leg:
    """A leg of a push that went well."""
    told: dict[str, object] = {
        "at": now_utc(),
        "kind": LegKind.IN,
        "correlation_id": "c1",
        "request_id": "r1",
        "method": "PUT",
        "module": "locations",
        "path": "/NL/CPA/LOC1",
        "platform_id": "p1",
        "sender": "NL*CPA",
        "receiver": "DE*EMA",
        "http_status": 200,
        "ocpi_status": 1000,
        "duration_ms": 12.34,
    }
    return Leg(**(told | changes))  # type: ignore[arg-type]


async def shown(operator: Operator, query: str) -> list[str]:
    """Request ids of the legs that a query finds."""
    answer = await operator.ask("GET", f"/traffic?{query}")
    return [one["request_id"] for one in answer.json["legs"]]


async def test_filters_are_and_their_values_or(running: RunningHub, operator: Operator) -> None:
    """Each filter alone, several values of one, and several filters together."""
    slow = leg(request_id="slow", duration_ms=900.0, method="GET")
    failed = leg(request_id="failed", http_status=200, ocpi_status=4002, module="commands")
    bad = leg(request_id="bad", http_status=502, ocpi_status=0, correlation_id="c2")
    await running.hub.store.traces.append([leg(request_id="fine"), slow, failed, bad])

    assert await shown(operator, "") == ["fine", "slow", "failed", "bad"]
    assert await shown(operator, "status=fail") == ["failed", "bad"]
    assert await shown(operator, "status=ok") == ["fine", "slow"]
    assert await shown(operator, "status=ok&status=fail") == ["fine", "slow", "failed", "bad"]
    assert await shown(operator, "status=502&status=4002") == ["failed", "bad"]
    assert await shown(operator, "slower_than_ms=500") == ["slow"]
    assert await shown(operator, "module=commands&module=tokens") == ["failed"]
    assert await shown(operator, "method=get") == ["slow"]
    assert await shown(operator, "correlation_id=c2&status=fail") == ["bad"]
    assert (await operator.ask("GET", "/traffic?status=perhaps")).status == 400


async def test_who_follows_misses_nothing(running: RunningHub, operator: Operator) -> None:
    """`next` of one answer, given as `after`, goes on exactly there; `full` says that more is waiting."""
    await running.hub.store.traces.append([leg(request_id=f"r{number}") for number in range(5)])

    first = await operator.ask("GET", "/traffic?limit=3")
    second = await operator.ask("GET", f"/traffic?limit=3&after={first.json['next']}")
    third = await operator.ask("GET", f"/traffic?limit=3&after={second.json['next']}")

    assert [one["request_id"] for one in first.json["legs"]] == ["r0", "r1", "r2"]
    assert [one["request_id"] for one in second.json["legs"]] == ["r3", "r4"]
    assert third.json["legs"] == []
    assert (first.json["full"], second.json["full"]) == (True, False)


async def test_only_what_passed_since(running: RunningHub, operator: Operator) -> None:
    """`since_s` says how far back to begin; a minute when it is not given."""
    old = leg(request_id="old", at=now_utc() - timedelta(minutes=5))
    await running.hub.store.traces.append([old, leg(request_id="new")])

    assert await shown(operator, "") == ["new"]
    assert await shown(operator, "since_s=600") == ["old", "new"]


async def test_a_partner_is_its_parties_and_its_handshake(running: RunningHub, operator: Operator) -> None:
    """Filtered by a partner, its handshake is there, which names no party; that of another is not."""
    async with Platform("GreenPlug", [CPO]) as cpo, Platform("MapApp", [EMSP]) as emsp:
        await running.join(cpo)
        await running.join(emsp)
        await running.hub.traffic.__aexit__(None, None, None)

        for name in ("GreenPlug", "NL-CPA"):
            answer = await operator.ask("GET", f"/traffic?partner={name}")
            assert {one["partner"] for one in answer.json["legs"]} == {"GreenPlug"}
            assert "credentials" in {one["module"].rpartition("/")[2] for one in answer.json["legs"]}
        assert (await operator.ask("GET", "/traffic?partner=nobody")).status == 404


async def test_every_leg_of_one_message(running: RunningHub, operator: Operator) -> None:
    """A correlation id shows all of its legs in order; one that is unknown is 404 and says how long legs are kept."""
    out = leg(request_id="out", kind=LegKind.OUT, duration_ms=31.04)
    await running.hub.store.traces.append([out, leg(request_id="in"), leg(request_id="other", correlation_id="c/2 ?")])

    traced = await operator.ask("GET", "/traffic/c1")
    odd = await operator.ask("GET", "/traffic/c%2F2%20%3F")
    unknown = await operator.ask("GET", "/traffic/c9")

    assert [(one["request_id"], one["kind"], one["duration_ms"]) for one in traced.json["legs"]] == [
        ("out", "out", 31.0),
        ("in", "in", 12.3),
    ]
    assert [one["request_id"] for one in odd.json["legs"]] == ["other"]
    assert (unknown.status, unknown.error) == (404, "unknown_correlation")
    assert "30 days" in unknown.json["error"]["message"]
