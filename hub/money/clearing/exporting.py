"""Statements and CDRs for other programs: JSON with decimal strings, and CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.money.clearing.entry import ClearedCdr, VatShare
from hub.money.clearing.netting import Settlement
from hub.money.clearing.statement import Statement
from hub.money.exact import fixed_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Spreadsheets take the wide forms for the narrow ones. Source: OWASP, CSV Injection."""
_PASSED_OVER = " \u00a0\u200b\ufeff"
"""What an import may strip from the beginning of a cell."""
STATEMENT_COLUMNS = (
    "statement_id", "month", "currency", "operator", "provider", "closed_at", "cdrs", "credits", "late", "energy_kwh",
    "charged_excl_vat", "charged_incl_vat", "credited_excl_vat", "credited_incl_vat", "excl_vat", "vat", "incl_vat",
    "disputed", "disputed_incl_vat",
)  # fmt: skip
CDR_COLUMNS = (
    "statement_id", "cdr_id", "operator", "provider", "month", "start", "end", "energy_kwh", "currency", "excl_vat", "vat",
    "incl_vat", "credits", "state", "verdict", "delivered_at",
)  # fmt: skip


def statement_row(one: Statement) -> dict[str, Any]:
    """A statement by STATEMENT_COLUMNS; amounts as decimal strings."""
    return {
        "statement_id": one.statement_id,
        "month": one.month,
        "currency": one.currency,
        "operator": str(one.operator),
        "provider": str(one.provider),
        "closed_at": one.closed_at,
        "cdrs": one.cdrs,
        "credits": one.credits,
        "late": one.late,
        "energy_kwh": one.energy_kwh,
        "charged_excl_vat": one.amount(one.charged_net),
        "charged_incl_vat": one.amount(one.charged_gross),
        "credited_excl_vat": one.amount(one.credited_net),
        "credited_incl_vat": one.amount(one.credited_gross),
        "excl_vat": one.amount(one.net),
        "vat": one.amount(one.gross - one.net),
        "incl_vat": one.amount(one.gross),
        "disputed": one.disputed,
        "disputed_incl_vat": one.amount(one.disputed_gross),
    }


def statement_json(one: Statement) -> dict[str, Any]:
    """The same with its VAT groups."""
    return statement_row(one) | {"vat_groups": _groups(one.vat, one.digits)}


def cdr_row(one: ClearedCdr) -> dict[str, Any]:
    """A CDR by CDR_COLUMNS."""
    return {
        "statement_id": one.statement_id,
        "cdr_id": one.cdr_id,
        "operator": str(one.operator),
        "provider": str(one.provider),
        "month": one.month,
        "start": one.start,
        "end": one.end,
        "energy_kwh": one.energy_kwh,
        "currency": one.currency,
        "excl_vat": one.amount(one.net),
        "vat": one.amount(one.tax),
        "incl_vat": one.amount(one.gross),
        "credits": one.credits_key,
        "state": str(one.state),
        "verdict": one.verdict,
        "delivered_at": one.delivered_at,
    }


def settlement_json(one: Settlement) -> dict[str, Any]:
    """Positions and payments."""
    return {
        "currency": one.currency,
        "positions": {str(party): fixed_text(amount, one.digits) for party, amount in one.positions.items()},
        "payments": [
            {"from": str(pay.payer), "to": str(pay.payee), "amount": fixed_text(pay.amount, one.digits)}
            for pay in one.payments
        ],
        "shortest": one.shortest,
    }


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, head: bool = True) -> str:
    """Rows as CSV (RFC 4180), below their titles; a text that a spreadsheet would calculate gets an apostrophe in front."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    if head:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return written.getvalue()


def _cell(value: Any) -> str:
    """Amounts are numbers of ours, and may begin with a minus."""
    if value is None:
        return ""
    text = str(value)
    if text.lstrip(_PASSED_OVER).startswith(_FORMULA) and not _is_amount(text):
        return f"'{text}"
    return text


def _is_amount(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit()


def _groups(shares: Iterable[VatShare], digits: int) -> list[dict[str, str | None]]:
    return [
        {"rate": one.rate or None, "excl_vat": fixed_text(one.net, digits), "vat": fixed_text(one.tax, digits)}
        for one in shares
    ]
