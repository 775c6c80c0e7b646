"""The reference partners have something in every list, all of it valid and exact."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from hub.simulate.messages import write_json
from hub.simulate.reference import FINISHED_SESSIONS, STATIONS, SUITE, reference_cpo, reference_emsp
from hub.wire import json_text
from hub.wire.party import Party
from hub.wire.types import validate
from modules.cdrs.objects import CDR
from modules.locations.objects import Location
from modules.sessions.objects import Session
from modules.shared import Token
from modules.tariffs.objects import Tariff


def test_everything_of_them_is_valid() -> None:
    """Every object passes the hub's own check, as it goes out."""
    cpo, emsp = reference_cpo(), reference_emsp()
    owned: list[tuple[type[BaseModel], Any]] = [
        *((Location, one) for one in cpo.locations.values()),
        *((Tariff, one) for one in cpo.tariffs.values()),
        *((Session, one) for one in cpo.sessions.values()),
        *((CDR, one) for one in cpo.cdrs.values()),
        *((Token, one) for one in emsp.tokens.values()),
    ]

    assert [problem for kind, one in owned for problem in validate(kind, json_text.loads(write_json(one)))] == []
    assert (len(cpo.locations), len(cpo.sessions), len(cpo.cdrs)) == (STATIONS, FINISHED_SESSIONS, FINISHED_SESSIONS)


def test_the_bills_add_up_to_the_cent() -> None:
    """Costs, energy and time of a CDR are those of its parts, exactly, and its Session's."""
    cpo = reference_cpo()

    for cdr in cpo.cdrs.values():
        session = cpo.sessions[cdr["session_id"]]
        parts = [cdr[name] for name in ("total_energy_cost", "total_fixed_cost") if name in cdr]
        volumes = [{d["type"]: d["volume"] for d in period["dimensions"]} for period in cdr["charging_periods"]]
        assert sum((part["excl_vat"] for part in parts), Decimal(0)) == cdr["total_cost"]["excl_vat"] > 0
        assert sum((part["incl_vat"] for part in parts), Decimal(0)) == cdr["total_cost"]["incl_vat"]
        assert sum((volume["ENERGY"] for volume in volumes), Decimal(0)) == cdr["total_energy"] == session["kwh"]
        assert sum((volume["TIME"] for volume in volumes), Decimal(0)) == cdr["total_time"]
        assert cdr["total_cost"] == session["total_cost"]


def test_the_oldest_session_is_the_first() -> None:
    """Lists are in the order of last_updated, as pages want them."""
    dates = [session["last_updated"] for session in reference_cpo().sessions.values()]

    assert dates == sorted(dates)
    assert len(set(dates)) == FINISHED_SESSIONS


def test_sessions_are_those_of_whoever_looks() -> None:
    """The drivers belong to the party that will ask, by default that of the contract suite."""
    other = Party(country_code="DE", party_id="EMA")

    assert set(reference_cpo().providers.values()) == {SUITE}
    assert {cdr["cdr_token"]["party_id"] for cdr in reference_cpo(counterpart=other).cdrs.values()} == {"EMA"}


def test_tokens_are_of_several_types_and_one_is_blocked() -> None:
    """A suite needs a card, an app and something else, and one that may not charge."""
    tokens = reference_emsp().tokens.values()

    assert {token["type"] for token in tokens} == {"RFID", "APP_USER", "OTHER"}
    assert [token["valid"] for token in tokens].count(False) == 1
