"""The house's own rules that no linter knows: short files that say what they are, mirrored tests, nothing of a machine."""

import ast
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from docs import ROOT
from docs.configuration import configuration_page
from hub.cli.topics import ENVIRONMENT

FOLDERS = ("hub", "modules", "docs", "tests", "benchmarks", "contracts", "docker", "openapi")
TEXTS = {".py", ".md", ".toml", ".txt", ".yaml", ".json", ".conf", ""}
FILES = sorted(
    [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS and path.is_file()]
    + [path for path in ROOT.glob("*") if path.suffix in TEXTS and path.is_file() and path.name != ".git"]
)
PYTHON = [path for path in FILES if path.suffix == ".py"]
MAX_LINES = 400

COVERED_ELSEWHERE = {
    "hub/addressing.py": "tests/whole/test_cdr_addresses.py",
    "hub/admin/auditing.py": "tests/hub/admin/test_audit.py",
    "hub/admin/errors.py": "tests/hub/admin/test_app.py",
    "hub/admin/parties.py": "tests/hub/admin/test_partners.py",
    "hub/admin/refusing.py": "tests/hub/admin/test_app.py",
    "hub/admin/services.py": "tests/hub/admin/test_app.py",
    "hub/admin/table.py": "tests/hub/admin/test_app.py",
    "hub/admin/views.py": "tests/hub/admin/test_partners.py",
    "hub/app.py": "tests/whole/test_direct.py",
    "hub/house.py": "tests/whole/test_direct.py",
    "hub/apps/api/*.py": "tests/whole/test_apps_locations.py",
    "hub/bearer.py": "tests/hub/admin/test_bearer.py",
    "hub/broadcasting.py": "tests/whole/test_broadcast_push.py",
    "hub/cli/*.py": "tests/hub/cli/test_main.py",
    "hub/delivery/*.py": "tests/hub/delivery/test_worker.py",
    "hub/demo/*.py": "tests/hub/demo/test_story.py",
    "hub/forwarding.py": "tests/whole/test_direct.py",
    "hub/gathering.py": "tests/whole/test_get_all.py",
    "hub/money/checking/examined.py": "tests/hub/money/checking/test_check.py",
    "hub/money/checking/known.py": "tests/hub/money/checking/test_rules_known.py",
    "hub/intake.py": "tests/whole/test_routing_headers.py",
    "hub/money/components.py": "tests/hub/money/test_compiling.py",
    "hub/money/facts.py": "tests/hub/money/test_cdr_reading.py",
    "hub/money/findings.py": "tests/hub/money/checking/test_check.py",
    "hub/money/lines.py": "tests/hub/money/test_billing.py",
    "hub/money/linting/linted.py": "tests/hub/money/linting/test_lint.py",
    "hub/money/linting/vat_rates.py": "tests/hub/money/linting/test_rules_components.py",
    "hub/money/notes.py": "tests/hub/money/test_pricing.py",
    "hub/money/priced.py": "tests/hub/money/test_pricing.py",
    "hub/money/refusal.py": "tests/hub/money/test_compiling.py",
    "hub/money/tariff.py": "tests/hub/money/test_compiling.py",
    "hub/money/wording.py": "tests/hub/money/test_explaining.py",
    "hub/partners/problems.py": "tests/hub/partners/test_office.py",
    "hub/partners/steps.py": "tests/hub/partners/test_calls.py",
    "hub/partners/views.py": "tests/hub/partners/test_showing.py",
    "hub/incoming/request.py": "tests/hub/incoming/test_connection.py",
    "hub/pipeline.py": "tests/whole/test_direct.py",
    "hub/serving.py": "tests/whole/test_broadcast_kill.py",
    "hub/simulate/*.py": "tests/hub/simulate/test_platform.py",
    "hub/store/cdr_records.py": "tests/hub/store/test_records.py",
    "hub/store/database_facts.py": "tests/hub/store/test_facts.py",
    "hub/store/judgements.py": "tests/hub/store/test_verifications.py",
    "hub/store/guarding.py": "tests/hub/store/test_subjects.py",
    "hub/store/mongod_process.py": "tests/hub/store/test_embedded.py",
    "hub/pulling/pages.py": "tests/whole/test_pulling.py",
    "hub/pulling/watch.py": "tests/whole/test_pulling.py",
    "hub/store/app_access.py": "tests/hub/store/test_apps.py",
    "hub/store/feeding.py": "tests/hub/store/test_object_changes.py",
    "hub/store/observing.py": "tests/hub/store/test_signs.py",
    "hub/store/protocols.py": "tests/hub/store/test_records.py",
    "hub/web.py": "tests/whole/test_direct.py",
    "hub/wire/message.py": "tests/whole/test_direct.py",
    "modules/*/endpoints.py": "tests/modules/test_all.py",
    "modules/*/objects.py": "tests/modules/test_examples.py",
    "modules/sessions/translation.py": "tests/modules/test_translation.py",
    "modules/sides.py": "tests/modules/test_all.py",
}
"""Source files that are tested through the door of their room: pattern -> the test file behind that door."""

BETWEEN_OUR_PROCESSES = {"HUB_SIMULATE_CONTROL_KEY"}
"""Variables that one process of ours sets for another; nobody sets them by hand."""


def _named(paths: Iterable[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_no_file_is_long() -> None:
    """A Python file has at most 400 lines: what is longer is two things."""
    long = [path for path in PYTHON if len(path.read_text().splitlines()) > MAX_LINES]

    assert _named(long) == []


def test_every_file_starts_with_a_sentence() -> None:
    """The first line of a Python file begins its docstring, whose first paragraph is a sentence."""
    silent = [path for path in PYTHON if not _opens_with_a_sentence(path.read_text())]

    assert _named(silent) == []


def _opens_with_a_sentence(source: str) -> bool:
    said = ast.get_docstring(ast.parse(source)) or ""
    return source.startswith('"""') and said.partition("\n\n")[0].endswith((".", ":", "?"))


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of somebody's machine", r"(?<![\w.}])/(?:work|root|home)/\w"),
        ("the address of a package registry", r"pypi\.org|pythonhosted\.org|npmjs\.org|crates\.io"),
    ],
)
def test_nothing_belongs_to_one_place(what: str, pattern: str) -> None:
    """The repository works anywhere: no path of a machine, no address of a registry."""
    found = [path for path in FILES if re.search(pattern, path.read_text())]

    assert _named(found) == [], what


def test_constraints_are_names_and_versions() -> None:
    """Each line of constraints.txt pins one package, without an address."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line)] == []


def test_every_source_file_has_a_test_file() -> None:
    """`hub/store/mongo.py` has `tests/hub/store/test_mongo.py`; what is tested elsewhere is listed, with a file that exists."""
    sources = [path for path in PYTHON if path.is_relative_to(ROOT / "hub") or path.is_relative_to(ROOT / "modules")]
    untested = [name for name in _named(sources) if not name.endswith("__init__.py") and not _mirrors(name)]

    assert [name for name in untested if not any(fnmatch(name, pattern) for pattern in COVERED_ELSEWHERE)] == []
    assert [pattern for pattern in COVERED_ELSEWHERE if not any(fnmatch(name, pattern) for name in untested)] == []
    assert [test for test in COVERED_ELSEWHERE.values() if not (ROOT / test).is_file()] == []


def _mirrors(name: str) -> list[Path]:
    """The test files of a source file: `test_routing.py`, or `test_routing_open.py` and `test_routing_table.py`."""
    source = Path(name)
    return list((ROOT / "tests" / source.parent).glob(f"test_{source.stem}*.py"))


def test_every_variable_is_documented() -> None:
    """Whatever the code, the images or the pages call HUB_…, docs/configuration.md explains."""
    explained = set(re.findall(r"\bHUB_[A-Z_]+\b", configuration_page(ENVIRONMENT)))
    told = [path for path in FILES if "tests" not in path.parts]
    named = {found for path in told for found in re.findall(r"\bHUB_[A-Z_]+\b", path.read_text())}

    assert named - explained - set(BETWEEN_OUR_PROCESSES) == set()
