"""Which tariff prices which period. Source: OCPI 2.2.1, mod_cdrs, ChargingPeriod.tariff_id; mod_tariffs, Tariff."""

from collections.abc import Sequence

from hub.money.facts import Facts
from hub.money.notes import Doubt, Note
from hub.money.policy import NoTariffId, Policy
from hub.money.tariff import CompiledTariff


def choose(
    facts: Facts, tariffs: Sequence[CompiledTariff], policy: Policy, notes: list[Note]
) -> list[CompiledTariff | None]:
    """The tariff of each period; None where none is relevant. What is missing is noted, never guessed.

    An id is compared without regard to case. Without any id the tariff is the first one that is valid when the session
    starts and fits the driver's choice.
    """
    named = [period.tariff_id for period in facts.periods]
    if not any(named):
        tariff = at_start(facts, tariffs)
        if tariff is None:
            notes.append(Note("no_tariff", _why_none(tariffs), doubt=Doubt.NO_TARIFF))
        return [tariff] * len(named)
    by_id = {tariff.id.lower(): tariff for tariff in reversed(tariffs)}
    unnamed = at_start(facts, tariffs) if policy.no_tariff_id is NoTariffId.AS_IF_NONE else None
    chosen = [unnamed if written is None else by_id.get(written.lower()) for written in named]
    notes += [_why_none_here(at, named[at]) for at, tariff in enumerate(chosen) if tariff is None]
    return chosen


def at_start(facts: Facts, tariffs: Sequence[CompiledTariff]) -> CompiledTariff | None:
    """The first tariff that is valid when the session starts and fits the driver's choice."""
    return next((one for one in tariffs if one.valid_at(facts.start) and _fits(one, facts.profile)), None)


def _fits(tariff: CompiledTariff, profile: str | None) -> bool:
    return profile is None or tariff.type is None or tariff.type == profile


def _why_none(tariffs: Sequence[CompiledTariff]) -> str:
    if not tariffs:
        return "there is no tariff"
    return "no tariff is valid at the start of the session for this driver's choice"


def _why_none_here(at: int, written: str | None) -> Note:
    if written is None:
        return Note("no_tariff_id", "no tariff_id, while other periods have one: nothing is charged for it", at)
    return Note("tariff_missing", f"no tariff has the id {written[:36]!r}", at, Doubt.NO_TARIFF)
