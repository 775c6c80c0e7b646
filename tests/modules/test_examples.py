"""The specification's own examples are what our classes say they are; those that break its tables are refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.wire import json_text
from hub.wire.interface import Problem
from hub.wire.types import validate, validate_partial
from modules.cdrs.objects import CDR
from modules.credentials.objects import Credentials
from modules.locations.objects import EVSE, Connector, Hours, Location
from modules.sessions.objects import Session
from modules.shared import DisplayText, EnergyMix
from modules.tariffs.objects import Tariff
from modules.tokens.objects import Token
from modules.versions.objects import VersionDetails, VersionInfo
from tests.modules.calls import said

FOLDER = Path(__file__).parents[1] / "data" / "ocpi-examples" / "2.2.1"

WHOLE: dict[str, type[BaseModel]] = {
    "cdr_example": CDR,
    "credentials_*": Credentials,
    "location_example*": Location,
    "location_hours_*": Hours,
    "session_example_*": Session,
    "tariff_[0-9]*": Tariff,
    "tariffrestriction_*": Tariff,
    "token_example_*": Token,
    "token_put_example": Token,
    "type_displaytext_example": DisplayText,
    "version_details_example*": VersionDetails,
}
PARTS: dict[str, type[BaseModel]] = {
    "location_patch_example_location": Location,
    "location_patch_example_remove_evse": EVSE,
    "location_patch_example_status": EVSE,
    "location_patch_example_tariff": Connector,
    "session_patch_example_*": Session,
    "token_patch_example": Token,
}
WRAPPED: dict[str, tuple[str, type[BaseModel]]] = {
    "location_energymix_example_*": ("energy_mix", EnergyMix),
    "location_regularhours_example": ("opening_times", Hours),
    "transport_and_format_get_token_example": ("data", Token),
    "transport_and_format_version_details_example": ("data", VersionDetails),
}
LISTS: dict[str, tuple[str, type[BaseModel]]] = {
    "transport_and_format_get_token_list_example": ("data", Token),
    "transport_and_format_version_info_example": ("data", VersionInfo),
    "versions_info_example": ("", VersionInfo),
}
REFUSED = {"location_put_example_add_evse", "tariff_put_example"}


def read(name: str) -> Any:
    """One example, parsed."""
    return json_text.loads((FOLDER / f"{name}.json").read_bytes())


def names(*patterns: str) -> list[str]:
    """Examples whose names match, in order."""
    return sorted(file.stem for pattern in patterns for file in FOLDER.glob(f"{pattern}.json"))


def matching(name: str, table: dict[str, Any]) -> Any:
    """The entry of `table` whose pattern fits `name`."""
    return next(entry for pattern, entry in table.items() if Path(name).match(pattern))


@pytest.mark.parametrize("name", names(*WHOLE))
def test_whole_examples_are_valid(name: str) -> None:
    """H7.05, H7.07: each example of a whole object fits its class."""
    assert validate(matching(name, WHOLE), read(name)) == []


@pytest.mark.parametrize("name", names(*PARTS))
def test_examples_of_patch_bodies_are_valid_parts(name: str) -> None:
    """H6.04, H6.05: each example of a PATCH body is a valid part, and not a whole."""
    model = matching(name, PARTS)

    assert validate_partial(model, read(name)) == []
    assert validate(model, read(name)) != []


@pytest.mark.parametrize("name", names(*WRAPPED))
def test_wrapped_examples_are_valid(name: str) -> None:
    """H7.05, H7.07: each example with one object around another fits the class of the inner one."""
    key, model = matching(name, WRAPPED)

    assert validate(model, read(name)[key]) == []


@pytest.mark.parametrize("name", names(*LISTS))
def test_lists_of_examples_are_valid(name: str) -> None:
    """H2.01, H7.05: each element of an example list fits its class."""
    key, model = matching(name, LISTS)
    values = read(name)[key] if key else read(name)

    assert values
    assert [validate(model, value) for value in values] == [[]] * len(values)


def test_the_example_of_an_evse_breaks_its_table() -> None:
    """Checklist 9.19: a number for a string and a connector without its fields are found by pointer."""
    problems: list[Problem] = validate(EVSE, read("location_put_example_add_evse"))

    assert said(problems) == [
        "/connectors/0/power_type: is required",
        "/connectors/0/max_voltage: is required",
        "/connectors/0/max_amperage: is required",
        "/connectors/0/last_updated: is required",
        "/physical_reference: should be a string",
    ]


def test_the_example_of_a_tariff_put_breaks_its_table() -> None:
    """Checklist 9.20: the example lacks last_updated."""
    assert said(validate(Tariff, read("tariff_put_example"))) == ["/last_updated: is required"]


def test_every_example_is_tested() -> None:
    """No example of the specification is left out."""
    tested = {*names(*WHOLE, *PARTS, *WRAPPED, *LISTS), *REFUSED}

    assert tested == {file.stem for file in FOLDER.glob("*.json")}
