"""SEC-20: every regular expression of the product against texts of 100 kB that are made to be hard for it."""

import ast
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from contracts.verbs import _following
from docs import ROOT
from hub.money.linting.rules_shape import _amounts
from tests.whole.patterns import FOLDERS, METHODS, Used, hard_texts, used

PROCESSOR_S = 1.0
"""What is linear needs some milliseconds, and what is not a minute and more: nobody waits for that."""
CAPPED: Mapping[str, Callable[[str], Any]] = {
    "contracts.verbs": lambda text: _following({"headers": {"link": text}, "sent": {"url": "http://a"}}, set()),
    "hub.money.linting.rules_shape": lambda text: list(_amounts(text)),
}
"""Quadratic, and therefore only used on the beginning of a text: these are asked as a whole."""
MADE_ELSEWHERE = {
    "contracts.assertions": "patterns of the suite's own checks",
    "contracts.redaction": "spellings of a known secret, character by character",
    "hub.store.subjects": "escaped words of an operator",
    "hub.wire.types": "of the specification's types, for texts of at most 255 characters",
}
"""Files that make patterns as they go, and of what."""
USED = {(one.pattern, one.method): one for one in used()}.values()


class TooSlow(Exception):
    """A pattern is not linear."""


@contextmanager
def bounded() -> Iterator[None]:
    """Raise TooSlow in the midst of a match; time of the processor, which others on the machine do not use up."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PROCESSOR_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("one", USED, ids=lambda one: f"{one.where} {one.method}")
def test_no_text_takes_long(one: Used) -> None:
    """Linear for whatever is repeated, before whatever does not fit; or used on so little that it does not matter."""
    run = CAPPED.get(one.where.partition(":")[0], one.run)
    for text in hard_texts(one.pattern.pattern):
        with bounded():
            run(text)


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"\s+x", r"a*a*b", r"(?:a|a)*b", r"<[^>]*>;[^,]*rel"])
def test_what_is_not_linear_is_found(pattern: str) -> None:
    """The texts are hard, and a match can be stopped: otherwise the test above could not fail."""
    with pytest.raises(TooSlow):  # noqa: PT012 - any of the texts
        for text in hard_texts(pattern):
            with bounded():
                re.search(pattern, text)


def test_every_pattern_is_looked_at() -> None:
    """Each call of `re` in the product has a pattern above, or is in a file that is known to make its own."""
    looked_at = {one.where.partition(":")[0] for one in used()}
    unknown = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            calls = [
                node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and _is_re(node)
            ]
            if calls and name not in looked_at | MADE_ELSEWHERE.keys():
                unknown.append(name)

    assert unknown == []


def _is_re(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=attr):
            return attr in METHODS | {"compile"}
    return False


def test_pydantic_matches_in_linear_time() -> None:
    """Its own engine knows no backtracking; nobody asks it for Python's."""
    assert not [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "python-re" in path.read_text()]
