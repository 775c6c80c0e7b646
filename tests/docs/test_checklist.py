"""The rules as data: complete sentences, known places, nothing twice."""

import re
from collections import Counter

from docs.checklist import Chapter, Rule, Tag, read_chapters, read_missing

CHAPTERS = read_chapters()
RULES = [rule for chapter in CHAPTERS for rule in chapter.rules]
REFERENCE = re.compile(r"\b(?:H\d\.\d\d|D\d)\b")


def test_no_rule_is_listed_twice() -> None:
    """An id names one rule."""
    twice = [rule_id for rule_id, times in Counter(rule.id for rule in RULES).items() if times > 1]

    assert twice == []


def test_every_rule_stands_in_its_chapter_in_order() -> None:
    """The number before the point is the chapter's, and ids ascend within a file."""
    for chapter in CHAPTERS:
        ids = [rule.id for rule in chapter.rules]

        assert ids == sorted(ids)
        assert {_chapter_of(rule) for rule in chapter.rules} == {chapter.number}


def test_every_rule_is_a_sentence_with_a_source() -> None:
    """Statements and reasons start with a capital or a code word and end with a full stop; each has a source."""
    for rule in RULES:
        for said in filter(None, (rule.says, rule.not_ours)):
            assert said.endswith("."), rule.id
            assert said[0].isupper() or said[0] in "`2", rule.id
        assert rule.source, rule.id


def test_only_a_demand_of_the_specification_can_be_somebody_elses() -> None:
    """A reason why a rule does not bind the hub is for demands; a decision of the hub always binds it."""
    assert [rule.id for rule in RULES if rule.not_ours and rule.tag is not Tag.SPEC] == []


def test_references_between_rules_lead_somewhere() -> None:
    """Every rule id that a statement, a reason or the list of what is missing mentions is a rule."""
    texts = [f"{rule.says} {rule.not_ours}" for rule in RULES]
    texts += [f"{one.what} {one.why} {one.instead}" for one in read_missing()]
    mentioned = {found for text in texts for found in REFERENCE.findall(text)}

    assert mentioned - {rule.id for rule in RULES} == set()


def test_owed_are_demands_that_bind_the_hub() -> None:
    """A decision owes no proof, nor does a demand on somebody else."""
    chapter = Chapter(
        number=1,
        title="Anything",
        rules=(
            Rule(id="H1.01", tag=Tag.SPEC, says="It is so.", source="types"),
            Rule(id="H1.02", tag=Tag.SPEC, says="It is so.", source="types", not_ours="A duty of the CPO."),
            Rule(id="H1.03", tag=Tag.DECISION, says="It is so.", source="types"),
        ),
    )

    assert [rule.id for rule in chapter.rules if rule.owed] == ["H1.01"]


def _chapter_of(rule: Rule) -> int:
    return 0 if rule.id.startswith("D") else int(rule.id[1])
