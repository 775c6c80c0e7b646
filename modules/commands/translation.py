"""Commands between OCPI 2.2 and 2.2.1: only 2.2.1 starts a session at one connector."""

from hub.wire.interface import Json, Translation
from modules.content import text
from modules.translation import unchanged_for, without


def to_2_2(command: Json) -> Json:
    """A command as 2.2 has it; UnlockConnector has a connector_id in both, StartSession (with a token) only in 2.2.1."""
    return without(command, "connector_id") if text(command, "token", "uid") else command


TRANSLATION = Translation(to_2_2=to_2_2, to_2_2_1=unchanged_for)
