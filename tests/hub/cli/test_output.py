"""What reaches stdout: a table, tab-separated values or JSON, and never a partner's control characters."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli import output
from hub.cli.output import Column
from hub.clock import now_utc

COLUMNS = (Column("PARTY", "party"), Column("AGE", "age_s", lambda age_s: f"{age_s} s ago"))
ROWS: list[dict[str, Any]] = [{"party": "NL*CPA", "age_s": 3, "more": [1]}, {"party": None, "age_s": 70}]


def on_terminal(monkeypatch: pytest.MonkeyPatch, *, yes: bool = True) -> None:
    """Let stdout be a terminal, or not."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: yes, raising=False)


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Titles, aligned columns, words for people, `-` for nothing."""
    on_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")

    output.show_list(ROWS, COLUMNS, as_json=False)

    assert capsys.readouterr().out.splitlines() == ["PARTY   AGE", "NL*CPA  3 s ago", "-       70 s ago"]


def test_a_pipe_gets_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    """No titles, tabs between the columns, values as the hub has them, nothing for nothing."""
    output.show_list(ROWS, COLUMNS, as_json=False)

    assert capsys.readouterr().out == "NL*CPA\t3\n\t70\n"


def test_json_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is what the hub said, also what no column shows."""
    output.show_list(ROWS, COLUMNS, as_json=True)

    assert json.loads(capsys.readouterr().out) == ROWS


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """NO_COLOR and a dumb terminal get plain text, any other terminal colours, a pipe never."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert output.paint("fine", output.GREEN) == "fine"
    on_terminal(monkeypatch)
    assert output.paint("fine", output.GREEN) != "fine"

    monkeypatch.setenv(name, value)

    assert output.paint("fine", output.GREEN) == "fine"


@given(st.text())
def test_no_control_character_of_a_partner_is_shown(text: str) -> None:
    """Whatever a partner calls itself, what is shown can be printed and stays on its line."""
    assert output.plain(text).isprintable()
    assert len(output.plain(text)) == len(text)


@given(st.text())
def test_json_is_safe_and_true(text: str) -> None:
    """JSON shows no control character either, and still means the same."""
    shown = output.json_text({"name": text}, indent=None)

    assert not any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 for one in shown)
    assert json.loads(shown) == {"name": text}


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h"), (86400 * 12, "12 d"), (-3, "0 s")]
)
def test_ages_are_short(seconds: float, said: str) -> None:
    """An age is said in its largest whole unit; a clock that is ahead makes no negative one."""
    assert output.span(seconds) == said


def test_an_instant_is_said_as_how_long_ago() -> None:
    """An ISO instant becomes an age, none becomes a dash."""
    assert output.ago((now_utc() - timedelta(hours=3, minutes=1)).isoformat()) == "3 h ago"
    assert output.ago(None) == "-"
