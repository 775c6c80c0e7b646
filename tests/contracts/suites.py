"""Small suites made in a test: a check is its steps, everything else has a value that fits."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from contracts.suite import OCPI, ROOT, Suite, load

Steps = list[dict[str, Any]]


def check(check_id: str, steps: Steps, **changes: Any) -> dict[str, Any]:
    """A check as its file would say it."""
    return {
        "id": check_id,
        "title": f"What {check_id} demands holds",
        "why": "Because otherwise somebody would be worse off than now.",
        "fix": "Do what the check demands, and nothing else than that.",
        "spec": "transport_and_format#get",
        "roles": ["CPO", "EMSP"],
        "modules": ["transport"],
        "mode": "observe",
        "severity": "blocker",
        "kind": "negative",
        "defect": "It does not do what the check demands.",
        "steps": steps,
    } | changes


def write_suite(folder: Path, *checks: Mapping[str, Any]) -> Path:
    """The files of a suite with these checks, beside the classes and objects of the published one; returns its root."""
    published = ROOT / OCPI
    shutil.copytree(published / "objects", folder / OCPI / "objects")
    shutil.copy(published / "objects.schema.json", folder / OCPI)
    shutil.copy(ROOT / "check.schema.json", folder)
    shutil.copy(ROOT / "suite.yaml", folder)
    (folder / OCPI / "checks").mkdir()
    for one in checks:
        (folder / OCPI / "checks" / f"{one['id']}.yaml").write_text(yaml.safe_dump(dict(one), sort_keys=False))
    return folder


def suite_of(folder: Path, *checks: Mapping[str, Any]) -> Suite:
    """The same, loaded."""
    return load(write_suite(folder, *checks))
