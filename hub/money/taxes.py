"""Prices with and without tax as whole numbers of one unit.

Source: OCPI 2.2.1, mod_tariffs, PriceComponent; OCPI 2.3.0, mod_tariffs, TaxIncluded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import lcm

from hub.money.exact import digits_of, scaled


class TaxIncluded(StrEnum):
    """Whether the prices of a 2.3.0 tariff include taxes."""

    YES = "YES"
    NO = "NO"
    NOT_APPLICABLE = "N/A"


@dataclass(frozen=True, slots=True)
class Taxes:
    """How the prices of one tariff are split into net and tax."""

    unit: int
    """Amounts are whole numbers of 1/`unit`; it divides every price, its tax, and a net that is found by division."""
    included: TaxIncluded | None
    """None before 2.3.0: prices are without VAT."""
    gross_known: bool

    @classmethod
    def of(
        cls,
        prices: Collection[Decimal],
        rates: Collection[Decimal],
        included: TaxIncluded | None,
        *,
        names_owner: bool,
    ) -> "Taxes":
        """Choose the unit.

        A tariff without any VAT rate has no VAT in 2.2 and 2.2.1, unknown taxes in 2.1.1 (whose tariffs name no owner), and
        unknown taxes on top where 2.3.0 says NO: the North American way.
        """
        power = 10 ** max((digits_of(one) for one in prices), default=0)
        unit = power * 100 * 10 ** max((digits_of(one) for one in rates), default=0)
        if included is TaxIncluded.YES:
            unit *= lcm(*(_gross_of_100(rate)[0] for rate in rates))
        unknown = included is TaxIncluded.NO or (included is None and not names_owner)
        return cls(unit=unit, included=included, gross_known=bool(rates) or not unknown)

    def of_price(self, price: Decimal, vat: Decimal | None) -> tuple[int, int]:
        """Net and tax of a price, in 1/`unit`."""
        amount = scaled(price, self.unit)
        if vat is None or self.included is TaxIncluded.NOT_APPLICABLE:
            return amount, 0
        if self.included is TaxIncluded.YES:
            gross, power = _gross_of_100(vat)
            net = amount * 100 * power // gross
            return net, amount - net
        return amount, scaled_product(amount, vat)

    def net_known(self, vat: Decimal | None) -> bool:
        """Is the net amount of a price with this rate known?"""
        return vat is not None or self.included is not TaxIncluded.YES


def scaled_product(amount: int, percent: Decimal) -> int:
    """`percent` of an amount that 100 and the decimals of the rate divide."""
    numerator, denominator = percent.as_integer_ratio()
    return amount * numerator // (100 * denominator)


def _gross_of_100(rate: Decimal) -> tuple[int, int]:
    """100 + rate as a whole number of 10^-digits, and 10^digits."""
    power: int = 10 ** digits_of(rate)
    return 100 * power + scaled(rate, power), power
