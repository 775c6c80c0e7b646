"""JSON as partners may write it: every spelling that RFC 8259 allows, for tests that compare bytes."""

import json
from collections.abc import Sequence

from hypothesis import strategies as st

_SPACES = st.sampled_from(["", "", " ", "\n", "\t", "\r\n  "])
_NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
_STRINGS = st.builds(lambda value, plain: json.dumps(value, ensure_ascii=plain), _TEXTS, st.booleans())
_NAMES = _STRINGS.map(lambda name: f'"x-{name[1:]}')
"""None that OCPI knows."""
_WORDS = st.sampled_from(["null", "true", "false", "0.10", "12345678901234567890.1234567890", "1E+2", "-0.0"])


def _spaced(parts: Sequence[str], opening: str, closing: str) -> st.SearchStrategy[str]:
    return st.lists(_SPACES, min_size=len(parts) + 1, max_size=len(parts) + 1).map(
        lambda spaces: (
            opening
            + ",".join(f"{space}{part}{space}" for space, part in zip(spaces, parts, strict=False))
            + spaces[-1]
            + closing
        )
    )


def _members(values: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.builds("{0}{2}:{2}{1}".format, _NAMES, values, _SPACES), max_size=most)


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, max_size=4).flatmap(lambda parts: _spaced(parts, "[", "]"))
    return lists | _members(inner, 4).flatmap(lambda parts: _spaced(parts, "{", "}"))


values = st.recursive(_NUMBERS | _STRINGS | _WORDS, _deeper, max_leaves=12)
"""Any JSON value as text."""
members = _members(values, 5)
"""Members of an object as text, a name perhaps twice."""
objects = members.flatmap(lambda parts: _spaced(parts, "{", "}"))
"""Any JSON object as text."""
