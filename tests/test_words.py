"""The examples that other tests build on are valid themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from hub.wire import json_text
from hub.wire.types import OcpiObject, validate
from modules.cdrs.objects import CDR
from modules.chargingprofiles import objects as profiles
from modules.commands import objects as commands
from modules.credentials.objects import Credentials, CredentialsRole
from modules.hubclientinfo.objects import ClientInfo
from modules.locations.objects import EVSE, Connector, Location
from modules.sessions.objects import ChargingPreferences, Session
from modules.shared import CdrToken
from modules.tariffs.objects import Tariff
from modules.tokens.objects import AuthorizationInfo, LocationReferences, Token
from modules.versions.objects import VersionDetails, VersionInfo
from tests import words

EXAMPLES: list[tuple[Callable[..., dict[str, Any]], type[BaseModel]]] = [
    (words.connector, Connector),
    (words.evse, EVSE),
    (words.location, Location),
    (words.cdr_token, CdrToken),
    (words.token, Token),
    (words.location_references, LocationReferences),
    (words.authorization_info, AuthorizationInfo),
    (words.session, Session),
    (words.charging_preferences, ChargingPreferences),
    (words.tariff, Tariff),
    (words.cdr, CDR),
    (words.start_session, commands.StartSession),
    (words.stop_session, commands.StopSession),
    (words.reserve_now, commands.ReserveNow),
    (words.cancel_reservation, commands.CancelReservation),
    (words.unlock_connector, commands.UnlockConnector),
    (words.command_response, commands.CommandResponse),
    (words.command_result, commands.CommandResult),
    (words.charging_profile, profiles.ChargingProfile),
    (words.set_charging_profile, profiles.SetChargingProfile),
    (words.active_charging_profile, profiles.ActiveChargingProfile),
    (words.charging_profile_response, profiles.ChargingProfileResponse),
    (words.charging_profile_result, profiles.ChargingProfileResult),
    (words.active_charging_profile_result, profiles.ActiveChargingProfileResult),
    (words.client_info, ClientInfo),
    (words.credentials_role, CredentialsRole),
    (words.credentials, Credentials),
    (words.version, VersionInfo),
    (words.version_details, VersionDetails),
]


@pytest.mark.parametrize(("make", "model"), EXAMPLES)
def test_an_example_is_valid(make: Callable[..., dict[str, Any]], model: type[OcpiObject]) -> None:
    """Each example fits its class, and again after a trip over the wire."""
    assert validate(model, make()) == []
    assert json_text.loads(words.body(make())) == make()


@pytest.mark.parametrize(("make", "model"), EXAMPLES)
def test_an_example_may_lack_what_is_optional_and_nothing_else(
    make: Callable[..., dict[str, Any]], model: type[OcpiObject]
) -> None:
    """H6.03: each field of cardinality ? or * may be null, and each other field is missed by name."""
    for name, field in model.model_fields.items():
        without = {key: value for key, value in make().items() if key != name}

        nulled = validate(model, without | {name: None})

        expected = [f"/{name}"] if field.is_required() else []
        assert [problem.pointer for problem in nulled] == expected
        assert [problem.pointer for problem in validate(model, without)] == expected


def test_examples_are_fresh() -> None:
    """Changing one example changes no other."""
    words.location()["evses"].clear()

    assert words.location(name="Elsewhere")["evses"]
