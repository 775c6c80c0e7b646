"""What was made of the same content is made once, and the memory of it is bounded."""

from typing import Any

from hub.money.content_cache import ContentCache


def test_the_same_content_is_made_once() -> None:
    """Equal values, not the same objects; the oldest is forgotten first."""
    cache, made = ContentCache[list[Any]](2), []

    def make(value: Any) -> list[Any]:
        made.append(value)
        return [value]

    for value in ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 1}, {"a": 3}, {"a": 1}):
        cache.get(value, make)

    assert made == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 1}]
    assert len(cache) == 2


def test_what_has_no_bytes_is_made_each_time() -> None:
    """A lone surrogate and an integer of a hundred digits cannot be a key, and do no harm."""
    cache = ContentCache[str](2)

    assert [cache.get(value, repr) for value in ("\ud800", 10**100)] == ["'\\ud800'", repr(10**100)]
    assert len(cache) == 0
