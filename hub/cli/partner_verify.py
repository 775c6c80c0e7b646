"""hubctl partner verify, verdict, override: a partner and the contract suite."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli import asking, output, progress, verdicts, words
from hub.cli.errors import CommandFailed, ExitCode, end, exit_code_of, usage
from hub.cli.output import Column
from hub.cli.words import AsJson, PartnerName, Yes

_LONGEST_S = 600.0
Modules = Annotated[
    list[str], typer.Option("--module", metavar="MODULE", help="Only this module; repeat it. All, if not given.")
]


def verify(
    name: PartnerName,
    mode: Annotated[
        Literal["observe", "exercise"], typer.Option(help="observe: reads only. exercise: writes marked test objects.")
    ] = "observe",
    module: Modules = [],  # noqa: B006 - typer makes a new one each time
    as_json: AsJson = False,
) -> None:
    """Judge a partner by the contract suite, now. The hub keeps the verdict.

    \b
    Example:
      hubctl partner verify NL-GRP --mode exercise
    """
    outcome = _run(name, {"mode": mode, "modules": module})
    if as_json:
        output.show_json(outcome["runs"])
    else:
        for run in outcome["runs"]:
            _show_run(run)
        output.say(f"What it means: hubctl partner verdict {name!r}")
    end(ExitCode.OK if all(run["report"]["ok"] for run in outcome["runs"]) else ExitCode.PROBLEMS)


def verdict(
    name: PartnerName,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each signed verdict to a file of its own here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where a partner stands, module by module, and what its carried messages broke.

    \b
    Example:
      hubctl partner verdict NL-GRP --save verdicts
    """
    said = asking.ask("GET", "partners", name, "verdict")
    if save is not None:
        _save(save, said["standings"])
    if as_json:
        output.show_json(said)
        return
    columns = (
        Column("SIDE", "side"),
        Column("MODULE", "module"),
        Column("STATE", "state"),
        Column("CARRIES", "carries"),
        Column("JUDGED", "judged_at", output.ago),
        Column("UNTIL", "expires_at", output.instant),
        Column("FAILED", "failed_blockers"),
        Column("LET PASS UNTIL", "override_until", output.instant),
    )
    output.show_list(said["standings"], columns, as_json=False, empty=f"No verdict yet: hubctl partner verify {name!r}")
    for fault in said["faults"]:
        output.say(f"{fault['count']:>6}x  {output.plain(fault['rule'])}")


def override(
    *,
    name: PartnerName,
    module: Annotated[str, typer.Option(metavar="MODULE", help="Which module.")],
    side: Annotated[Literal["CPO", "EMSP"], typer.Option(help="Which side of it the partner plays.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever looks later.")],
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="For how long, at most 90d; 0h ends it.")] = "7d",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let a module carry traffic whatever its verdict, for a time. It is logged with your name.

    \b
    Example:
      hubctl partner override NL-GRP --side CPO --module locations --for 2d --reason "fix is deployed tonight" --yes
    """
    hours = words.duration(for_, "--for").total_seconds() / 3600
    asking.confirm(f"Lets {module} of {name} pass for {for_} whatever its verdict. Go on?", yes=yes)
    body = {"side": side, "module": module, "hours": hours, "reason": reason}
    standings = asking.ask("POST", "partners", name, "override", body=body)
    if as_json:
        output.show_json(standings)
        return
    for one in standings:
        typer.echo(verdicts.line(one))


def _run(name: str, body: Mapping[str, Any]) -> Any:
    """Follow a run to its end: the last line is its outcome."""
    with progress.steps() as show, asking.connected() as client:
        outcome: Any = None
        for outcome in client.follow("POST", "partners", name, "verify", body=body, timeout_s=_LONGEST_S):
            if "next" in outcome:
                show(outcome["done"], outcome["of"], outcome["next"])
    if outcome is None or "error" in outcome:
        error = (outcome or {}).get("error", {})
        code = str(error.get("code", "broken"))
        status = {"partner_failed": 502}.get(code, 409)
        raise CommandFailed(
            str(error.get("message", "The hub said nothing.")),
            str(error.get("hint", "")),
            exit_code=exit_code_of(status, code),
            code=code,
        )
    return outcome


def _show_run(run: Mapping[str, Any]) -> None:
    report = run["report"]
    for result in report["results"]:
        if result["verdict"] in {"failed", "warning"}:
            mark = output.mark(False) if result["verdict"] == "failed" else "!"
            where = f"{result['check_id']} {result['module']:<17} {result['severity']:<8}"
            typer.echo(f"{mark} {where} {output.plain(result['title'])}")
            output.say(f"    expected {output.plain(result['expected'])}; observed {output.plain(result['observed'])}")
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report["counts"].items())
    cut = "" if report["complete"] else " · cut: its time was over"
    typer.echo(f"{run['side']} {run['mode']}: {counts} in {report['seconds']} s, suite {report['suite_version']}{cut}")


def _save(folder: Path, standings: Iterable[Mapping[str, Any]]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in standings:
            if one["signed"]:
                (folder / f"{one['side']}-{one['module']}.json").write_text(one["signed"])
    except OSError as error:
        raise usage(f"--save {folder} cannot be written: {error.strerror}.") from None
    output.say(f"Saved in {folder}. Check one: hubctl verdict check FILE --keys keys.json")
