"""Which tariffs a CDR is priced by: those that it carries, and those that its sender had published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.money.cdr_reading import SCHEMA, CdrUnreadable
from hub.money.checking.known import Known
from hub.money.compiling import compile_tariff
from hub.money.facts import Facts
from hub.money.findings import Finding, error, warning
from hub.money.refusal import TariffRefused
from hub.money.tariff import CompiledTariff

MAX_TARIFFS = 100


def owner_of(cdr: Mapping[str, Any]) -> str:
    """`NL*TNM`; empty when the CDR names none, as in 2.1.1."""
    names = (cdr.get("country_code"), cdr.get("party_id"))
    return "*".join(name.upper() for name in names if isinstance(name, str))


def embedded(cdr: Mapping[str, Any]) -> list[CompiledTariff]:
    """The tariffs in the CDR; raises CdrUnreadable, or TariffRefused with pointers into the CDR."""
    written = cdr.get("tariffs")
    if written is None:
        return []
    if not isinstance(written, list):
        raise CdrUnreadable(error(SCHEMA, "/tariffs", "should be a list"))
    if len(written) > MAX_TARIFFS:
        words = f"has {len(written)} tariffs; more than {MAX_TARIFFS} are not priced"
        raise CdrUnreadable(error(SCHEMA, "/tariffs", words))
    return [_compiled(at, tariff) for at, tariff in enumerate(written)]


def published(
    cdr: Mapping[str, Any], facts: Facts, carried: Sequence[CompiledTariff], known: Known
) -> tuple[dict[str, CompiledTariff], list[Finding]]:
    """By folded id: what was published when the session began, of the tariffs that the CDR carries or else names."""
    if known.published is None:
        return {}, []
    owner = owner_of(cdr)
    names = [tariff.id for tariff in carried] or [*dict.fromkeys(filter(None, (p.tariff_id for p in facts.periods)))]
    found: dict[str, CompiledTariff] = {}
    findings: list[Finding] = []
    for name in names[:MAX_TARIFFS]:
        written = known.published(owner, name, facts.start)
        if written is None:
            continue
        try:
            found[name.lower()] = compile_tariff(written)
        except TariffRefused as refused:
            findings.append(
                warning("C-TARIFF-REF", "/tariffs", f"the published tariff {name[:36]} is refused: {refused}")
            )
    return found, findings


def _compiled(at: int, written: Any) -> CompiledTariff:
    try:
        return compile_tariff(written)
    except TariffRefused as refused:
        raise TariffRefused(
            *(replace(one, pointer=f"/tariffs/{at}{one.pointer}") for one in refused.findings)
        ) from None
