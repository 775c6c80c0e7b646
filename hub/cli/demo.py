"""hubctl demo: a hub between simulated partners, to look at and to play with."""

import os
import signal
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import asking, output, words
from hub.cli.errors import CommandFailed, ExitCode, usage
from hub.cli.words import AsJson

if TYPE_CHECKING:
    from hub.demo.fault import Consequences
    from hub.demo.run import Report

app = typer.Typer(invoke_without_command=True, help="Demo: a hub, simulated partners, real stations.")


class FaultName(StrEnum):
    """What can be wrong with a simulated partner."""

    SLOW = "slow"
    DOWN = "down"
    SERVER_ERROR = "500"
    MALFORMED = "malformed"
    NONE = "none"


@app.callback()
def demo(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the whole story once, then end.")] = False,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="End after so much traffic, with a summary.")] = "",
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="The same seed makes the same run.")] = 1,
    speed: Annotated[
        str, typer.Option(metavar="TIMES", help="How many times as fast as the clock sessions run; 60x with --once.")
    ] = "10x",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=1, max=65535, help="The hub's port; when it is taken, the next free one.")
    ] = 8000,
    cpos: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=15, help="Operators.")] = 15,
    emsps: Annotated[int, typer.Option(metavar="NUMBER", min=2, max=4, help="Providers.")] = 2,
    stations: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=15, help="Charging stations in all; else all 5,571.")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address of the operations page.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: print the steps as JSON.")] = False,
) -> None:
    """Run a hub between simulated operators and providers, with real French stations. It needs nothing and leaves nothing.

    \b
    Example:
      hubctl demo --once
      hubctl demo --for 60s --cpos 3 --stations 300
    """
    if context.invoked_subcommand is not None:
        return
    if as_json and not once:
        raise usage("--json goes with --once: without it the traffic scrolls.", "hubctl demo --once --json")
    duration_s = words.duration(for_, "--for").total_seconds() if for_ else None
    from hub.demo.options import DemoOptions  # noqa: PLC0415 - not for --help
    from hub.demo.run import Interrupted, run_demo  # noqa: PLC0415 - loads aiohttp

    asking.settings()
    options = DemoOptions(
        once=once,
        duration_s=duration_s,
        seed=seed,
        speed=_speed(speed, once=once),
        port=port,
        cpos=cpos,
        emsps=emsps,
        stations=stations,
        browser=not no_browser and output.on_terminal(),
    )
    try:
        report = run_demo(options, _show)
    except Interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if once:
        _show_report(report, as_json=as_json)
    if report.failure:
        raise CommandFailed(report.failure, exit_code=ExitCode.PROBLEMS, code="demo_failed")


@app.command()
def fault(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="A party of the demo that runs, such as FR-PDR.")],
    kind: Annotated[FaultName, typer.Argument(metavar="slow|down|500|malformed|none", help="What is wrong with it.")],
    as_json: AsJson = False,
) -> None:
    """Make a partner of the running demo fail, or heal it. Then it tells what the hub did.

    \b
    Example:
      hubctl demo fault FR-MOB down
    """
    from hub.demo.fault import NoSuchParty, switch_fault  # noqa: PLC0415 - loads aiohttp and httpx
    from hub.demo.options import DemoFailed  # noqa: PLC0415
    from hub.demo.running import NoDemo  # noqa: PLC0415
    from hub.simulate.faults import Fault  # noqa: PLC0415

    try:
        seen = switch_fault(party, Fault(kind.value))
    except NoDemo as none:
        raise CommandFailed(str(none), "hubctl demo", exit_code=ExitCode.PROBLEMS, code="no_demo") from None
    except NoSuchParty as unknown:
        raise CommandFailed(str(unknown), unknown.hint, exit_code=ExitCode.NOT_FOUND, code="unknown_party") from None
    except DemoFailed as failed:
        raise CommandFailed(str(failed), exit_code=ExitCode.PARTNER, code="partner_failed") from None
    if as_json:
        output.show_json(asdict(seen))
    else:
        _show_consequences(seen)


def _show(line: str) -> None:
    """One line on stdout; when nobody reads there any more (`| head`), the demo ends as with ^C."""
    try:
        typer.echo(line)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGINT)


def _speed(written: str, *, once: bool) -> float:
    """Read `10x` or `10`."""
    if once and written == "10x":
        return 60.0
    try:
        speed = float(written.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= 1000:
        raise usage(f"--speed is 1x to 1000x, not {written!r}.")
    return speed


def _show_report(report: "Report", *, as_json: bool) -> None:
    if as_json:
        output.show_json(asdict(report) | {"ok": not report.failure})
        return
    typer.echo()
    for step in report.steps:
        typer.echo(f"{output.mark(step.ok)} {step.name:<10} {step.duration_s:>6.1f} s   {step.said}")
    typer.echo(f"  {'total':<10} {report.duration_s:>6.1f} s")


def _show_consequences(seen: "Consequences") -> None:
    now = "is well again" if seen.fault == "none" else f"now fails: {seen.fault}"
    output.say(f"{seen.party} {output.plain(seen.name)} {now}. What the hub did in {seen.watched_s:g} s:")
    typer.echo(f"HubClientInfo  {seen.status} since {output.instant(seen.status_changed_at)}")
    for leg in seen.legs:
        status = f"{leg['http_status']}/{leg['ocpi_status'] or '-'}" if leg["http_status"] else "no answer"
        what = f"{leg['method']} {leg['module']}{leg['path']}"
        said = f"{status}  {output.milliseconds(leg['duration_ms'])}  {leg['note']}".rstrip()
        typer.echo(f"sent           {output.plain(what)}  {output.plain(said)}")
    if not seen.legs:
        output.say("Nothing was sent to it meanwhile.")
