"""hubctl cdrs list, show, counts: what came of the CDRs that passed the hub."""

from typing import Annotated, Any, Literal

import typer

from hub.cli import asking, output, words
from hub.cli.errors import did_you_mean, usage
from hub.cli.output import Column
from hub.cli.words import AsJson

Since = Annotated[str, typer.Option(metavar="TIME", help="What passed since, at most 90d.")]
_COLOURS = {
    "EXACT": output.GREEN, "ROUNDING": output.GREEN, "EXPLAINED": output.YELLOW, "MISMATCH": output.RED,
    "UNVERIFIABLE": output.YELLOW,
}  # fmt: skip


def list_(
    *,
    party: Annotated[str, typer.Option(metavar="PARTY", help="As sender or receiver.")] = "",
    verdict: Annotated[list[str], typer.Option(metavar="VERDICT", help=f"{', '.join(_COLOURS)}; repeat it.")] = [],  # noqa: B006 - typer makes a new one each time
    cause: Annotated[str, typer.Option(metavar="NAME", help="Only this cause, such as utc_clock.")] = "",
    rule: Annotated[str, typer.Option(metavar="RULE", help="Only with a finding of this rule, such as C-COST.")] = "",
    flagged: Annotated[bool, typer.Option("--flagged", help="Only those that need a look.")] = False,
    held: Annotated[bool, typer.Option("--held", help="Only those that were not carried.")] = False,
    came: Annotated[
        Literal["pushed", "pulled"] | None,
        typer.Option(help="Only those that were POSTed, or that were in answers to GET alone."),
    ] = None,
    since: Since = "1d",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List CDRs that passed and were checked, the newest first, with the cause of each difference.

    \b
    Example:
      hubctl cdrs list --party NL-CPA --verdict MISMATCH --since 7d
    """
    query: dict[str, Any] = {
        "verdict": [_verdict(one) for one in verdict],
        "cause": cause,
        "rule": rule.upper(),
        "since_s": words.duration(since, "--since").total_seconds(),
        "limit": limit,
    }
    if came:
        query["came"] = came
    if party:
        query["party"] = words.party(party, "--party")
    query |= {name: "true" for name, wanted in (("flagged", flagged), ("held", held)) if wanted}
    columns = (
        Column("WHEN", "at", output.ago),
        Column("FROM", "from"),
        Column("TO", "to"),
        Column("CDR", "cdr"),
        Column("VERDICT", "verdict", lambda verdict: output.paint(verdict, _COLOURS.get(verdict, output.DIM))),
        Column("STATED", "stated"),
        Column("COMPUTED", "computed"),
        Column("", "currency"),
        Column("HELD", "held"),
        Column("CAME", "came"),
        Column("CAUSE", "cause"),
        Column("RULES", "rules"),
    )
    rows = asking.ask("GET", "cdrs", query=query)
    output.show_list(rows, columns, as_json=as_json, empty="No CDR that was checked: hubctl cdrs policy list")


def show(
    sender: Annotated[str, typer.Argument(metavar="PARTY", help="Who sent it.")],
    cdr_id: Annotated[str, typer.Argument(metavar="CDR", help="Its id.")],
    as_json: AsJson = False,
) -> None:
    """Show one CDR that passed: verdict, cause, each figure, every finding, and how its price comes about.

    \b
    Example:
      hubctl cdrs show NL-CPA CDR1
    """
    from hub.money.wording import words as explained  # noqa: PLC0415 - the command line starts without it

    found = asking.ask("GET", "cdrs", words.party(sender, "PARTY"), cdr_id)
    if as_json:
        output.show_json(found)
        return
    report = found["report"]
    verdict = output.paint(found["verdict"], _COLOURS.get(found["verdict"], output.DIM))
    held = ", held" if found["held"] else ""
    typer.echo(
        f"{verdict}{held}  {output.plain(found['from'])} → {output.plain(found['to'])} {output.plain(found['cdr'])}"
        f"  {output.plain(found['came'])}"
    )
    if found["cause"]:
        typer.echo(f"the sender {output.plain(found['cause_text'])}")
    for one in report["figures"]:
        if one["stated"] != one["computed"]:
            typer.echo(output.plain(f"  {one['figure']}: stated {one['stated']}, computed {one['computed']}"))
    for one in report["findings"]:
        typer.echo(output.plain(f"  {one['severity']} {one['rule']:<14} {one['pointer']} {one['message']}"))
    if "explanation" in report:
        typer.echo(output.printable(explained(report["explanation"])))
    output.say(f"Its way: hubctl traffic trace {output.plain(found['correlation_id'])}")


def counts(since: Since = "1d", as_json: AsJson = False) -> None:
    """Count the CDRs that were checked, by sender and verdict.

    \b
    Example:
      hubctl cdrs counts --since 30d
    """
    said = asking.ask("GET", "cdrs", "counts", query={"since_s": words.duration(since, "--since").total_seconds()})
    columns = (Column("FROM", "sender"), Column("VERDICT", "verdict"), Column("CDRS", "cdrs"))
    if as_json:
        output.show_json(said)
        return
    output.show_list(said["counts"], columns, as_json=False, empty="None was checked: hubctl cdrs policy list")
    if said["skipped"]:
        output.say(f"{said['skipped']} were carried unchecked, because there were too many at once.")
    if said["skipped_answers"]:
        output.say(
            f"{said['skipped_answers']} answers with CDRs were carried unchecked, because there were too many at once."
        )


def _verdict(written: str) -> str:
    verdict = written.upper()
    if verdict not in _COLOURS:
        raise usage(
            f"--verdict is one of {', '.join(_COLOURS)}, not {written[:40]!r}.{did_you_mean(verdict, _COLOURS)}"
        )
    return verdict
