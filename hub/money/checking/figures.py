"""The costs that a CDR states, and whether the engine's agree with them. Source: OCPI 2.2.1, mod_cdrs, CDR; types, Price.

A stated amount agrees when it is the exact one, rounded to the currency's decimals or to those it is written with.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from hub.money.exact import EXACT, digits_of, plain_text, read_number
from hub.money.policy import Policy
from hub.money.priced import Priced
from hub.money.rounding import Amounts
from hub.money.tariff import Kind

TOTAL = "total_cost"
KIND_OF = {f"total_{kind}_cost": kind for kind in Kind}


class WrongAmount(ValueError):
    """A cost that is no number."""

    def __init__(self, pointer: str, words: str) -> None:
        super().__init__(words)
        self.pointer = pointer


class Stated(NamedTuple):
    """One cost of a CDR."""

    name: str
    excl: Decimal | None
    incl: Decimal | None
    pointers: tuple[str, str]
    """Where the two amounts stand."""


class Compared(NamedTuple):
    """One stated amount beside the engine's."""

    name: str
    pointer: str
    stated: Decimal
    computed: Decimal

    @property
    def agrees(self) -> bool:
        """They are equal."""
        return self.stated == self.computed

    def as_dict(self) -> dict[str, Any]:
        """As JSON with decimal strings."""
        difference = EXACT.subtract(self.stated, self.computed)
        return {
            "figure": self.pointer,
            "stated": plain_text(self.stated),
            "computed": plain_text(self.computed),
            "difference": plain_text(difference),
        }


def read_stated(cdr: Mapping[str, Any]) -> list[Stated]:
    """All costs that the CDR states; of a Credit CDR the total as it was in the original. Raises WrongAmount."""
    return [_stated(cdr, name, cdr[name]) for name in (TOTAL, *KIND_OF) if cdr.get(name) is not None]


def compare(priced: Priced, stated: list[Stated], policy: Policy) -> list[Compared]:
    """Every stated amount that can be computed, under the rounding of `policy`."""
    return [compared for one in stated for compared in _compare(priced, one, policy)]


def _stated(cdr: Mapping[str, Any], name: str, value: Any) -> Stated:
    credited = name == TOTAL and cdr.get("credit") is True
    excl, incl, pointers = _amounts(f"/{name}", value)
    if credited:
        excl, incl = (None if amount is None else amount.copy_negate() for amount in (excl, incl))
    return Stated(name, excl, incl, pointers)


def _amounts(pointer: str, value: Any) -> tuple[Decimal | None, Decimal | None, tuple[str, str]]:
    """A number in 2.1.1; excl_vat and incl_vat; before_taxes and taxes in 2.3.0."""
    if not isinstance(value, dict):
        return _read(value, pointer), None, (pointer, pointer)
    if "before_taxes" in value:
        excl = _read(value["before_taxes"], f"{pointer}/before_taxes")
        return excl, _with_taxes(excl, value.get("taxes"), pointer), (f"{pointer}/before_taxes", f"{pointer}/taxes")
    excl = _read(value.get("excl_vat"), f"{pointer}/excl_vat")
    incl = value.get("incl_vat")
    pointers = (f"{pointer}/excl_vat", f"{pointer}/incl_vat")
    return excl, None if incl is None else _read(incl, pointers[1]), pointers


def _with_taxes(before: Decimal, taxes: Any, pointer: str) -> Decimal | None:
    """Before taxes and all taxes together; None when none are listed."""
    if not isinstance(taxes, list) or not taxes:
        return None
    for at, tax in enumerate(taxes):
        amount = tax.get("amount") if isinstance(tax, dict) else None
        before = EXACT.add(before, _read(amount, f"{pointer}/taxes/{at}/amount"))
    return before


def _read(value: Any, pointer: str) -> Decimal:
    try:
        return read_number(value)
    except ValueError as wrong:
        raise WrongAmount(pointer, str(wrong)) from None


def _compare(priced: Priced, stated: Stated, policy: Policy) -> Iterator[Compared]:
    for side, amount in (("excl", stated.excl), ("incl", stated.incl)):
        if amount is None:
            continue
        computed = _computed(priced, stated.name, side, amount, policy)
        if computed is not None:
            yield Compared(stated.name, stated.pointers[side == "incl"], amount, computed)


def _computed(priced: Priced, name: str, side: str, stated: Decimal, policy: Policy) -> Decimal | None:
    """The engine's amount: with the currency's decimals, or with those of the stated one when that agrees better."""
    usual = priced.digits if policy.digits is None else policy.digits
    computed: Decimal | None = getattr(_rounded(priced, name, policy, usual), side)
    written = digits_of(stated)
    if computed == stated or written <= usual or computed is None:
        return computed
    return getattr(_rounded(priced, name, policy, written), side)  # type: ignore[no-any-return]


def _rounded(priced: Priced, name: str, policy: Policy, digits: int) -> Amounts:
    if name == TOTAL:
        return priced.total_as(policy, digits)
    return priced.part_as(KIND_OF[name], policy, digits)
