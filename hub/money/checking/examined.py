"""A CDR laid out for the rules: as it was written, as facts, priced, and beside it what is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.money.checking.figures import Stated
from hub.money.checking.known import Known
from hub.money.checking.spans import Span
from hub.money.exact import read_number
from hub.money.facts import Facts
from hub.money.findings import Finding
from hub.money.priced import Priced
from hub.money.tariff import CompiledTariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What every rule gets."""

    cdr: Mapping[str, Any]
    facts: Facts
    stated: Sequence[Stated]
    """Its costs, total_cost first."""
    tariffs: Sequence[CompiledTariff]
    """As the CDR carries them."""
    published: Mapping[str, CompiledTariff]
    """As they were published when the session began, by folded id."""
    priced: Priced
    spans: Sequence[Span]
    known: Known

    @property
    def is_credit(self) -> bool:
        """A Credit CDR."""
        return self.cdr.get("credit") is True

    def number(self, *path: str) -> Decimal | None:
        """The number at this path, or None."""
        value: Any = self.cdr
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        try:
            return None if value is None else read_number(value)
        except ValueError:
            return None

    def text(self, *path: str) -> str | None:
        """The string at this path, or None."""
        value: Any = self.cdr
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) and value else None


Rule = Callable[[Examined], Iterator[Finding]]
