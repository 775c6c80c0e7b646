"""The page on configuration: every setting, with its default and its bounds, and no secret."""

from docs.configuration import configuration_page, variable
from hub.config import Settings

PAGE = configuration_page([("HUB_ADMIN_URL", "the hub's address")])


def _row(name: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` "))


def test_every_setting_is_documented_with_a_description() -> None:
    """Each field of Settings has a row that ends with its description."""
    for name, field in Settings.model_fields.items():
        assert field.description
        assert _row(variable(name)).endswith(f"| {field.description} |")


def test_defaults_and_bounds_are_shown() -> None:
    """Numbers say their bounds, choices their values, switches both of theirs, and what is empty is not set."""
    assert "| `1` | a whole number at least 1, at most 64 |" in _row("HUB_WORKERS")
    assert "| `pymongo` | `pymongo`, `motor` |" in _row("HUB_MONGO_DRIVER")
    assert "| `false` | `true` or `false` |" in _row("HUB_ALLOW_PRIVATE_URLS")
    assert "| not set | a number over 0, at most 300 |" in _row("HUB_FORWARD_TIMEOUT_S")
    assert "| not set | a secret |" in _row("HUB_SECRET_KEY")


def test_variables_of_the_command_line_are_listed() -> None:
    """What hubctl alone reads has a row too."""
    assert _row("HUB_ADMIN_URL") == "| `HUB_ADMIN_URL` | the hub's address |"
