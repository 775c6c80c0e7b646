"""hubctl tariffs: examine tariffs, and say what a session will cost by them. All of it works without a hub."""

from collections import Counter
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import money_words, output
from hub.cli.errors import CommandFailed, ExitCode, end, usage
from hub.cli.money_words import PolicyOption, ZoneOption
from hub.cli.output import Column
from hub.cli.words import AsJson, party

if TYPE_CHECKING:
    from hub.money.estimating import Plan
    from hub.money.tariff import CompiledTariff

app = typer.Typer(no_args_is_help=True, help="Tariffs: examine them, and price sessions by them.")
File = Annotated[str, typer.Argument(metavar="FILE", help="A tariff as JSON; - is stdin.")]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Tariffs as JSON, a folder of them, or - for stdin.")
]
_COLOURS = {"E": output.RED, "W": output.YELLOW, "I": output.DIM}


@app.command()
def lint(
    names: Files,
    owner: Annotated[
        str | None, typer.Option(metavar="PARTY", help="Who must own them (NL-TNM): whoever sends them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong or odd about tariffs: what never applies, what is free by mistake, what nobody meant.

    \b
    Example:
      hubctl tariffs lint tariffs.json --owner NL-TNM
    """
    from hub.money.linting.linted import LintKnown  # noqa: PLC0415 - the command line starts without it

    known = LintKnown(owner=None if owner is None else party(owner, "--owner"))
    rows, tariffs = [], 0
    for name in money_words.files(names):
        for one in money_words.objects(name):
            tariffs += 1
            rows += [_row(one.place, one.value, finding) for finding in _findings(one, known)]
    if not tariffs:
        raise usage(f"{' '.join(names)} holds no tariff.")
    columns = (
        Column("WHERE", "place"),
        Column("TARIFF", "tariff"),
        Column("", "severity", lambda severity: output.paint(severity, _COLOURS[severity])),
        Column("RULE", "rule"),
        Column("AT", "pointer"),
        Column("FINDING", "message"),
    )
    output.show_list(rows, columns, as_json=as_json, empty="Nothing to say about them.")
    counted = Counter(row["severity"] for row in rows)
    output.say(f"{tariffs} tariff{'' if tariffs == 1 else 's'}: {counted['E']} E, {counted['W']} W, {counted['I']} I")
    end(ExitCode.PROBLEMS if counted["E"] else ExitCode.OK)


@app.command()
def explain(
    name: File,
    *,
    kwh: Annotated[str, typer.Option(metavar="KWH", help="Energy.")],
    minutes: Annotated[int, typer.Option(metavar="MINUTES", min=0, help="Of charging.")],
    start: Annotated[
        str, typer.Option(metavar="TIME", help="Local time, such as 2026-11-24T18:00; now, if not given.")
    ] = "",
    time_zone: ZoneOption = None,
    park: Annotated[int, typer.Option(metavar="MINUTES", min=0, help="Parked after charging.")] = 0,
    power: Annotated[str, typer.Option(metavar="KW", help="Power; the mean, if not given.")] = "",
    current: Annotated[str, typer.Option(metavar="A", help="Current, summed over the phases.")] = "",
    switches: PolicyOption = [],  # noqa: B006 - typer makes a new one each time
    as_json: AsJson = False,
) -> None:
    """Say what a session will cost, line by line: which element prices what, which were passed over, and why.

    \b
    Example:
      hubctl tariffs explain tariff.json --kwh 30 --minutes 40 --start 2026-11-24T18:00 --time-zone Europe/Amsterdam
    """
    from hub.money.estimating import NoEstimate, Plan, estimate  # noqa: PLC0415 - as above
    from hub.money.explaining import explain as explained  # noqa: PLC0415 - as above
    from hub.money.wording import words  # noqa: PLC0415 - as above

    place, chosen = money_words.zone(time_zone), money_words.policy(switches)
    tariff = _compiled(name)
    plan = Plan(
        kwh=money_words.amount(kwh, "--kwh"),
        minutes=minutes,
        start=money_words.instant(start, "--start", place) if start else _soon(tariff, place),
        power_kw=money_words.amount(power, "--power") if power else None,
        current_a=money_words.amount(current, "--current") if current else None,
        parked_minutes=park,
    )
    try:
        said = explained(estimate(tariff, plan, place, chosen))
    except NoEstimate as error:
        raise usage(f"Cannot be priced: {error}.") from None
    if as_json:
        output.show_json(said)
        return
    typer.echo(output.printable(_title(tariff, plan, place)))
    typer.echo(output.printable(words(said)))


@app.command()
def preview(
    name: File,
    *,
    start: Annotated[
        str, typer.Option(metavar="DAY", help="A day of the week that is priced; now, if not given.")
    ] = "",
    time_zone: ZoneOption = None,
    switches: PolicyOption = [],  # noqa: B006 - typer makes a new one each time
    as_json: AsJson = False,
) -> None:
    """Show what a tariff charges for a few standard sessions; times at which nothing differs are left out.

    \b
    Example:
      hubctl tariffs preview tariff.json --time-zone Europe/Amsterdam
    """
    from hub.money.estimating import NoEstimate  # noqa: PLC0415 - as above
    from hub.money.previewing import preview as previewed  # noqa: PLC0415 - as above

    place, chosen = money_words.zone(time_zone), money_words.policy(switches)
    tariff = _compiled(name)
    around = money_words.instant(start, "--start", place) if start else _soon(tariff, place)
    try:
        rows = previewed(tariff, around, place, chosen)
    except NoEstimate as error:
        raise usage(f"Cannot be priced: {error}.") from None
    columns = (
        Column("SESSION", "session"),
        Column("START", "start"),
        Column("KWH", "kwh"),
        Column("MINUTES", "minutes"),
        Column("PARKED", "parked_minutes"),
        Column("EXCL", "excl"),
        Column("INCL", "incl"),
        Column("CURRENCY", "currency"),
        Column("PER KWH", "per_kwh"),
        Column("BY", "lines"),
    )
    output.show_list(rows, columns, as_json=as_json)
    for note in dict.fromkeys(note for row in rows for note in row["notes"]):
        output.say(f"note: {output.plain(note)}")


def _findings(one: Any, known: Any) -> list[Any]:
    from hub.money.findings import error  # noqa: PLC0415 - as above
    from hub.money.linting.lint import lint_tariff  # noqa: PLC0415 - as above

    return [error("T-SCHEMA", "", one.problem)] if one.problem else lint_tariff(one.value, known)


def _row(place: str, value: Any, finding: Any) -> dict[str, Any]:
    identifier = value.get("id") if isinstance(value, dict) else None
    return {"place": place, "tariff": identifier if isinstance(identifier, str) else "", **finding.as_dict()}


def _compiled(name: str) -> "CompiledTariff":
    from hub.money.compiling import compile_tariff  # noqa: PLC0415 - as above
    from hub.money.refusal import TariffRefused  # noqa: PLC0415 - as above

    try:
        return compile_tariff(money_words.single(name, "tariff"))
    except TariffRefused as refused:
        raise CommandFailed(
            f"{name} cannot be priced: {output.plain(str(refused))}.",
            f"hubctl tariffs lint {name}",
            exit_code=ExitCode.PROBLEMS,
            code="tariff_refused",
        ) from None


def _soon(tariff: "CompiledTariff", place: tzinfo | None) -> datetime:
    """Now; or, for a tariff that is not valid now, the first or last moment at which it is."""
    from datetime import UTC  # noqa: PLC0415 - as above

    from hub.clock import now_utc  # noqa: PLC0415 - loads asyncio and structlog

    now = now_utc().replace(second=0, microsecond=0)
    start = now
    if tariff.valid_from is not None and now < tariff.valid_from:
        start = tariff.valid_from
    elif tariff.valid_until is not None and now >= tariff.valid_until:
        start = tariff.valid_until - timedelta(seconds=1)
    if start != now:
        output.say(f"The tariff is not valid now: priced at {start:%Y-%m-%d %H:%M} UTC.")
    return start.astimezone(place or UTC)


def _title(tariff: "CompiledTariff", plan: "Plan", place: tzinfo | None) -> str:
    parked = f", then parked {plan.parked_minutes} min" if plan.parked_minutes else ""
    when = plan.start.astimezone(place) if place else plan.start
    zone = str(place) if place else f"{when:%Z}"
    return f"Tariff {tariff.name}: {plan.kwh} kWh in {plan.minutes} min{parked}, from {when:%Y-%m-%d %H:%M} {zone}"
