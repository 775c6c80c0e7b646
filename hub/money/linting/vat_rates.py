"""VAT rates of European countries, to find a rate that no country has. Standard rate first; 0 is always possible.

Source: rates in force in 2025, European Commission (Taxes in Europe database) and national tax authorities.
"""

VAT_RATES = {
    "AT": "20 10 13", "BE": "21 12 6", "BG": "20 9", "CH": "8.1 3.8 2.6", "CY": "19 9 5 3", "CZ": "21 12", "DE": "19 7",
    "DK": "25", "EE": "24 22 13 9", "ES": "21 10 4", "FI": "25.5 14 10", "FR": "20 10 5.5 2.1", "GB": "20 5",
    "GR": "24 13 6", "HR": "25 13 5", "HU": "27 18 5", "IE": "23 13.5 9 4.8", "IS": "24 11", "IT": "22 10 5 4",
    "LT": "21 9 5", "LU": "17 14 8 3", "LV": "21 12 5", "MT": "18 12 7 5", "NL": "21 9", "NO": "25 15 12",
    "PL": "23 8 5", "PT": "23 13 6", "RO": "21 19 11 9", "SE": "25 12 6", "SI": "22 9.5 5", "SK": "23 19 5",
}  # fmt: skip
