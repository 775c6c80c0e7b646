"""How the tests of the lint rules look for findings."""

from typing import Any

from hub.money.linting.lint import lint_tariff
from hub.money.linting.linted import NOTHING_KNOWN, LintKnown
from tests.hub.money.sessions import Json, component, element, tariff

ENERGY = component("ENERGY", "0.40", vat=21)
GOOD = tariff(element(ENERGY, component("TIME", 1, vat=21), component("PARKING_TIME", 3, vat=21)))
"""Nothing to say about it."""


def told(value: Any, rule: str, known: LintKnown = NOTHING_KNOWN) -> list[tuple[str, str]]:
    """Severity and pointer of each finding of a rule."""
    return [(str(one.severity), one.pointer) for one in lint_tariff(value, known) if one.rule == rule]


def with_elements(*elements: Json, **fields: Any) -> Json:
    """The good tariff with other elements before its own."""
    return GOOD | {"elements": [*elements, *GOOD["elements"]]} | fields
