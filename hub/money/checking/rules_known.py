"""Rules that need what the hub knows: token, EVSE, Session, signed meter values."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.money.checking.examined import Examined
from hub.money.exact import plain_text, read_number
from hub.money.findings import Finding, error, warning
from hub.wire.types import parse_datetime

_SHOWN = 40


def token(one: Examined) -> Iterator[Finding]:
    """C-TOKEN: the token is known, was valid, is the receiver's, and the authorization_reference was issued for it."""
    known = one.known.token
    if known is None:
        return
    if not known.found:
        yield error("C-TOKEN", "/cdr_token/uid", "is no token that is known")
        return
    if known.belongs_to_receiver is False:
        yield error("C-TOKEN", "/cdr_token", "is not a token of the receiver")
    if known.valid_at_start is False:
        yield warning("C-TOKEN", "/cdr_token/uid", "was not valid when the session began")
    reference = one.text("authorization_reference")
    if reference is not None and known.references is not None and reference not in known.references:
        yield error("C-TOKEN", "/authorization_reference", "was never issued for this token")


def evse(one: Examined) -> Iterator[Finding]:
    """C-EVSE: the EVSE is known and the sender's, and its connector had the tariff when the session began."""
    known = one.known.evse
    if known is None or one.facts.expired:
        return
    if not known.found:
        yield warning("C-EVSE", "/cdr_location/evse_uid", "is no EVSE that is known")
        return
    if known.owned_by_sender is False:
        yield warning("C-EVSE", "/cdr_location/evse_uid", "is not an EVSE of the sender")
    if known.tariff_ids is None:
        return
    assigned = {tariff_id.lower() for tariff_id in known.tariff_ids}
    for tariff in {id(tariff): tariff for tariff in one.priced.tariffs if tariff is not None}.values():
        if tariff.id.lower() not in assigned:
            yield warning("C-EVSE", "/tariffs", f"{tariff.id} was not a tariff of this connector")


def session(one: Examined) -> Iterator[Finding]:
    """C-SESSION: a Session with this session_id exists, and says the same."""
    known = one.known.session
    if known is None:
        return
    if not known:
        yield warning("C-SESSION", "/session_id", "names no Session that is known")
        return
    for name, stated in (("start_date_time", one.facts.start), ("end_date_time", one.facts.end)):
        told = _instant(known.get(name))
        if told is not None and told != stated:
            yield warning("C-SESSION", f"/{name}", f"the Session says {str(known[name])[:_SHOWN]}")
    yield from _same(one, ("total_energy",), known.get("kwh"))
    cost = known.get("total_cost")
    if isinstance(cost, Mapping):
        for name in ("excl_vat", "incl_vat", "before_taxes"):
            yield from _same(one, ("total_cost", name), cost.get(name))


def signed(one: Examined) -> Iterator[Finding]:
    """C-SIGNED: the signed meter values verify, and give the energy that is billed."""
    known = one.known.signed
    if known is None:
        return
    if one.cdr.get("signed_data") is None:
        yield warning("C-SIGNED", "/signed_data", "is missing")
        return
    if not known.verified:
        yield warning("C-SIGNED", "/signed_data", "does not verify")
    energy = one.number("total_energy")
    if known.energy_kwh is not None and energy is not None and energy != known.energy_kwh:
        text = f"the signed meter values give {plain_text(known.energy_kwh)} kWh"
        yield warning("C-SIGNED", "/total_energy", text)


def _same(one: Examined, path: tuple[str, ...], told: Any) -> Iterator[Finding]:
    stated, number = one.number(*path), _number(told)
    if stated is not None and number is not None and stated != number:
        yield warning("C-SESSION", f"/{'/'.join(path)}", f"the Session says {plain_text(number)}")


def _number(told: Any) -> Decimal | None:
    try:
        return None if told is None else read_number(told)
    except ValueError:
        return None


def _instant(told: Any) -> datetime | None:
    try:
        return parse_datetime(told) if isinstance(told, str) else None
    except ValueError:
        return None
