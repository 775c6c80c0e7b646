"""A bounded memory of what was made of the same content before, by a digest of its bytes."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Generic, TypeVar

import orjson

Made = TypeVar("Made")
_DIGEST_BYTES = 16


class ContentCache(Generic[Made]):
    """Keeps what `make` made of the last `size` different JSON values; the oldest goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._made: dict[bytes, Made] = {}

    def __len__(self) -> int:
        return len(self._made)

    def get(self, value: Any, make: Callable[[Any], Made]) -> Made:
        """What was made of this content, or make it now; content that has no JSON form is made each time."""
        try:
            key = blake2b(orjson.dumps(value, default=str), digest_size=_DIGEST_BYTES).digest()
        except (TypeError, RecursionError):  # a lone surrogate, an integer of more than 64 bits, a strange type
            return make(value)
        made = self._made.get(key)
        if made is None:
            made = make(value)
            if len(self._made) >= self._size:
                del self._made[next(iter(self._made))]
            self._made[key] = made
        return made
