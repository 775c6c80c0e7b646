"""Currencies of ISO 4217: their codes, their decimals, and roughly what a euro is in them. Source: ISO 4217, list of 2024."""

DEFAULT_DIGITS = 2

_TWO_DIGITS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP
COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD
PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD
TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DIGITS = dict.fromkeys(_TWO_DIGITS.split(), DEFAULT_DIGITS) | {
    code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()
}
"""Decimals of each currency's minor unit, by code."""

UNITS_PER_EURO = {
    "EUR": 1, "USD": 1, "GBP": 1, "CHF": 1, "CAD": 2, "AUD": 2, "NZD": 2, "SGD": 2, "BGN": 2, "BAM": 2, "ILS": 4, "PLN": 5,
    "RON": 5, "MYR": 5, "AED": 4, "SAR": 4, "BRL": 6, "DKK": 8, "CNY": 8, "HKD": 9, "SEK": 12, "NOK": 12, "MXN": 20, "ZAR": 20,
    "CZK": 25, "MDL": 20, "TWD": 35, "THB": 40, "TRY": 40, "UAH": 45, "MKD": 62, "INR": 95, "ALL": 100, "RSD": 120,
    "ISK": 150, "JPY": 170, "HUF": 420, "KRW": 1600, "IDR": 18000, "VND": 28000,
}  # fmt: skip
"""Roughly, to tell a price per kWh from one in cents; a currency that is not here is not judged."""


def digits_of_currency(code: str | None) -> int:
    """Decimals of the minor unit; those of most currencies for an unknown one."""
    return DIGITS.get((code or "").upper(), DEFAULT_DIGITS)
