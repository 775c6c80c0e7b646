"""hubctl itself: help, words that are wrong, exit codes; some of it as a process of its own."""

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from hub.cli.errors import ExitCode
from hub.cli.main import app
from hub.cli.topics import EXIT_CODES, OCPI_STATUS
from hub.wire import errors
from tests.operating import Ended

HUBCTL = [sys.executable, "-c", "from hub.cli.main import main; main()"]
HELP_CPU_S = 0.3


NO_HUB = {"HUB_DATA_DIR": "/nonexistent/hub"}


def hubctl(*words: str, **environment: str) -> Ended:
    """Run hubctl where no hub runs."""
    result = CliRunner().invoke(app, [*words], env=NO_HUB | environment)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return Ended(result.exit_code, result.stdout, result.stderr)


def hubctl_process(*words: str, **environment: str) -> Ended:
    """The same, as a process."""
    ended = subprocess.run(
        [*HUBCTL, *words], capture_output=True, text=True, env=os.environ | NO_HUB | environment, check=False
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command, groups left out."""
    children: dict[str, Any] = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from commands(child, (*path, name))


COMMANDS: dict[tuple[str, ...], Any] = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example(path: tuple[str, ...]) -> None:
    """The help of every command shows a line that can be pasted, of that very command, with options that it has."""
    command = COMMANDS[path]
    example = command.help.partition("Example:")[2]

    assert f"hubctl {' '.join(path)}" in example
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert set(re.findall(r"(?<= )--[a-z-]+", example)) <= known


def test_the_issues_words_are_there() -> None:
    """The commands that must not change later are all there."""
    promised = """serve | partner invite | partner register | partner list | partner show | partner suspend | partner resume |
        partner rotate | partner remove | parties list | routes list | routes allow | routes deny | routes unset |
        routes test | traffic tail | traffic trace | deliveries list | deliveries show | deliveries replay | status |
        doctor | simulate cpo | simulate emsp | demo fault"""

    assert {tuple(words.split()) for words in promised.split("|")} <= COMMANDS.keys()


def test_all_lists_take_json() -> None:
    """Every command that shows something takes --json."""
    without = {"serve", "help", "demo", "simulate"}
    for path, command in COMMANDS.items():
        if path[0] not in without:
            assert any("--json" in parameter.opts for parameter in command.params), path


def test_help_is_quick() -> None:
    """`hubctl --help` takes less than 0.3 s of CPU: what is slow to import is imported when it is needed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = hubctl_process("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert shown.exit_code == 0
    assert "partner" in shown.out
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < HELP_CPU_S


def test_wrong_words_are_exit_2_with_a_suggestion() -> None:
    """A command that is nearly right is suggested, and so is its help; nothing is on stdout."""
    ended = hubctl_process("partner", "invit")

    assert (ended.exit_code, ended.out) == (2, "")
    assert ended.err == "No such command 'invit'. Did you mean 'invite'?\nTry: hubctl partner --help\n"


def test_no_words_show_the_help() -> None:
    """hubctl alone, and a group alone, show their help on stderr and end with 2: nothing was done."""
    for words in ((), ("partner",)):
        ended = hubctl(*words)
        assert (ended.exit_code, ended.out) == (2, "")
        assert ended.err.startswith("Usage: ")
        assert "Try:" not in ended.err


def test_the_version() -> None:
    """`--version` says it and ends."""
    assert re.fullmatch(r"hubctl \d+\.\d+\.\d+\n", hubctl("--version").out)


def test_errors_as_json() -> None:
    """With --json an error is one object on stderr, with a hint that is a command."""
    ended = hubctl_process("status", "--json")

    assert (ended.exit_code, ended.out) == (1, "")
    error = json.loads(ended.err)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert (error["code"], error["hint"]) == ("hub_away", "hubctl serve")


def test_a_wrong_setting_is_named() -> None:
    """A HUB_ variable that cannot be is named, exit 2; its value is not shown."""
    port = hubctl("status", HUB_WORKERS="many")
    url = hubctl("status", HUB_PUBLIC_URL="https://hub.example/ocpi")
    key = hubctl("status", HUB_SECRET_KEY="short-secret")

    assert (port.exit_code, url.exit_code, key.exit_code) == (2, 2, 2)
    assert port.err.startswith("HUB_WORKERS is wrong: ")
    assert url.err.startswith("HUB_PUBLIC_URL is the address before /ocpi")
    assert "short-secret" not in key.err


def test_serve_says_why_it_cannot(tmp_path: Path) -> None:
    """A database that is not there, and a server key that is open to others: a sentence and exit 1, no traceback."""
    (tmp_path / "secret.key").write_text("00" * 32)
    (tmp_path / "secret.key").chmod(0o644)

    ended = hubctl_process("serve", "--port", "1", HUB_DATA_DIR=str(tmp_path))

    assert ended.exit_code == 1
    assert "chmod 600" in ended.err
    assert "Traceback" not in ended.err


def test_exit_codes_are_one_table() -> None:
    """`hubctl help exit-codes` lists every code that a command can end with."""
    shown = hubctl("help", "exit-codes").out

    assert [int(line.split("\t")[0]) for line in shown.splitlines()] == sorted(ExitCode)
    assert [code for code, _ in EXIT_CODES] == sorted(ExitCode)


def test_ocpi_codes_are_explained() -> None:
    """Every status code that the hub can answer is explained; an unknown one, and an unknown topic, are exit 3."""
    answered = {
        kind.status_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OcpiError)
    }

    assert answered <= {code for code, _, _ in OCPI_STATUS}
    assert hubctl("help", "ocpi-status", "4003").out.startswith("4003\t")
    assert hubctl("help", "ocpi-status", "4999").exit_code == 3
    assert "Did you mean 'exit-codes'?" in hubctl("help", "exitcodes").err
    assert len(hubctl("help").out.splitlines()) == 3
