"""The settings: read once from the environment, and every wrong one is a sentence without a secret."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.config import Settings
from hub.wire.interface import TimeoutClass
from hub.wire.party import Party

KEY = "a key of thirty-two characters or more"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No .env file, and no HUB_ variable of whoever runs the tests."""
    for name in os.environ:
        if name.upper().startswith("HUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    """A hub starts with a private mongod, public partners only, and the checklist's times for each class."""
    settings = Settings()

    assert settings.mongodb_url == ""
    assert not settings.allow_private_urls
    assert settings.workers == 1
    assert settings.party == Party(country_code="NL", party_id="HUB")
    assert settings.ocpi_url == "http://127.0.0.1:8000/ocpi"
    assert settings.data_path == Path.home() / ".local/share/ocpi-hub"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field is a variable with the prefix HUB_."""
    for name, value in {
        "HUB_PUBLIC_URL": "https://roaming.example/hub/",
        "HUB_COUNTRY_CODE": "de",
        "HUB_PARTY_ID": "hbx",
        "HUB_DATA_DIR": "/var/lib/ocpi-hub",
        "HUB_MONGODB_URL": "mongodb://db.example/?replicaSet=rs",
        "HUB_ALLOW_PRIVATE_URLS": "true",
        "HUB_FORWARD_TIMEOUT_S": "2.5",
        "HUB_WORKERS": "4",
    }.items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert settings.ocpi_url == "https://roaming.example/hub/ocpi"
    assert settings.party == Party(country_code="DE", party_id="HBX")
    assert settings.data_path == Path("/var/lib/ocpi-hub")
    assert settings.mongodb_url == "mongodb://db.example/?replicaSet=rs"
    assert settings.allow_private_urls
    assert settings.workers == 4
    assert {settings.timeout_s(kind) for kind in TimeoutClass} == {2.5}


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A .env file in the working directory sets what no variable does; what is not ours in it is ignored."""
    (tmp_path / ".env").write_text("HUB_WORKERS=3\nHUB_PARTY_ID=FIL\nOTHER=1\n")
    monkeypatch.setenv("HUB_PARTY_ID", "ENV")

    settings = Settings()

    assert (settings.workers, settings.party_id) == (3, "ENV")


def test_each_class_has_its_own_time() -> None:
    """H3.16: an authorization waits 5 s, a command 15 s, everything else 30 s, each to be set by itself."""
    assert {kind: Settings().timeout_s(kind) for kind in TimeoutClass} == {
        TimeoutClass.AUTHORIZE: 5,
        TimeoutClass.COMMAND: 15,
        TimeoutClass.OTHER: 30,
    }
    changed = Settings(forward_timeout_command_s=7)
    assert [changed.timeout_s(kind) for kind in TimeoutClass] == [5, 7, 30]


def test_settings_do_not_change() -> None:
    """Nothing in a running hub sets one."""
    with pytest.raises(ValidationError):
        Settings().workers = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUB_PUBLIC_URL", "hub.example", "valid URL"),
        ("HUB_PUBLIC_URL", "https://hub.example/ocpi", "HUB_PUBLIC_URL is the address before /ocpi"),
        ("HUB_PUBLIC_URL", "https://hub.example/?a=b", "HUB_PUBLIC_URL is the address before /ocpi"),
        ("HUB_COUNTRY_CODE", "NLD", "country_code is two letters"),
        ("HUB_PARTY_ID", "HUBS", "party_id three letters or digits"),
        ("HUB_SECRET_KEY", "short", "HUB_SECRET_KEY needs at least 32 characters"),
        ("HUB_WORKERS", "0", "workers"),
        ("HUB_FORWARD_TIMEOUT_S", "0", "forward_timeout_s"),
        ("HUB_MONGO_DRIVER", "pymongo2", "mongo_driver"),
        ("HUB_LOG_LEVEL", "loud", "log_level"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    """The text says which setting, or what it should be."""
    monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError, match=said):
        Settings()


def test_no_error_and_no_text_holds_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the key nor the database's password is in what is printed, even when something else is wrong."""
    monkeypatch.setenv("HUB_SECRET_KEY", KEY)
    monkeypatch.setenv("HUB_MONGODB_URL", "mongodb://hub:pass-word@db.example/?replicaSet=rs")
    printed = repr(Settings()) + str(Settings())
    monkeypatch.setenv("HUB_PARTY_ID", "wrong")
    with pytest.raises(ValidationError) as refused:
        Settings()

    for text in (printed, str(refused.value)):
        assert KEY not in text
        assert "pass-word" not in text


def test_a_key_that_is_too_short_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of a secret does not repeat it."""
    monkeypatch.setenv("HUB_SECRET_KEY", "sh0rt")

    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "sh0rt" not in str(refused.value)
