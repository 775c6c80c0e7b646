"""Commands that pages and images show are commands that hubctl has, with the options that they are shown with."""

import re
from typing import Any

import pytest
import typer

from docs import ROOT
from hub.cli.main import app

HUBCTL: Any = typer.main.get_command(app)
PAGES = [
    "README.md",
    "CHANGELOG.md",
    "contracts/README.md",
    "docs/operating.md",
    "docs/glossary.md",
    "docker/compose.yaml",
]
SHOWN = re.compile(r"hubctl ([^`\n]+)")


def _unknown(words: list[str]) -> str:
    """The first word that hubctl does not know, or nothing; after the command itself only options are looked at."""
    command, at_options = HUBCTL, False
    for word in words:
        known = getattr(command, "commands", None)
        if word.startswith("--"):
            at_options = True
            if word not in {option for one in command.params for option in (*one.opts, *one.secondary_opts)}:
                return word
        elif known is not None and not at_options:
            if word not in known:
                return word
            command = known[word]
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_shown_commands_exist(page: str) -> None:
    """Each `hubctl …` in code on a page is a command, and its options are options of that command."""
    text = (ROOT / page).read_text().replace("\\\n", " ")
    shown = [found for line in text.splitlines() if _is_code(line) for found in SHOWN.findall(line)]
    wrong = {f"hubctl {one}": _unknown(one.split("#")[0].split()) for one in shown}

    assert {command: word for command, word in wrong.items() if word} == {}


def _is_code(line: str) -> bool:
    return "`hubctl " in line or line.startswith(("    ", "hubctl ", "#   "))


def test_the_image_starts_a_command_with_its_options() -> None:
    """What the Dockerfile starts is understood by hubctl."""
    command = re.findall(r'^CMD \["([^]]+)"\]$', (ROOT / "docker" / "Dockerfile").read_text(), re.MULTILINE)[0]

    assert _unknown(command.split('", "')) == ""


@pytest.mark.parametrize(
    ("shown", "wrong"), [("serv", "serv"), ("serve --prt 1", "--prt"), ("serve --port 1", ""), ("demo --for 30s", "")]
)
def test_a_misprint_is_found(shown: str, wrong: str) -> None:
    """The check above sees a wrong command and a wrong option."""
    assert _unknown(shown.split()) == wrong
