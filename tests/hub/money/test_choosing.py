"""Which tariff prices which period."""

from datetime import UTC

from hub.money.compiling import compile_tariff
from hub.money.facts import Facts
from hub.money.notes import Doubt
from hub.money.policy import NoTariffId, Policy
from hub.money.pricing import price
from tests.hub.money.sessions import component, element, exact, facts_of, tariff

TWO = facts_of(
    ("2024-01-15T10:00:00Z", {"ENERGY": 1}), ("2024-01-15T11:00:00Z", {"ENERGY": 1}), end="2024-01-15T12:00:00Z"
)
CHEAP = compile_tariff(tariff(element(component("ENERGY", 1)), id="Cheap"))
DEAR = compile_tariff(tariff(element(component("ENERGY", 10)), id="Dear"))


def by(*names: str | None) -> Facts:
    """The session with these tariff ids."""
    periods = [period._replace(tariff_id=name) for period, name in zip(TWO.periods, names, strict=True)]
    return TWO._replace(periods=periods)


def test_a_period_names_its_tariff_in_any_case() -> None:
    """Ids are CiStrings."""
    assert exact(price(by("cheap", "DEAR"), [CHEAP, DEAR], UTC)) == 11


def test_an_unknown_tariff_is_never_guessed() -> None:
    """Nothing is charged for that period, and the price is in doubt."""
    priced = price(by("cheap", "gone"), [CHEAP], UTC)

    assert exact(priced) == 1
    assert priced.doubts == {Doubt.NO_TARIFF}
    assert [(note.code, note.period) for note in priced.notes] == [("tariff_missing", 1)]


def test_no_id_beside_others_means_no_tariff() -> None:
    """As the text says; or, by policy, the tariff of the session's start. Neither is in doubt."""
    strict = price(by(None, "dear"), [CHEAP, DEAR], UTC)
    lenient = price(by(None, "dear"), [CHEAP, DEAR], UTC, Policy(no_tariff_id=NoTariffId.AS_IF_NONE))

    assert [exact(strict), exact(lenient)] == [10, 11]
    assert not strict.doubts


def test_without_any_id_the_first_valid_tariff_counts() -> None:
    """Valid when the session starts: start inclusive, end exclusive, whatever the periods are."""
    old = compile_tariff(tariff(element(component("ENERGY", 5)), id="Old", end_date_time="2024-01-15T10:00:00Z"))
    until = compile_tariff(tariff(element(component("ENERGY", 7)), id="Until", end_date_time="2024-01-15T10:30:00Z"))
    late = compile_tariff(tariff(element(component("ENERGY", 9)), id="Late", start_date_time="2024-01-15T10:00:01Z"))

    assert exact(price(TWO, [old, late, until, CHEAP], UTC)) == 14
    assert price(TWO, [old, late], UTC).doubts == price(TWO, [], UTC).doubts == {Doubt.NO_TARIFF}


def test_the_drivers_choice_decides_between_types() -> None:
    """A tariff with another type is passed over; one without a type fits everybody; an unknown choice fits any."""
    green = compile_tariff(tariff(element(component("ENERGY", 3)), id="G", type="PROFILE_GREEN"))

    costs = [
        exact(price(TWO._replace(profile=profile), [green, CHEAP], UTC))
        for profile in (None, "PROFILE_GREEN", "REGULAR")
    ]

    assert costs == [6, 6, 2]
