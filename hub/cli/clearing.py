"""hubctl clearing: what parties owe each other for the CDRs of a month."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli import asking, output, words
from hub.cli.errors import usage
from hub.cli.output import Column
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="Clearing: what parties owe each other for a month.")
Month = Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-11, by the ends of sessions in UTC.")]
PartyName = Annotated[str, typer.Argument(metavar="PARTY", help="A party at this hub.")]
_LONGEST_S = 600.0
_STATEMENTS = (
    Column("OPERATOR", "operator"),
    Column("PROVIDER", "provider"),
    Column("CDRS", "cdrs"),
    Column("CREDITS", "credits"),
    Column("LATE", "late"),
    Column("KWH", "energy_kwh"),
    Column("EXCL", "excl_vat"),
    Column("VAT", "vat"),
    Column("INCL", "incl_vat"),
    Column("", "currency"),
    Column("DISPUTED", "disputed"),
    Column("DISPUTED INCL", "disputed_incl_vat"),
)


@app.callback()
def clearing() -> None:
    """Clearing: what parties owe each other for a month."""


@app.command("parties")
def parties(as_json: AsJson = False) -> None:
    """List the parties whose CDRs are cleared, each with every other one.

    \b
    Example:
      hubctl clearing parties
    """
    rows = asking.ask("GET", "clearing", "parties")
    output.show_list(rows, (Column("PARTY", "party"),), as_json=as_json, empty="Nobody: hubctl clearing join PARTY")


@app.command()
def join(party: PartyName, as_json: AsJson = False) -> None:
    """Keep the CDRs of a party for clearing, from now on, when the other side of a CDR is cleared too.

    \b
    Example:
      hubctl clearing join NL-CPA
    """
    _member(party, cleared=True, as_json=as_json)


@app.command()
def leave(party: PartyName, as_json: AsJson = False) -> None:
    """Clear no more CDRs of a party. What is in the books stays there.

    \b
    Example:
      hubctl clearing leave NL-CPA
    """
    _member(party, cleared=False, as_json=as_json)


@app.command()
def show(month: Month, as_json: AsJson = False) -> None:
    """Show the statements of a month, who gets and who pays how much, and the payments that settle it.

    \b
    Example:
      hubctl clearing show 2026-11
    """
    _show(asking.ask("GET", "clearing", month), as_json=as_json)


@app.command()
def close(month: Month, yes: Yes = False, as_json: AsJson = False) -> None:
    """Close a month: its CDRs are on statements for good. Closing it again changes nothing.

    \b
    Example:
      hubctl clearing close 2026-10 --yes
    """
    asking.confirm(f"Puts every CDR of {month} that is not disputed on a statement, for good. Go on?", yes=yes)
    _show(asking.ask("POST", "clearing", month, "close", timeout_s=_LONGEST_S), as_json=as_json)


@app.command()
def export(
    month: Month,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; it is made if it is missing.")],
    form: Annotated[Literal["csv", "json"], typer.Option("--format", help="Of the files.")] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write the CDRs and statements of a month to files. No text in the CSV is a formula to a spreadsheet.

    \b
    Example:
      hubctl clearing export 2026-10 books --format csv
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = (_csv if form == "csv" else _json)(folder, month)
    except OSError as error:
        raise usage(f"{folder} cannot be written: {error.strerror}.") from None
    if as_json:
        output.show_json({"files": [str(one) for one in written]})
    else:
        output.say(f"Written: {', '.join(map(str, written))}")


@app.command()
def cdr(operator: PartyName, cdr_id: Annotated[str, typer.Argument(metavar="CDR")], as_json: AsJson = False) -> None:
    """Show a CDR in the books: amounts, state, what happened to it, and both breakdowns if it is disputed.

    \b
    Example:
      hubctl clearing cdr NL-CPA CDR1
    """
    _show_cdr(asking.ask("GET", "clearing", "cdrs", words.party(operator, "PARTY"), cdr_id), as_json=as_json)


@app.command()
def mark(
    operator: PartyName,
    cdr_id: Annotated[str, typer.Argument(metavar="CDR", help="Its id.")],
    *,
    state: Annotated[Literal["accepted", "approved", "disputed"], typer.Option(help="What it is from now on.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever looks later.")],
    as_json: AsJson = False,
) -> None:
    """Approve a CDR, or dispute it: then it is on no statement until it is settled. It is logged with your name.

    \b
    Example:
      hubctl clearing mark NL-CPA CDR1 --state disputed --reason "the price of the night was not used"
    """
    body = {"state": state, "reason": reason}
    said = asking.ask("POST", "clearing", "cdrs", words.party(operator, "PARTY"), cdr_id, body=body)
    _show_cdr(said, as_json=as_json)


def _member(party: str, *, cleared: bool, as_json: bool) -> None:
    body = {"party": words.party(party, "PARTY"), "cleared": cleared}
    rows = asking.ask("PUT", "clearing", "parties", body=body)
    output.show_list(rows, (Column("PARTY", "party"),), as_json=as_json, empty="Nobody is cleared.")


def _show(said: Any, *, as_json: bool) -> None:
    if as_json:
        output.show_json(said)
        return
    output.show_list(said["statements"], _STATEMENTS, as_json=False, empty="Nothing is owed.")
    for one in said["settlements"]:
        for payment in one["payments"]:
            pays = f"{output.plain(payment['from'])} pays {output.plain(payment['to'])}"
            output.say(f"{pays} {payment['amount']} {output.plain(one['currency'])}")
    closed = f"closed at {output.instant(said['closed_at'])}" if said["closed_at"] else "open: this is a preview"
    output.say(f"{said['month']} is {closed}.")
    if said["undelivered"]:
        output.say(f"{said['undelivered']} CDRs were sent on and nobody saw them arrive: they are on no statement.")


def _show_cdr(said: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.show_json(said)
        return
    amounts = f"{said['excl_vat']} + {said['vat']} = {said['incl_vat']} {said['currency']}"
    where = f" on {said['statement_id']}" if said["statement_id"] else ""
    typer.echo(
        output.plain(f"{said['cdr_id']}  {said['operator']} > {said['provider']}  {amounts}  {said['state']}{where}")
    )
    for one in said["changes"]:
        typer.echo(output.plain(f"  {one['at']}  {one['by']}  {one['state']}: {one['reason']}"))
    for one in (said["dispute"] or {}).get("figures", []):
        typer.echo(output.plain(f"  {one['figure']}: stated {one['stated']}, computed {one['computed']}"))


def _lines(month: str) -> Iterator[Any]:
    with asking.connected() as client:
        yield from client.follow("GET", "clearing", month, "export", timeout_s=_LONGEST_S)


def _csv(folder: Path, month: str) -> list[Path]:
    from hub.money.clearing.exporting import CDR_COLUMNS, STATEMENT_COLUMNS, csv_text  # noqa: PLC0415 - as elsewhere

    cdrs, statements, payments = (folder / f"{month}-{name}.csv" for name in ("cdrs", "statements", "payments"))
    with cdrs.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_text(CDR_COLUMNS, ()))
        for line in _lines(month):
            if "cdr" in line:
                file.write(csv_text(CDR_COLUMNS, [line["cdr"]], head=False))
                continue
            statements.write_text(csv_text(STATEMENT_COLUMNS, line["statements"]), encoding="utf-8", newline="")
            owed = [pay | {"currency": one["currency"]} for one in line["settlements"] for pay in one["payments"]]
            payments.write_text(csv_text(("from", "to", "amount", "currency"), owed), encoding="utf-8", newline="")
    return [cdrs, statements, payments]


def _json(folder: Path, month: str) -> list[Path]:
    """CDRs as JSON lines, and the month as one object."""
    cdrs, whole = folder / f"{month}-cdrs.jsonl", folder / f"{month}.json"
    with cdrs.open("w", encoding="utf-8") as file:
        for line in _lines(month):
            if "cdr" in line:
                file.write(output.json_text(line["cdr"], indent=None) + "\n")
            else:
                whole.write_text(output.json_text(line, indent=2) + "\n", encoding="utf-8")
    return [cdrs, whole]
