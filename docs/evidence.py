"""Which tests name which rules: read from the docstrings of test functions, without importing any."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_RULE = re.compile(r"\b(?:H\d\.\d\d|D\d)\b")


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One test that shows a rule; `path` from the root of the repository, with slashes."""

    path: str
    test: str


def read_evidence(root: Path, rule: re.Pattern[str] = _RULE) -> dict[str, list[Evidence]]:
    """Rule id, as `rule` finds it -> the tests under `root/tests` whose docstring names it, by path and name."""
    found: dict[str, set[Evidence]] = defaultdict(set)
    for file in sorted((root / "tests").rglob("test_*.py")):
        for test, docstring in _tests(ast.parse(file.read_text())):
            for rule_id in rule.findall(docstring):
                found[rule_id].add(Evidence(file.relative_to(root).as_posix(), test))
    return {rule_id: sorted(found[rule_id]) for rule_id in sorted(found)}


def _tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or ""
