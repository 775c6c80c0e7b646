"""A tariff laid out for the rules, and what is known beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.money.findings import Finding
from hub.money.tariff import CompiledTariff, Component


@dataclass(frozen=True, slots=True, kw_only=True)
class LintKnown:
    """What whoever examines a tariff knows beside it; None: the rules that need it say nothing."""

    owner: str | None = None
    """The party in the URL and in the From headers: `NL*TNM`."""
    now: datetime | None = None
    referenced: bool | None = None
    """A connector names this tariff."""
    previous: CompiledTariff | None = None
    """The tariff with this id, as it was until now."""
    sessions_running: bool = False
    """Sessions are under way that began with the previous one."""
    beside: Sequence[Any] = ()
    """The other tariffs of the same connector."""


NOTHING_KNOWN = LintKnown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What every rule gets."""

    value: Mapping[str, Any]
    """As it was written."""
    tariff: CompiledTariff
    known: LintKnown

    def components(self) -> Iterator[tuple[str, Component]]:
        """Each component with its JSON pointer."""
        for inside in self.tariff.elements:
            for one in inside:
                yield pointer_of(one), one

    def restrictions(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The restrictions of each element that has any, as they were written, with their JSON pointer."""
        for at, element in enumerate(self.value["elements"]):
            written = element.get("restrictions")
            if isinstance(written, dict):
                yield f"/elements/{at}/restrictions", written


def pointer_of(component: Component) -> str:
    """JSON Pointer of a component."""
    return f"/elements/{component.element}/price_components/{component.position}"


Rule = Callable[[Linted], Iterator[Finding]]
