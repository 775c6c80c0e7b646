"""hubctl contract: judge a platform by the published contract suite. It needs no hub."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hub.cli import contract_views, output, progress
from hub.cli.errors import CommandFailed, ExitCode, did_you_mean, end, usage
from hub.cli.words import AsJson

if TYPE_CHECKING:
    from contracts.options import Words
    from contracts.report import Report
    from contracts.suite import Suite

app = typer.Typer(no_args_is_help=True, help="Contract: judge a platform by the published suite, without a hub.")


@app.command()
def run(
    *,
    role: Annotated[
        Literal["CPO", "EMSP"], typer.Option(case_sensitive=False, metavar="CPO|EMSP", help="What the platform is.")
    ],
    versions_url: Annotated[str, typer.Option(metavar="URL", help="The platform's versions endpoint.")],
    token: Annotated[
        str,
        typer.Option(
            metavar="T", help="The credentials token. Others on this machine can see it: better --token-file."
        ),
    ] = "",
    token_file: Annotated[
        str, typer.Option(metavar="FILE|-", help="A file with the token, - for stdin; else the variable OCPI_TOKEN.")
    ] = "",
    register: Annotated[
        bool, typer.Option("--register", help="The token is a token A, and the run may register with it.")
    ] = False,
    mode: Annotated[
        Literal["observe", "exercise"],
        typer.Option("--mode", help="observe: GET alone. exercise: writes test objects too."),
    ] = "observe",
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write report.json, report.xml (JUnit) and report.html there.")
    ] = None,
    party: Annotated[
        str, typer.Option(metavar="NL-CPA", help="The party under test; else the first of its role.")
    ] = "",
    us: Annotated[str, typer.Option("--as", metavar="NL-CTS", help="The party that the suite is.")] = "NL-CTS",
    module: Annotated[
        list[str] | None,
        typer.Option(metavar="M", help="Only this module, and what counts for every module; repeat it."),
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this check, and with --register those that register; repeat it."),
    ] = None,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the platform may call back.")] = "127.0.0.1:0",
    callback_url: Annotated[str, typer.Option(metavar="URL", help="What the platform calls that address.")] = "",
    agreed: Annotated[
        list[str] | None,
        typer.Option(metavar="NL-CPA-CPO", help="A party and role that the platform may speak for; repeat it."),
    ] = None,
    public_only: Annotated[
        bool, typer.Option("--public-only", help="Connect to public addresses alone, over https.")
    ] = False,
    limit: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="For the whole run; 0 is 60 to observe, 180 to exercise."),
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Judge one platform. Ends with 0 when every check had its time and no blocker failed, else with 1.

    \b
    Example:
      hubctl contract run --role CPO --versions-url https://ocpi.example/versions --token-file token --report out
    """
    from contracts.options import Words  # noqa: PLC0415 - loads httpx and jsonschema

    words = Words(
        role=role,
        versions_url=versions_url,
        token=token,
        token_file=token_file,
        register=register,
        mode=mode,
        party=party,
        us=us,
        modules=module or (),
        checks=check or (),
        listen=listen,
        callback_url=callback_url,
        agreed=agreed or (),
        public_only=public_only,
        limit_s=limit,
    )
    judged = _run(words, report)
    contract_views.show_report(judged, as_json=as_json)
    end(ExitCode.OK if judged.ok else ExitCode.PROBLEMS)


@app.command("list")
def list_(
    module: Annotated[list[str] | None, typer.Option(metavar="M", help="Only this module; repeat it.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the checks of the suite.

    \b
    Example:
      hubctl contract list --module locations
    """
    suite = _suite()
    known = {name for one in suite.checks for name in one.modules}
    for name in module or ():
        if name not in known:
            raise usage(f"--module: the suite has no module {name!r}.{did_you_mean(name, known)}")
    wanted = [one for one in suite.checks if not module or set(module) & set(one.modules)]
    contract_views.show_checks(suite, wanted, as_json=as_json)


@app.command()
def show(
    check_id: Annotated[str, typer.Argument(metavar="ID", help="A check, such as VER-01.")],
    as_json: AsJson = False,
) -> None:
    """Show one check: what it demands, why, what mends it, where the specification says so, and its steps.

    \b
    Example:
      hubctl contract show VER-01
    """
    suite = _suite()
    found = suite.check(check_id)
    if found is None:
        suggestion = did_you_mean(check_id, [one.check_id for one in suite.checks])
        raise CommandFailed(
            f"There is no check {check_id!r}.{suggestion}", "hubctl contract list", exit_code=ExitCode.NOT_FOUND
        )
    contract_views.show_check(found, as_json=as_json)


def _run(words: "Words", folder: Path | None) -> "Report":
    from contracts import files  # noqa: PLC0415 - loads httpx and jsonschema
    from contracts.counterpart import CannotListen  # noqa: PLC0415
    from contracts.options import WrongWords, advice, read_target  # noqa: PLC0415
    from contracts.run import run as run_suite  # noqa: PLC0415

    suite = _suite()
    try:
        target = read_target(words, suite, os.environ)
        if folder is not None:
            files.prepare(folder)
        if said := advice(target):
            output.say(said)
        with progress.steps("looking around") as show:
            report = asyncio.run(run_suite(suite, target, show))
        if folder is not None:
            output.say(f"Reports: {', '.join(map(str, files.write(report, folder)))}")
    except (WrongWords, files.CannotWrite) as wrong:
        raise usage(str(wrong), "hubctl contract run --help") from None
    except CannotListen as taken:
        raise CommandFailed(str(taken), exit_code=ExitCode.PROBLEMS, code="cannot_listen") from None
    return report


def _suite() -> "Suite":
    from contracts.suite import SuiteBroken, load  # noqa: PLC0415 - loads jsonschema and yaml

    try:
        return load()
    except SuiteBroken as broken:
        raise CommandFailed(str(broken), exit_code=ExitCode.PROBLEMS, code="suite_broken") from None
