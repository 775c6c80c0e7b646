"""Commands on their way to an operator that speaks 2.2."""

from modules.commands.translation import TRANSLATION
from tests import words


def test_a_session_starts_at_an_evse_in_2_2() -> None:
    """H8.05: StartSession has no connector_id in 2.2; everything else of it stays."""
    old = TRANSLATION.to_2_2(words.start_session())

    assert old == {name: value for name, value in words.start_session().items() if name != "connector_id"}


def test_other_commands_are_the_same() -> None:
    """H8.05: UnlockConnector keeps its connector_id, and no other command differs."""
    for command in (words.unlock_connector(), words.stop_session(), words.reserve_now(), words.command_result()):
        assert TRANSLATION.to_2_2(command) is command
