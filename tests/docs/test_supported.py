"""The page on what is supported, and that every demand on a hub has a test."""

import modules
from docs import ROOT
from docs.checklist import Chapter, Missing, Rule, Tag, read_chapters
from docs.evidence import Evidence, read_evidence
from docs.supported import supported_page, uncovered

SHOWN = Rule(id="H1.01", tag=Tag.SPEC, says="A token is sent.", source="types")
THEIRS = Rule(id="H1.02", tag=Tag.SPEC, says="A CPO is kind.", source="types", not_ours="A duty of the CPO.")
OPEN = Rule(id="H1.03", tag=Tag.SPEC, says="Ids are repeated.", source="types")
CHOSEN = Rule(id="H1.08", tag=Tag.DECISION, says="Line breaks are dropped.", source="types")
IDLE = Rule(id="H1.10", tag=Tag.DECISION, says="Nobody tests this.", source="types")
CHAPTERS = [Chapter(number=1, title="Headers", rules=(SHOWN, THEIRS, OPEN, CHOSEN, IDLE))]
MISSING = [Missing(what="OCPI 1.0", why="It is old.", instead="")]
PROOF = {
    "H1.01": [Evidence("tests/test_a.py", f"test_{number}") for number in range(5)],
    "H1.08": [Evidence("tests/test_a.py", "test_newline")],
}


def _row(rule_id: str) -> str:
    lines = supported_page(modules.ALL, CHAPTERS, MISSING, PROOF).splitlines()
    return next((line for line in lines if line.startswith(f"| {rule_id} ")), "")


def test_a_covered_rule_links_to_its_first_tests() -> None:
    """Three links from the page to the test files, and how many more there are."""
    row = _row("H1.01")

    assert "[test_0](../tests/test_a.py), [test_1](../tests/test_a.py), [test_2](../tests/test_a.py), and 2 more" in row
    assert "| yes |" in row


def test_a_demand_on_somebody_else_says_whose_it_is() -> None:
    """It stays in the list, marked as not binding the hub, with the reason."""
    assert "| no | A duty of the CPO. |" in _row("H1.02")


def test_a_gap_is_not_hidden() -> None:
    """A demand without a test is on the page, named as such, and in the list of what is uncovered."""
    assert "| **no test yet** |" in _row("H1.03")
    assert uncovered(CHAPTERS, PROOF) == ["H1.03"]
    assert "Of 2 demands of the specification that bind a hub, 1 are covered" in supported_page(
        modules.ALL, CHAPTERS, MISSING, PROOF
    )


def test_decisions_are_listed_when_a_test_holds_the_hub_to_them() -> None:
    """A decision that no test names is not claimed."""
    assert "test_newline" in _row("H1.08")
    assert _row("H1.10") == ""


def test_every_module_is_on_the_page() -> None:
    """Each module with endpoints has a row."""
    shown = supported_page(modules.ALL, CHAPTERS, MISSING, PROOF)

    assert [one.identifier for one in modules.ALL if one.endpoints and f"| `{one.identifier}` |" not in shown] == []


def test_every_demand_that_binds_the_hub_has_a_test() -> None:
    """Each rule that the specification demands of a hub is named in the docstring of a test."""
    assert uncovered(read_chapters(), read_evidence(ROOT)) == []


def test_tests_name_rules_that_exist() -> None:
    """A rule id in a docstring is one that the checklist has: a misprint would prove nothing."""
    known = {rule.id for chapter in read_chapters() for rule in chapter.rules}

    assert set(read_evidence(ROOT)) - known == set()
