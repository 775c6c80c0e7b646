"""hubctl cdrs: check what sessions were said to cost, in files without a hub, and on their way through one."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from hub.cli import cdr_policy, cdr_traffic, money_words, output
from hub.cli.errors import ExitCode, end, usage
from hub.cli.money_words import PolicyOption, ZoneOption

app = typer.Typer(no_args_is_help=True, help="CDRs: check what sessions were said to cost.")


@app.callback()
def cdrs() -> None:
    """CDRs: check what sessions were said to cost."""


app.command("list")(cdr_traffic.list_)
app.command("show")(cdr_traffic.show)
app.command("counts")(cdr_traffic.counts)
app.add_typer(cdr_policy.app, name="policy")


@app.command()
def check(
    names: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="CDRs as JSON or JSON lines, a folder of them, or - for stdin."),
    ],
    *,
    time_zone: ZoneOption = None,
    tariff: Annotated[
        list[str], typer.Option("--tariff", metavar="FILE", help="Tariffs as they were published; repeat it.")
    ] = [],  # noqa: B006 - typer makes a new one each time
    invoice: Annotated[
        list[str],
        typer.Option(
            "--invoice",
            metavar="FILE",
            help="Invoices: InvoiceReconciliationRecords of OCPI 2.3.0, each with its currency and total_cost where the sum "
            "is to be compared; repeat it.",
        ),
    ] = [],  # noqa: B006 - as above
    session: Annotated[
        list[str],
        typer.Option("--session", metavar="FILE", help="Sessions that the CDRs have to agree with; repeat it."),
    ] = [],  # noqa: B006 - as above
    switches: PolicyOption = [],  # noqa: B006 - as above
    limit_energy: Annotated[str, typer.Option(metavar="KWH", help="Warn above this energy.")] = "",
    limit_hours: Annotated[str, typer.Option(metavar="HOURS", help="Warn above this duration.")] = "",
    limit_cost: Annotated[str, typer.Option(metavar="AMOUNT", help="Warn above this total.")] = "",
    limit_power: Annotated[str, typer.Option(metavar="KW", help="Warn above this mean power.")] = "400",
    limit_age: Annotated[int | None, typer.Option(metavar="DAYS", min=0, help="Warn when it ended longer ago.")] = None,
    tolerance: Annotated[str, typer.Option(metavar="AMOUNT", help="Let totals differ by so much.")] = "0",
    explain: Annotated[bool, typer.Option("--explain", help="Show how each total comes about.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write cdrs.xml (JUnit) and cdrs.html there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, one for each CDR.")] = False,
) -> None:
    """Recompute every cost and sum of CDRs, and name the cause of each difference. Exit 0: no E finding, no MISMATCH.

    \b
    Example:
      hubctl cdrs check cdrs.jsonl --time-zone Europe/Amsterdam --tariff tariffs.json --report checked
    """
    from hub.cli import cdr_check, cdr_output, cdr_report, cdr_together  # noqa: PLC0415 - the command line starts without them
    from hub.clock import now_utc  # noqa: PLC0415 - loads asyncio and structlog
    from hub.money.checking.known import Known, PartnerLimits  # noqa: PLC0415 - as above

    money_words.zone(time_zone)
    limits = PartnerLimits(
        max_energy_kwh=_amount(limit_energy, "--limit-energy"),
        max_hours=_amount(limit_hours, "--limit-hours"),
        max_cost=_amount(limit_cost, "--limit-cost"),
        max_power_kw=money_words.amount(limit_power, "--limit-power"),
        max_age_days=limit_age,
        tolerance=money_words.amount(tolerance, "--tolerance"),
    )
    known = Known(time_zone=time_zone, published=cdr_check.published_in(tariff), now=now_utc(), limits=limits)
    checking = cdr_check.Checking(
        known=known,
        policy=money_words.policy(switches),
        explained=explain,
        invoices=cdr_together.invoices_in(invoice),
        sessions=cdr_check.sessions_in(session),
    )
    files = money_words.files(names)
    tally = cdr_check.Tally()
    sinks = [cdr_output.printer(as_json=as_json), *(cdr_report.open_reports(report, tally) if report else ())]
    cdr_check.run(files, checking, sinks, tally)
    if not tally.cdrs:
        raise usage(f"{' '.join(names)} holds no CDR.")
    output.say(tally.words())
    end(ExitCode.OK if tally.ok else ExitCode.PROBLEMS)


def _amount(written: str, option: str) -> Decimal | None:
    return money_words.amount(written, option) if written else None
