"""Who plays: every operator once, stations divided evenly, processes that are told exactly that."""

from hypothesis import given
from hypothesis import strategies as st

from hub.demo.cast import OPERATOR_COMPANIES, companies, operators, providers
from hub.demo.company import Hosting
from hub.demo.options import DemoOptions
from hub.simulate.operators import NAMES
from hub.wire.interface import Version
from hub.wire.party import Role


def test_everyone_of_the_station_file_plays() -> None:
    """By default all 15 operators with all their stations, dealt out among three processes, and two providers."""
    cast = companies(DemoOptions())
    cpos = [player for company in cast for player in company.players if player.role is Role.CPO]

    assert {player.party for player in cpos} == set(NAMES)
    assert len(cpos) == 15
    assert {player.stations for player in cpos} == {None}
    assert [len(company.players) for company in cast] == [5, 5, 5, 1, 1]


def test_one_provider_speaks_the_older_version() -> None:
    """So that the hub has something to translate."""
    assert [player.version for player in providers(2)] == [Version.V2_2_1, Version.V2_2]


@given(st.integers(1, 15), st.integers(15, 6_000))
def test_stations_are_divided_evenly(count: int, stations: int) -> None:
    """Together as many as were asked for; no operator more than one above another."""
    shares = [player.stations or 0 for player in operators(count, stations)]

    assert sum(shares) == stations
    assert max(shares) - min(shares) <= 1


@given(st.integers(1, 15), st.integers(2, 4), st.none() | st.integers(15, 6_000))
def test_a_process_reads_what_it_was_told(cpos: int, emsps: int, stations: int | None) -> None:
    """Hosting survives its line of JSON; there are never more operator processes than operators."""
    cast = companies(DemoOptions(cpos=cpos, emsps=emsps, stations=stations))

    assert len(cast) == min(OPERATOR_COMPANIES, cpos) + emsps
    for company in cast:
        hosting = Hosting(company=company, key="key", seed=7, speed=10.0)
        assert Hosting.read(hosting.write()) == hosting
