"""How Tariffs are kept and withdrawn."""

from modules.tariffs.store import STORED
from tests import words
from tests.modules.calls import NL_CPA, call

PATH = NL_CPA | {"tariff_id": "Tariff1"}


def test_a_put_replaces() -> None:
    """H6.03, H3.55: the body of a PUT is the new Tariff, itself."""
    new = words.tariff(currency="SEK")

    assert STORED.apply(words.tariff(), call("PUT", PATH, new)) is new


def test_a_delete_withdraws() -> None:
    """H6.57, H3.55: after DELETE there is no Tariff, whether there was one or not."""
    assert STORED.apply(words.tariff(), call("DELETE", PATH)) is None
    assert STORED.apply(None, call("DELETE", PATH)) is None


def test_key_and_path_of_a_tariff() -> None:
    """H3.02: a Tariff is known by its folded id, and PUT to its owner's path."""
    assert STORED.key(call("DELETE", PATH)) == "tariff1"
    assert STORED.put_path(words.tariff()) == "/NL/CPA/TARIFF1"
