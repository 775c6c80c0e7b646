"""How much of all answers may be in memory at once: a partner whose bodies never end must not cost the others theirs."""

from hub.delivery.answer import Failure, PostFailed

ALL_MAX_BYTES = 96 * 1024 * 1024
ORIGIN_MAX_BYTES = 32 * 1024 * 1024


class Allowance:
    """Bytes of answers that are still being read; what one origin takes is taken from all as well."""

    __slots__ = ("__weakref__", "_above", "left")

    def __init__(self, most: int, above: "Allowance | None" = None) -> None:
        self.left = most
        self._above = above

    def take(self, count: int) -> None:
        """Raises PostFailed TOO_LARGE, and takes nothing, when there is less left."""
        if count > self.left:
            raise PostFailed(Failure.TOO_LARGE, "too many large answers come in at once")
        if self._above is not None:
            self._above.take(count)
        self.left -= count

    def give_back(self, count: int) -> None:
        """They were read, or are not wanted any more."""
        self.left += count
        if self._above is not None:
            self._above.give_back(count)
