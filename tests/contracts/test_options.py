"""The words of a run: what is understood, and what is refused by name."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.options import TOKEN_VARIABLE, Words, WrongWords, advice, read_target
from contracts.run import Target
from contracts.suite import load

SUITE = load()
URL = "https://cpo.example/versions"
TOKEN = "token-of-the-test"
NL_CPA = {"country_code": "NL", "party_id": "CPA"}


def target(environment: Mapping[str, str] | None = None, **changes: Any) -> Target:
    """What these options make, on top of those that must be."""
    about = {"role": "CPO", "versions_url": URL, "token": TOKEN} | changes
    return read_target(Words(**about), SUITE, environment or {})


def test_every_option_is_read() -> None:
    """Each word of the command line has its place in the target."""
    one = target(
        register=True,
        mode="exercise",
        party="nl*cpa",
        us="DE-ABC",
        modules=["locations"],
        checks=["ver-01"],
        listen="127.0.0.1:9000",
        callback_url="https://cts.example",
        public_only=True,
        limit_s=90.0,
    )

    assert one == Target(
        role="CPO",
        versions_url=URL,
        token=TOKEN,
        register=True,
        mode="exercise",
        party=NL_CPA,
        us={"country_code": "DE", "party_id": "ABC"},
        listen=("127.0.0.1", 9000),
        callback_url="https://cts.example",
        public_only=True,
        modules=frozenset({"locations"}),
        checks=frozenset({"VER-01"}),
        limit_s=90.0,
    )


@pytest.mark.parametrize("written", ["NL-CPA", "NL*CPA", "nl/cpa", "NLCPA", " NL-CPA "])
def test_a_party_in_any_spelling(written: str) -> None:
    """As people write it."""
    assert target(party=written).party == NL_CPA


@pytest.mark.parametrize(
    ("written", "place"),
    [("127.0.0.1:0", ("127.0.0.1", 0)), ("[::1]:9000", ("::1", 9000)), (":9000", ("127.0.0.1", 9000))],
)
def test_where_to_listen(written: str, place: tuple[str, int]) -> None:
    """HOST:PORT, also IPv6, also the port alone."""
    assert target(listen=written).listen == place


def test_where_the_token_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command line, a file, stdin, or the variable, in this order; blanks around it do not count."""
    file = tmp_path / "token"
    file.write_text(" from-the-file \n")
    environment = {TOKEN_VARIABLE: "from-the-variable"}
    monkeypatch.setattr("sys.stdin", io.StringIO("from-stdin\n"))

    assert target(environment, token="on-the-line").token == "on-the-line"
    assert target(environment, token="", token_file=str(file)).token == "from-the-file"
    assert target(environment, token="", token_file="-").token == "from-stdin"
    assert target(environment, token="").token == "from-the-variable"


def test_a_target_does_not_show_its_token() -> None:
    """Neither the words nor what is made of them."""
    assert TOKEN not in repr(target())
    assert TOKEN not in repr(Words(role="CPO", versions_url=URL, token=TOKEN))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": ""}, "A token is needed"),
        ({"token": "with space"}, "The token has characters"),
        ({"token": "gehéim-token"}, "The token has characters"),
        ({"token_file": "x"}, "not both"),
        (
            {"token": "", "token_file": "/nonexistent/file"},
            "--token-file /nonexistent/file cannot be read: No such file",
        ),
        ({"token": "", "token_file": "/dev/null"}, "--token-file /dev/null is empty"),
        ({"versions_url": "cpo.example/versions"}, "--versions-url"),
        ({"versions_url": "https://"}, "--versions-url"),
        ({"versions_url": "https://me:secret@cpo.example/"}, "--versions-url"),
        ({"versions_url": "https://[::1/"}, "--versions-url"),
        ({"versions_url": "https://cpo.example:99999/"}, "--versions-url"),
        ({"callback_url": "ftp://cts.example"}, "--callback-url"),
        ({"listen": "9000"}, "--listen is HOST:PORT"),
        ({"listen": "127.0.0.1:70000"}, "--listen is HOST:PORT"),
        ({"listen": "0.0.0.0:9000"}, "--callback-url"),
        ({"listen": "[::]:9000"}, "--callback-url"),
        ({"party": "CPA"}, "--party"),
        ({"us": "NL-CTSX"}, "--as"),
        ({"modules": ["location"]}, "has no module 'location'. Did you mean 'locations'?"),
        ({"checks": ["VER-1"]}, "has no check 'VER-1'. Did you mean 'VER-"),
        ({"limit_s": -1}, "--limit"),
        ({"limit_s": 3601}, "--limit"),
        ({"limit_s": float("nan")}, "--limit"),
    ],
)
def test_wrong_words_are_named(changes: dict[str, Any], said: str) -> None:
    """Each option that cannot be is named in one sentence, and no token is in it."""
    with pytest.raises(WrongWords) as wrong:
        target(**changes)

    assert said in str(wrong.value)
    assert changes.get("token") in {None, ""} or changes["token"] not in str(wrong.value)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("changes", "advised"),
    [
        ({"mode": "exercise"}, True),
        ({"mode": "observe"}, False),
        ({"mode": "exercise", "callback_url": "https://cts.example"}, False),
        ({"mode": "exercise", "listen": "192.0.2.1:9000"}, False),
        ({"mode": "exercise", "versions_url": "http://localhost:8000/versions"}, False),
        ({"mode": "exercise", "versions_url": "http://127.0.0.1:8000/versions"}, False),
    ],
)
def test_a_platform_that_cannot_call_back_is_said_beforehand(changes: dict[str, Any], advised: bool) -> None:
    """Who exercises a platform elsewhere and listens on this machine alone is told so."""
    assert bool(advice(target(**changes))) is advised
