"""The decision table (checklist 3.1), row by row, over the real tables of all modules."""

from dataclasses import dataclass
from typing import Any

import pytest

from hub.catalog import Errand
from hub.routing import Forward
from hub.wire.errors import InvalidParameters, OcpiError
from hub.wire.interface import Interface
from hub.wire.party import Party
from tests import words
from tests.directories import CATALOG, directory, endpoint_url, platform
from tests.hub.routed import outcome, plan, request
from tests.words import CPO, EMSP, HUB

S, R = Interface.SENDER, Interface.RECEIVER
STRANGER = Party(country_code="FR", party_id="XXX")
DIRECTORY = directory(platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP"))


@dataclass(frozen=True, slots=True)
class Row:
    """One request and what becomes of it with TO = hub and without TO."""

    method: str
    module: str
    interface: Interface
    suffix: str
    to_hub: str
    without_to: str
    body: Any = None

    def asked(self, to: Party | None) -> Errand:
        """The request with this TO."""
        return request(self.method, self.module, self.interface, self.suffix, to=to, body=self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.module} {self.interface} {self.suffix}"


ROWS = (
    Row("GET", "locations", S, "", "all", "2001"),
    Row("GET", "locations", S, "/LOC1", "lookup location", "lookup location"),
    Row("GET", "locations", S, "/LOC1/3256", "lookup location", "lookup location"),
    Row("GET", "locations", S, "/LOC1/3256/1", "lookup location", "lookup location"),
    Row("GET", "locations", R, "/NL/CPA/LOC1", "2001", "4001"),
    Row("GET", "locations", R, "/NL/CPA/LOC1/3256", "2001", "4001"),
    Row("GET", "locations", R, "/NL/CPA/LOC1/3256/1", "2001", "4001"),
    Row("PUT", "locations", R, "/NL/CPA/LOC1", "broadcast", "broadcast", words.location()),
    Row("PUT", "locations", R, "/NL/CPA/LOC1/3256", "broadcast", "broadcast", words.evse()),
    Row("PUT", "locations", R, "/NL/CPA/LOC1/3256/1", "broadcast", "broadcast", words.connector()),
    Row("PATCH", "locations", R, "/NL/CPA/LOC1", "broadcast", "broadcast", {"name": "New"}),
    Row("PATCH", "locations", R, "/NL/CPA/LOC1/3256", "broadcast", "broadcast", {"status": "CHARGING"}),
    Row("PATCH", "locations", R, "/NL/CPA/LOC1/3256/1", "broadcast", "broadcast", {"max_voltage": 400}),
    Row("GET", "sessions", S, "", "2001", "2001"),
    Row("PUT", "sessions", S, "/SESSION1/charging_preferences", "2001", "lookup session", words.charging_preferences()),
    Row("GET", "sessions", R, "/NL/CPA/SESSION1", "2001", "4001"),
    Row("PUT", "sessions", R, "/NL/CPA/SESSION1", "2001", "forward DE*EMA", words.session()),
    Row("PATCH", "sessions", R, "/NL/CPA/SESSION1", "2001", "lookup session-emsp", {"kwh": 5}),
    Row("GET", "cdrs", S, "", "2001", "2001"),
    Row("POST", "cdrs", R, "", "2001", "forward DE*EMA", words.cdr()),
    Row("GET", "cdrs", R, "/opaque", "callback", "callback"),
    Row("GET", "tariffs", S, "", "all", "2001"),
    Row("GET", "tariffs", R, "/NL/CPA/TARIFF1", "2001", "4001"),
    Row("PUT", "tariffs", R, "/NL/CPA/TARIFF1", "broadcast", "broadcast", words.tariff()),
    Row("DELETE", "tariffs", R, "/NL/CPA/TARIFF1", "broadcast", "broadcast"),
    Row("GET", "tokens", S, "", "all", "2001"),
    Row("POST", "tokens", S, "/012345678/authorize", "lookup token", "lookup token"),
    Row("GET", "tokens", R, "/DE/EMA/012345678", "2001", "4001"),
    Row("PUT", "tokens", R, "/DE/EMA/012345678", "broadcast", "broadcast", words.token()),
    Row("PATCH", "tokens", R, "/DE/EMA/012345678", "broadcast", "broadcast", {"valid": False}),
    Row("POST", "commands", R, "/START_SESSION", "2001", "lookup location", words.start_session()),
    Row("POST", "commands", R, "/RESERVE_NOW", "2001", "lookup location", words.reserve_now()),
    Row("POST", "commands", R, "/UNLOCK_CONNECTOR", "2001", "lookup location", words.unlock_connector()),
    Row("POST", "commands", R, "/STOP_SESSION", "2001", "lookup session", words.stop_session()),
    Row("POST", "commands", R, "/CANCEL_RESERVATION", "2001", "lookup reservation", words.cancel_reservation()),
    Row("POST", "commands", S, "/START_SESSION/opaque", "callback", "callback", words.command_result()),
    Row("GET", "chargingprofiles", R, "/SESSION1", "2001", "lookup session"),
    Row("PUT", "chargingprofiles", R, "/SESSION1", "2001", "lookup session", words.set_charging_profile()),
    Row("DELETE", "chargingprofiles", R, "/SESSION1", "2001", "lookup session"),
    Row("POST", "chargingprofiles", S, "/opaque", "callback", "callback", words.charging_profile_result()),
    Row("PUT", "chargingprofiles", S, "/SESSION1", "2001", "lookup charging-profile", words.active_charging_profile()),
)
DIRECTED = [row for row in ROWS if row.to_hub != "callback"]


def test_the_table_below_leaves_nothing_out() -> None:
    """Every endpoint of every functional module is a row here, once."""
    shown = []
    for row in ROWS:
        match = row.asked(HUB).match
        assert match is not None
        shown.append((match.module.identifier, match.module.endpoints.index(match.endpoint)))

    assert sorted(shown) == sorted(
        (module.identifier, index) for module in CATALOG.functional() for index in range(len(module.endpoints))
    )


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_addressed_to_the_hub(row: Row) -> None:
    """H3.20: TO = hub broadcasts public data, asks for everyone's list, or is refused with 2001.

    A GET of one object and an authorization are open routing; an address that the hub gave out says itself where to.
    """
    assert outcome(row.asked(HUB), DIRECTORY) == row.to_hub


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_addressed_to_nobody(row: Row) -> None:
    """H3.40, H3.41: without TO the content says where, public data goes to all, a list is refused, the rest is 4001."""
    assert outcome(row.asked(None), DIRECTORY) == row.without_to


@pytest.mark.parametrize("row", DIRECTED, ids=str)
def test_addressed_to_another_party(row: Row) -> None:
    """H3.01: a TO party gets the message at its own endpoint of the same module and the same interface."""
    to, name = (CPO, "cpo") if row.asked(None).call.sender == EMSP else (EMSP, "emsp")

    decided = plan(row.asked(to), DIRECTORY)

    assert decided == Forward(DIRECTORY.hosted[to][0], endpoint_url(name, row.module, row.interface))


@pytest.mark.parametrize("row", DIRECTED, ids=str)
def test_addressed_to_a_stranger(row: Row) -> None:
    """H3.11, H3.12: a TO that nobody here serves is 4001, whatever the message."""
    assert outcome(row.asked(STRANGER), DIRECTORY) == "4001"


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET" and row.interface is R], ids=str)
def test_a_get_is_never_a_broadcast(row: Row) -> None:
    """H3.40: GET on the RECEIVER interface never reaches more than one party, with TO = hub or without TO."""
    assert "broadcast" not in {outcome(row.asked(to), DIRECTORY) for to in (HUB, None)}
    if row.to_hub != "callback":
        with pytest.raises(InvalidParameters, match="GET cannot be broadcast"):
            plan(row.asked(HUB), DIRECTORY)


@pytest.mark.parametrize("module", ["sessions", "cdrs", "commands", "chargingprofiles"])
def test_what_concerns_two_parties_is_never_a_broadcast(module: str) -> None:
    """H3.40: no message about a driver's charging ever goes to all, however it is addressed."""
    private = [row for row in ROWS if row.module == module]

    assert private
    assert not any(outcome(row.asked(to), DIRECTORY) == "broadcast" for row in private for to in (HUB, None, EMSP, CPO))


def test_every_refusal_says_what_to_send() -> None:
    """Whoever is refused by routing reads about the headers that are missing, or wrong for this message."""
    refusals = []
    for row in ROWS:
        for to in (HUB, None):
            try:
                plan(row.asked(to), DIRECTORY)
            except OcpiError as refused:
                refusals.append(refused.message)

    assert refusals
    assert [text for text in refusals if "TO headers" not in text and "OCPI-to-country-code" not in text] == []
