"""Traced legs become lines: one a message, what the hub did by itself, nothing twice."""

from typing import Any

import pytest

from hub.demo.lines import failed, lines, write


def leg(**changes: Any) -> dict[str, Any]:
    """A broadcast of an EVSE's status as the admin API tells its incoming leg."""
    told: dict[str, Any] = {
        "at": "2026-11-24T12:00:03.250Z",
        "kind": "in",
        "partner": "Power Dot France",
        "from": "FR*PDR",
        "to": "",
        "method": "PATCH",
        "module": "locations",
        "path": "/FR/PDR/LOC1/3256",
        "http_status": 200,
        "ocpi_status": 1000,
        "duration_ms": 4.2,
        "plan": "broadcast to 2 receivers",
        "note": "",
        "correlation_id": "c-1",
        "request_id": "r-1",
    }
    return told | changes


def out(**changes: Any) -> dict[str, Any]:
    """A leg that the hub sent to an eMSP."""
    own = {"kind": "out", "partner": "MapApp", "from": "NL*HUB", "to": "NL*EMA", "plan": ""}
    return leg(**own | changes)


def test_a_broadcast_is_one_line() -> None:
    """The legs to its receivers are not shown when they went well."""
    shown = lines([leg(), out(), out(to="FR*MOB")])

    assert [write(one, "CHARGING") for one in shown] == [
        "12:00:03 FR*PDR → hub      PATCH locations/…/3256  CHARGING                           → 2 receivers  4 ms"
    ]


def test_a_delivery_that_failed_has_its_own_line() -> None:
    """Without an answer, with an error, or with something that is not OCPI."""
    for changes in (
        {"http_status": 0, "ocpi_status": 0},
        {"http_status": 502},
        {"ocpi_status": 0},
        {"ocpi_status": 2001},
    ):
        shown = lines([leg(), out(**changes)])
        assert [one.leg["kind"] for one in shown] == ["in", "out"]
        assert "hub → NL*EMA" in write(shown[1])
        assert "✗" in write(shown[1])


def test_an_object_that_was_made_good_is_shown() -> None:
    """What a receiver gets when it is back is the hub's own message."""
    assert len(lines([out(note="the current object")])) == 1


def test_a_forward_is_told_by_its_incoming_leg() -> None:
    """Its leg out is not shown, not even when it failed: the incoming one says so."""
    went_out = out(**{"from": "FR*PDR", "module": "sessions", "http_status": 0, "ocpi_status": 0})
    came_in = leg(to="NL*EMA", module="sessions", method="PUT", path="/FR/PDR/S1", ocpi_status=4002, plan="forward")

    assert [write(one) for one in lines([went_out, came_in])] == [
        "12:00:03 FR*PDR → NL*EMA   PUT   sessions/S1                                          ✗ 200/4002  4 ms"
    ]


def test_a_change_of_a_party_is_one_line_for_all_who_hear_of_it() -> None:
    """HubClientInfo goes to many platforms with one correlation id."""
    pushes = [out(module="hubclientinfo", path="/FR/MOB", method="PUT", to="") for _ in range(15)]

    shown = lines(pushes)

    assert write(shown[0], "OFFLINE").startswith("12:00:03 hub → 15 platforms PUT   hubclientinfo/FR/MOB  OFFLINE")
    assert len(shown) == 1


def test_the_address_of_a_result_is_not_shown() -> None:
    """A CommandResult goes to an address that means nothing to a person."""
    result = leg(
        module="commands", path="/START_SESSION/aBcDeF", method="POST", plan="callback to an address of this hub"
    )

    assert "commands/START_SESSION/result " in write(lines([result])[0])


@pytest.mark.parametrize("hostile", ["a\x1b[2Jb", "a\nb", "a\u202eb"])
def test_nothing_that_a_partner_wrote_moves_the_cursor(hostile: str) -> None:
    """Control characters of a path or a note become spaces."""
    line = write(lines([leg(path=f"/FR/PDR/{hostile}", note=hostile, ocpi_status=2001)])[0])

    assert line.isprintable()


def test_an_answer_that_is_not_ocpi_failed_on_the_way_out_alone() -> None:
    """The hub itself always answers with OCPI; what it is answered may be anything."""
    assert failed(out(ocpi_status=0))
    assert not failed(leg())
