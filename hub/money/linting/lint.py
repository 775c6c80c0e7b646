"""The lint of one tariff: every rule, or the findings that refuse it."""

from typing import Any

from hub.money.compiling import compile_tariff
from hub.money.findings import Finding
from hub.money.linting import rules_components, rules_cover, rules_probe, rules_ranges, rules_shape, rules_steps
from hub.money.linting.linted import NOTHING_KNOWN, Linted, LintKnown, Rule
from hub.money.refusal import TariffRefused

MAX_FINDINGS = 200
"""Told for one tariff."""
RULES: tuple[Rule, ...] = (
    rules_shape.schema,
    rules_shape.nulls,
    rules_shape.unknown,
    rules_shape.ids,
    rules_shape.currency,
    rules_shape.alt_text,
    rules_shape.changed,
    rules_ranges.ranges,
    rules_ranges.same_time,
    rules_ranges.empty,
    rules_ranges.all_week,
    rules_ranges.dates,
    rules_ranges.validity,
    rules_ranges.limits,
    rules_components.duplicate,
    rules_components.empty,
    rules_components.reservation,
    rules_components.vat,
    rules_components.taxes,
    rules_components.use,
    rules_components.prices,
    rules_components.flat_steps,
    rules_steps.zero,
    rules_steps.unused,
    rules_steps.differ,
    rules_steps.large,
    rules_cover.unreachable,
    rules_cover.gap,
    rules_probe.probe,
)


def lint_tariff(value: Any, known: LintKnown = NOTHING_KNOWN) -> list[Finding]:
    """What is wrong or odd about a parsed Tariff (numbers as hub.wire.json_text reads them); never raises for what it says."""
    try:
        tariff = compile_tariff(value)
    except TariffRefused as refused:
        return [*refused.findings]
    linted = Linted(value=value, tariff=tariff, known=known)
    findings = {(one.rule, one.pointer, one.message): one for one in tariff.problems}
    for rule in RULES:
        for one in rule(linted):
            findings.setdefault((one.rule, one.pointer, one.message), one)
            if len(findings) >= MAX_FINDINGS:
                return [*findings.values()]
    return [*findings.values()]
