"""The classes of commands beyond the examples."""

import pytest

from hub.wire.types import validate
from modules.commands import objects
from tests import words


@pytest.mark.parametrize("result", list(objects.CommandResultType))
def test_each_result_of_a_charge_point(result: str) -> None:
    """A CommandResult of each type is valid."""
    assert validate(objects.CommandResult, words.command_result(result=str(result))) == []


def test_a_response_says_how_long_the_result_may_take() -> None:
    """A CommandResponse without a timeout is not whole; a result has none."""
    assert [str(one) for one in validate(objects.CommandResponse, {"result": "ACCEPTED"})] == ["/timeout: is required"]


def test_a_command_says_where_its_result_goes() -> None:
    """H4.30: each command has a response_url that is an http or https URL."""
    commands = (
        (objects.StartSession, words.start_session),
        (objects.StopSession, words.stop_session),
        (objects.ReserveNow, words.reserve_now),
        (objects.CancelReservation, words.cancel_reservation),
        (objects.UnlockConnector, words.unlock_connector),
    )
    for model, make in commands:
        assert [problem.pointer for problem in validate(model, make(response_url="ftp://a"))] == ["/response_url"]
