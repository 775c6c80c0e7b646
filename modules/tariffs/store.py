"""How pushed Tariffs are kept: PUT replaces, DELETE withdraws. Source: OCPI 2.2.1, mod_tariffs."""

from hub.wire.interface import Call, Json, Stored, fold
from modules.paths import owned_path
from modules.tariffs.objects import Tariff


def tariff_key(call: Call) -> str:
    """The Tariff's id, folded."""
    return fold(call.path["tariff_id"])


def apply(current: Json | None, call: Call) -> Json | None:  # noqa: ARG001 (the signature of all apply functions)
    """The Tariff after this push, or None once it is withdrawn."""
    return None if call.method == "DELETE" else call.body


def put_path(tariff: Json) -> str:
    """`/NL/TNM/TARIFF1`."""
    return owned_path(tariff, "id")


STORED = Stored(object_class=Tariff, key=tariff_key, apply=apply, priced_by=True, put_path=put_path)
