"""The suite's own files: whole, consistent, and known by a digest that any change changes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.suite import OCPI, PHASES, ROOT, SuiteBroken, digest, load, spec_url
from tests.contracts.suites import Steps, check, write_suite

PUBLISHED = load()
STEPS: Steps = [{"call": {"url": "${partner.versions_url}"}}, {"expect": {"http": 200}}]
GIVEN = {
    "agreed",
    "counterpart",
    "listed",
    "new",
    "number",
    "p95_ms",
    "partner",
    "pushed",
    "replies",
    "reply",
    "run",
    "session",
    "them",
    "time",
    "us",
}
"""What every check has before its first step, and what a step leaves that says nothing else."""
DEFAULTS = {"fetch_all": "list", "wait_for_call": "called", "pause": "silence"}


def test_the_published_suite_is_whole() -> None:
    """It loads, in the order of its phases, each check under its own id."""
    phases = [PHASES.index(one.phase) for one in PUBLISHED.checks]

    assert phases == sorted(phases)
    assert len({one.check_id for one in PUBLISHED.checks}) == len(PUBLISHED.checks) > 60


@pytest.mark.parametrize("one", PUBLISHED.checks, ids=lambda one: str(one.check_id))
def test_a_check_uses_only_what_it_has(one: Any) -> None:
    """Every place in a check leads to what the runner gives or an earlier step left."""
    left = _left(one.steps) | _left(one.cleanup)
    used = {found.split(".")[0] for found in re.findall(r"\$\{([^{}?]+)", str((one.steps, one.cleanup)))}

    assert used - GIVEN - left == set()


def _left(steps: Any) -> set[str]:
    found: set[str] = set()
    for step in steps:
        ((verb, arguments),) = step.items()
        found |= {*arguments} if verb == "set" else {arguments.get("as", DEFAULTS.get(verb, "reply"))}
        found |= _left(arguments.get("steps", ()))
    return found


def test_a_check_is_found_in_any_case() -> None:
    """By its id, as a person writes it."""
    assert PUBLISHED.check("ver-01") is PUBLISHED.check("VER-01") is not None
    assert PUBLISHED.check("XXX-99") is None


def test_a_role_is_asked_for_its_own_side() -> None:
    """An operator's lists are its own, and a provider's tokens; credentials have no side."""
    paging, credentials = PUBLISHED.check("PAG-01"), PUBLISHED.check("CRE-01")
    assert paging is not None
    assert credentials is not None

    assert [one for one in paging.modules if PUBLISHED.concerns(paging, one, "EMSP")] == ["tokens"]
    assert PUBLISHED.concerns(credentials, "credentials", "CPO")


def test_a_section_has_an_address() -> None:
    """Where a check says that something is written, somebody can read it."""
    assert spec_url("mod_hub_client_info#client_put").endswith(
        "/mod_hub_client_info.asciidoc#mod_hub_client_info_client_put"
    )


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a word that nobody knows": (lambda one: one["steps"].append({"dance": {}}), "2.2.1/checks/TRA-01.yaml: steps/2: "),
    "a missing field": (lambda one: one.pop("why"), "2.2.1/checks/TRA-01.yaml: : 'why' is a required property"),
    "a class that is not there": (
        lambda one: one["steps"].append({"expect": {"schema": "Loction"}}),
        "2.2.1/checks/TRA-01.yaml: there is no class Loction",
    ),
    "an object that is not there": (
        lambda one: one["steps"].append({"call": {"module": "tokens", "object": "tokn"}}),
        "2.2.1/checks/TRA-01.yaml: there is no object tokn",
    ),
    "another name": (lambda one: one.update(id="TRA-09"), "the file of TRA-09 is called TRA-09.yaml"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_check_names_its_fault(tmp_path: Path, fault: str) -> None:
    """Which file, where in it, and what is wrong."""
    spoil, said = BROKEN[fault]
    root = write_suite(tmp_path, check("TRA-01", STEPS), check("TRA-02", STEPS))
    path = root / OCPI / "checks" / "TRA-01.yaml"
    value = yaml.safe_load(path.read_text())
    spoil(value)
    path.write_text(yaml.safe_dump(value))

    with pytest.raises(SuiteBroken) as broken:
        load(root)

    assert said in str(broken.value)
    assert "TRA-02.yaml" not in str(broken.value)


def test_a_file_that_is_no_yaml_names_its_fault(tmp_path: Path) -> None:
    """Also when it cannot be read at all."""
    root = write_suite(tmp_path, check("TRA-01", STEPS))
    (root / OCPI / "checks" / "TRA-02.yaml").write_text("title: one: two")

    with pytest.raises(SuiteBroken, match=r"2\.2\.1/checks/TRA-02\.yaml: no YAML: mapping values are not allowed here"):
        load(root)


def test_the_same_check_twice_is_a_fault(tmp_path: Path) -> None:
    """An id belongs to one file."""
    root = write_suite(tmp_path, check("TRA-01", STEPS))
    (root / OCPI / "more").mkdir()
    (root / OCPI / "more" / "TRA-01.yaml").write_text((root / OCPI / "checks" / "TRA-01.yaml").read_text())

    with pytest.raises(SuiteBroken, match=r"TRA-01 is also in TRA-01\.yaml"):
        load(root)


def test_a_suite_that_only_praises_is_broken(tmp_path: Path) -> None:
    """At least two in five checks want a refusal."""
    root = write_suite(tmp_path, *(check(f"TRA-{number}", STEPS, kind="positive") for number in range(10, 22)))

    with pytest.raises(SuiteBroken, match="0 of 12 checks are negative: at least 40% must be"):
        load(root)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.data())
def test_a_byte_that_is_flipped_changes_the_digest(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """In any file that says what a check is, wherever in it."""
    root = write_suite(tmp_path_factory.mktemp("suite"), check("TRA-01", STEPS))
    before = digest(root)
    files = [root / "suite.yaml", *sorted((root / OCPI).rglob("*.yaml")), root / OCPI / "objects.schema.json"]
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)

    assert digest(root) != before


def test_a_file_that_is_renamed_changes_the_digest(tmp_path: Path) -> None:
    """The digest is of names and contents; what does not belong to the suite changes nothing."""
    root = write_suite(tmp_path, check("TRA-01", STEPS))
    before = digest(root)
    (root / OCPI / "notes.txt").write_text("nothing of the suite")
    unchanged = digest(root)
    (root / OCPI / "checks" / "TRA-01.yaml").rename(root / OCPI / "checks" / "TRA-02.yaml")

    assert unchanged == before != digest(root)


def test_the_digest_of_the_published_suite_is_that_of_its_files() -> None:
    """What a report says of its suite can be computed by anyone."""
    assert PUBLISHED.digest == digest(ROOT)
