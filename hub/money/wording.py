"""An explanation as text for people: one line for each thing billed, then what leads to the total, then remarks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MARGIN = "  "
_NAMED = 3
"""Elements that were passed over and are named on a line."""


def words(explained: Mapping[str, Any]) -> str:
    """What `hub.money.explaining.explain` says, as lines of text without a trailing newline."""
    currency = explained["currency"] or ""
    rows = [_billed(line) for line in explained["lines"]]
    rows += [_added(explained["limit"]["by"], explained["limit"])] if "limit" in explained else []
    rows += [_added("rounding", explained["rounding"])] if _counts(explained["rounding"]) else []
    rows.append(_added(f"total {currency}".rstrip(), explained["total"]))
    table = _columns([("", "", "excl.", "incl. tax", ""), *rows])
    remarks = [*_free(explained["unpriced"]), *(_note(note) for note in explained["notes"])]
    return "\n".join([*table, *remarks])


def quantity(measured: str, unit: str) -> str:
    """`20.5 kWh`, `0:45:00`, `once`."""
    if unit != "s":
        return unit if unit == "once" else f"{measured} {unit}"
    seconds = int(measured)
    text = f"{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"
    return f"-{text}" if seconds < 0 else text


def _billed(line: Mapping[str, Any]) -> tuple[str, ...]:
    dimension = line["dimension"] if line["phase"] == "session" else f"{line['phase'].upper()} {line['dimension']}"
    amount = quantity(line["billed"], line["unit"])
    if line["billed"] != line["measured"]:
        amount = f"{quantity(line['measured'], line['unit'])} → {amount}"
    price = line["price"] if line["unit"] == "once" else f"{amount} × {line['price']}/{line['per']}"
    vat = "" if line["vat"] is None else f" + {line['vat']} %"
    return (
        f"{line['from'][11:16]} {dimension}",
        f"{price}{vat}",
        _amount(line["excl"]),
        _amount(line["incl"]),
        "; ".join(_why(line)),
    )


def _why(line: Mapping[str, Any]) -> Iterator[str]:
    element = f"element {line['element']}"
    yield f"{element} ({', '.join(line['restrictions'])})" if line["restrictions"] else element
    if "step" in line:
        yield line["step"]["why"]
    yield from _passed_over(line["skipped"])


def _passed_over(skipped: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in skipped[:_NAMED]:
        yield f"not {one['element']}: {one['failed']}"
    if len(skipped) > _NAMED:
        yield f"nor {len(skipped) - _NAMED} more"


def _added(name: str, pair: Mapping[str, str | None]) -> tuple[str, ...]:
    return (name, "", _amount(pair["excl"]), _amount(pair["incl"]), "")


def _counts(pair: Mapping[str, str | None]) -> bool:
    return any(amount not in ("0", None) for amount in pair.values())


def _amount(text: str | None) -> str:
    return "unknown" if text is None else text


def _free(unpriced: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in unpriced:
        why = "; ".join(_passed_over(one["skipped"])) or "no element prices it"
        amount = quantity(one["measured"], one["unit"])
        yield f"free: {one['dimension']} {amount} in period {one['period']} ({why})"


def _note(note: Mapping[str, Any]) -> str:
    where = f"period {note['period']}: " if "period" in note else ""
    return f"note: {where}{note['text']}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned; amounts to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(5)]
    return [
        _MARGIN.join(
            cell.rjust(width) if at in (2, 3) else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
