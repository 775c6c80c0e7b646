"""`python -m docs.build` writes every derived file; with `--check` it names the stale ones and ends with 1."""

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import modules
from docs import ROOT
from docs.checklist import read_chapters, read_missing
from docs.cli import cli_page
from docs.configuration import configuration_page
from docs.contracts import classes
from docs.evidence import read_evidence
from docs.supported import supported_page
from hub.admin.app import ROUTES
from hub.apps.api.app import ROUTES as APP_ROUTES
from hub.cli.topics import ENVIRONMENT
from hub.openapi import admin_document, ocpi_document
from hub.openapi_apps import apps_document


def derived() -> dict[str, str]:
    """Path from the root -> what the file should say."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    chapters, missing, evidence = read_chapters(), read_missing(), read_evidence(ROOT)
    return {
        "contracts/2.2.1/objects.schema.json": _json(classes()),
        "docs/cli.md": cli_page(),
        "docs/configuration.md": configuration_page(ENVIRONMENT),
        "docs/supported-ocpi.md": supported_page(modules.ALL, chapters, missing, evidence),
        "openapi/admin.json": _json(admin_document(ROUTES, version)),
        "openapi/apps.json": _json(apps_document(APP_ROUTES, version)),
        "openapi/ocpi.json": _json(ocpi_document(modules.ALL, version)),
    }


def stale(files: Mapping[str, str], root: Path) -> list[str]:
    """Paths whose file is missing or says something else."""
    return [path for path, text in files.items() if not (root / path).exists() or (root / path).read_text() != text]


def write(files: Mapping[str, str], root: Path) -> None:
    """Write every file, with the folders that they need."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0, or 1 when `--check` found stale files."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name the stale files")
    files = derived()
    if not parser.parse_args(arguments).check:
        write(files, ROOT)
        return 0
    behind = stale(files, ROOT)
    for path in behind:
        sys.stderr.write(f"{path} is stale: run make docs\n")
    return 1 if behind else 0


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
