"""contracts/README.md: what it shows is the language that the runner speaks, all of it."""

import json
import re
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from contracts import client, counterpart, json_text, showing, trial, verbs
from contracts.__main__ import _parser
from contracts.assertions import WORDS
from contracts.suite import ROOT
from contracts.trial import _TIMES

README = (ROOT / "README.md").read_text()
EXAMPLES: list[Any] = [
    yaml.safe_load(one) for one in re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
SCHEMA: dict[str, Any] = json.loads((ROOT / "check.schema.json").read_text())
STEPS: list[dict[str, Any]] = [step for one in EXAMPLES for step in (one if isinstance(one, list) else one["steps"])]


def test_the_whole_check_is_valid() -> None:
    """The check that is shown is one by the published schema."""
    (shown,) = (one for one in EXAMPLES if isinstance(one, dict))

    assert [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(shown)] == []


def test_the_steps_are_valid() -> None:
    """Each step that is shown is one by the published schema."""
    validator = Draft202012Validator({"$ref": "#/$defs/steps", "$defs": SCHEMA["$defs"]})

    assert [fault.message for fault in validator.iter_errors(STEPS)] == []


def test_every_verb_is_shown_and_explained() -> None:
    """Each has an example and a row, and the schema knows the same ones."""
    known = {*verbs.VERBS, *verbs._UNFILLED}

    assert known == set(SCHEMA["$defs"]["step"]["properties"])
    assert known == {verb for step in STEPS for verb in step}
    assert known <= set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))


def test_every_assertion_is_shown() -> None:
    """Each word has an example."""
    used = {word for step in STEPS for one in step.get("expect", {}).get("that", ()) for word in one}

    assert set(WORDS) <= used


def test_every_option_is_explained() -> None:
    """What `python -m contracts run` takes is in the table."""
    commands = next(action for action in _parser()._actions if action.dest == "command")
    options = {name for action in dict(commands.choices or {})["run"]._actions for name in action.option_strings}

    assert {name for name in options - {"-h", "--help"} if name not in README} == set()


def test_every_instant_is_listed() -> None:
    """The names of instants are those that the runner knows."""
    row = next(line for line in README.splitlines() if line.startswith("| `time.now`"))

    assert set(re.findall(r"\.(\w+)`", row)) == set(_TIMES)


def test_the_bounds_are_those_of_the_runner() -> None:
    """The numbers that another runner would need are the ones that hold."""
    mebi, kibi = 1024 * 1024, 1024
    told = README.partition("- **Bounds**")[2].partition("## Versions")[0]

    for bound in (
        f"{client.ANSWER_MAX_BYTES // mebi} MiB, also when unpacked",
        f"{client.HEADERS_MAX} lines, {client.HEADERS_MAX_BYTES // kibi} KiB",
        f"{json_text.DEPTH_MAX} levels, {json_text.MARKS_MAX:,} commas",
        f"numbers of {json_text.NUMBER_MAX_CHARS} characters",
        f"{trial.HELD_MAX_BYTES // mebi} MiB, {trial.HELD_MAX_MARKS:,} marks",
        f"{verbs.PAGES_MAX} pages, {verbs.ITEMS_MAX:,} objects; a URL of {client.URL_MAX_CHARS:,} characters",
        f"{counterpart._CONNECTIONS_MAX} connections, {counterpart.BODY_MAX_BYTES // kibi} KiB a body",
        f"{counterpart._READ_S:.0f} s a request, the last {counterpart.CALLS_MAX:,} calls",
        f"calls in {counterpart.CALLS_MAX_BYTES // mebi} MiB",
        f"the last {trial.EXCHANGES_KEPT} calls of a failed check, {showing.BODY_CHARS:,} characters of a body",
        f"{showing._HEADERS} headers of {showing._HEADER_CHARS}, {showing._TEXT_CHARS:,} of expected",
    ):
        assert bound in told, bound
