"""The engine: facts and tariffs in, an exact price out. Everything else in this room is a part of it, or asks it.

Source: OCPI 2.2.1, mod_tariffs and mod_cdrs; what they leave open is in hub.money.policy.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from hub.money.billing import Biller
from hub.money.choosing import choose
from hub.money.currencies import digits_of_currency
from hub.money.facts import Facts
from hub.money.limits import hold
from hub.money.notes import Doubt, Note
from hub.money.policy import DEFAULT, Clock, Policy
from hub.money.priced import Priced
from hub.money.rounding import Knowing, Rounder
from hub.money.steps import apply_steps
from hub.money.sums import by_group
from hub.money.tariff import CompiledTariff


def price(
    facts: Facts, tariffs: Sequence[CompiledTariff], zone: tzinfo | None = None, policy: Policy = DEFAULT
) -> Priced:
    """Price a session by the tariffs that its CDR carries, or by the one that was published.

    `zone` is the Location's: without it a tariff that looks at the clock is priced by UTC, and the price is in doubt. What
    cannot be priced has no lines, and a note with a doubt says why.
    """
    notes: list[Note] = []
    chosen = choose(facts, tariffs, policy, notes)
    used = {tariff for tariff in chosen if tariff is not None}
    if zone is None and policy.clock is Clock.LOCAL and any(one.needs_zone for one in used):
        text = "the time zone of the location is not known, and the tariff looks at the clock: priced by UTC"
        notes.append(Note("time_zone_unknown", text, doubt=Doubt.TIME_ZONE))
    clock = UTC if zone is None or policy.clock is Clock.UTC else zone
    bill = Biller(facts, clock, policy, notes).bill(chosen)
    apply_steps(bill, policy)
    bill.set_costs()
    groups = by_group(bill.lines)
    currency = facts.currency or next((one.currency for one in chosen if one is not None), None)
    knowing = Knowing(
        net=all(one.net_known for one in used) or all(line.component.net_known for line in bill.lines),
        gross=all(one.gross_known for one in used),
    )
    rounder = Rounder(bill.lines, groups, bill.unit, knowing)
    return Priced(
        facts=facts,
        tariffs=chosen,
        bill=bill,
        groups=groups,
        held=hold(rounder.whole, bill.unit, chosen, policy, notes),
        policy=policy,
        notes=notes,
        zone=zone,
        currency=currency,
        digits=digits_of_currency(currency) if policy.digits is None else policy.digits,
        rounder=rounder,
        knowing=knowing,
    )
