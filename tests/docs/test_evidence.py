"""Reading rule ids out of the docstrings of tests."""

from pathlib import Path

from docs.evidence import Evidence, read_evidence

TESTS = '''
"""H9.99 in a module's docstring is no test."""


def test_plain() -> None:
    """H1.01, H1.02: two rules, and D3."""


async def test_waiting() -> None:
    """H1.01: one rule, named twice (H1.01)."""


class TestGroup:
    def test_inside(self) -> None:
        """H2.01: a test in a class."""


def helper() -> None:
    """H9.98: is no test."""


def test_silent() -> None:
    assert "H9.97"
'''


def test_tests_are_found_by_the_rules_in_their_docstrings(tmp_path: Path) -> None:
    """Functions and methods whose name starts with test_ count, in any folder under tests; nothing else does."""
    place = tmp_path / "tests" / "hub"
    place.mkdir(parents=True)
    (place / "test_some.py").write_text(TESTS)
    (place / "words.py").write_text('def test_not_collected() -> None:\n    """H1.01: in no test file."""\n')

    found = read_evidence(tmp_path)

    path = "tests/hub/test_some.py"
    assert found == {
        "D3": [Evidence(path, "test_plain")],
        "H1.01": [Evidence(path, "test_plain"), Evidence(path, "test_waiting")],
        "H1.02": [Evidence(path, "test_plain")],
        "H2.01": [Evidence(path, "test_inside")],
    }


def test_tests_are_read_and_not_imported(tmp_path: Path) -> None:
    """A test file that cannot be imported is read all the same."""
    (tmp_path / "tests").mkdir()
    text = 'import no_such_module_anywhere\n\ndef test_it() -> None:\n    """H1.01: shown."""\n'
    (tmp_path / "tests" / "test_broken.py").write_text(text)

    assert list(read_evidence(tmp_path)) == ["H1.01"]
