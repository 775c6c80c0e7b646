"""hubctl cdrs policy: whose CDRs are checked on their way, and what becomes of wrong ones."""

from typing import Annotated, Any, Literal

import typer

from hub.cli import asking, money_words, output, words
from hub.cli.output import Column
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="Whose CDRs are checked on their way through the hub.")
_COLUMNS = (
    Column("PARTY", "party"),
    Column("CDRS", "direction"),
    Column("MODE", "mode"),
    Column("HELD FOR", "hold_on"),
    Column("MAX KWH", "max_energy_kwh"),
    Column("MAX HOURS", "max_hours"),
    Column("MAX COST", "max_cost"),
    Column("MAX KW", "max_power_kw"),
    Column("MAX DAYS", "max_age_days"),
    Column("MAX LATE H", "max_late_hours"),
    Column("TOLERANCE", "tolerance"),
    Column("BY", "changed_by"),
    Column("WHEN", "changed_at", output.ago),
)


@app.callback()
def policy() -> None:
    """Whose CDRs are checked on their way through the hub."""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List who wants which CDRs to be checked, and how.

    \b
    Example:
      hubctl cdrs policy list
    """
    rows = asking.ask("GET", "cdrs", "policies")
    output.show_list(rows, _COLUMNS, as_json=as_json, empty="Nobody's CDRs are checked on their way.")


@app.command("set")
def set_(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="A party at this hub.")],
    *,
    direction: Annotated[Literal["sent", "received"], typer.Option(help="CDRs that it sends, or that it receives.")],
    mode: Annotated[
        Literal["off", "observe", "flag", "hold"],
        typer.Option(
            help="observe: keep verdicts. flag: point out wrong ones. hold: refuse wrong ones with 2001; CDRs in answers "
            "to a GET cannot be refused to their sender, and are flagged."
        ),
    ],
    hold_on: Annotated[
        Literal["mismatch", "difference", "error"],
        typer.Option(
            help="Hold for costs without an explanation, for any that differ, or for any finding of severity E."
        ),
    ] = "mismatch",
    limit_energy: Annotated[str, typer.Option(metavar="KWH", help="Warn above this energy.")] = "",
    limit_hours: Annotated[str, typer.Option(metavar="HOURS", help="Warn above this duration.")] = "",
    limit_cost: Annotated[str, typer.Option(metavar="AMOUNT", help="Warn above this total.")] = "",
    limit_power: Annotated[str, typer.Option(metavar="KW", help="Warn above this mean power.")] = "",
    limit_age: Annotated[int | None, typer.Option(metavar="DAYS", min=0, help="Warn when it ended longer ago.")] = None,
    limit_late: Annotated[
        int | None, typer.Option(metavar="HOURS", min=0, help="Note when it was POSTed later after its end.")
    ] = None,
    tolerance: Annotated[str, typer.Option(metavar="AMOUNT", help="Let totals differ by so much.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say how the CDRs of a party are checked, in one direction. Of both sides of a CDR the stricter wish counts.

    \b
    Example:
      hubctl cdrs policy set DE-EMA --direction received --mode hold --yes
    """
    body: dict[str, Any] = {
        "party": words.party(party, "PARTY"),
        "direction": direction,
        "mode": mode,
        "hold_on": hold_on,
        "max_energy_kwh": _checked(limit_energy, "--limit-energy"),
        "max_hours": _checked(limit_hours, "--limit-hours"),
        "max_cost": _checked(limit_cost, "--limit-cost"),
        "max_power_kw": _checked(limit_power, "--limit-power"),
        "max_age_days": limit_age,
        "max_late_hours": limit_late,
        "tolerance": _checked(tolerance, "--tolerance"),
    }
    if mode == "hold":
        asking.confirm(f"CDRs {direction} by {party} with wrong costs will be refused. Go on?", yes=yes)
    rows = asking.ask("PUT", "cdrs", "policies", body=body)
    output.show_list(rows, _COLUMNS, as_json=as_json, empty=f"CDRs {direction} by {party} are not checked any more.")


def _checked(written: str, option: str) -> str:
    if written:
        money_words.amount(written, option)
    return written.strip()
