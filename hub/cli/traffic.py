"""hubctl traffic: what passes now, and every leg of one message."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from hub.cli import asking, output, words
from hub.cli.errors import ExitCode
from hub.cli.hops import Hop, Leg, pair
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Traffic: what passes through the hub.")
_POLL_S = 0.5
_WIDTH_OBJECT = 44
_TITLES = ("TIME", "FROM → TO", "VERB", "MODULE/OBJECT", "IN", "OUT", "OCPI", "MS", "CORRELATION ID", "")
_WIDTHS = (12, 17, 6, _WIDTH_OBJECT, 3, 3, 4, 9, 36, 0)


@app.command()
def tail(
    *,
    partner: Annotated[
        list[str], typer.Option(metavar="NAME", help="A partner or one of its parties, at either end.")
    ] = [],  # noqa: B006 - typer copies it
    module: Annotated[list[str], typer.Option(metavar="MODULE", help="locations, commands, …")] = [],  # noqa: B006
    method: Annotated[list[str], typer.Option(metavar="VERB", help="GET, PUT, …")] = [],  # noqa: B006
    status: Annotated[list[str], typer.Option(metavar="STATUS", help="ok, fail, or an HTTP or OCPI number.")] = [],  # noqa: B006
    slow: Annotated[str, typer.Option(metavar="TIME", help="Only legs that took longer.")] = "",
    correlation: Annotated[str, typer.Option(metavar="ID", help="One correlation id.")] = "",
    since: Annotated[str, typer.Option(metavar="TIME", help="Begin with what passed since.")] = "1m",
    no_follow: Annotated[bool, typer.Option("--no-follow", help="Stop after what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each leg, one a line.")] = False,
) -> None:
    """Show messages as they pass, until ^C. Values of one option (repeated, or with commas) mean OR, options mean AND.

    \b
    Example:
      hubctl traffic tail --partner DE-ABC --module locations,tokens --status fail --since 10m
    """
    query = {
        "partner": _many(partner),
        "module": _many(module),
        "method": _many(method),
        "status": _many(status),
        "slower_than_ms": words.duration(slow, "--slow").total_seconds() * 1000 if slow else 0,
        "correlation_id": correlation,
        "since_s": words.duration(since, "--since").total_seconds(),
    }
    shown = 0
    if output.on_terminal() and not as_json:
        typer.echo(output.paint(_line(_TITLES), output.DIM))
    try:
        for legs in _batches(query, follow=not no_follow):
            for text in [output.json_text(leg, indent=None) for leg in legs] if as_json else _lines(legs):
                typer.echo(text)
                shown += 1
    except KeyboardInterrupt:
        output.say(f"\n{shown} shown. Follow one: hubctl traffic trace CORRELATION_ID")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


@app.command()
def trace(
    correlation_id: Annotated[
        str, typer.Argument(metavar="CORRELATION_ID", help="From traffic tail, or a partner's log.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show every leg of one message. Who, where, status, milliseconds.

    \b
    Example:
      hubctl traffic trace 6f1c2e0a-77b1-4a0e-9d55-0c1f3a1f2b3c
    """
    traced = asking.ask("GET", "traffic", correlation_id)
    if as_json:
        output.show_json(traced)
        return
    for hop in pair(traced["legs"]):
        _draw(hop)


def _batches(query: dict[str, Any], *, follow: bool) -> Iterator[list[Leg]]:
    with asking.connected() as client:
        while True:
            answer = client.ask("GET", "traffic", query=query)
            yield answer["legs"]
            query["after"] = answer["next"]
            if not answer["full"]:
                if not follow:
                    return
                time.sleep(_POLL_S)


def _many(values: list[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _lines(legs: list[Leg]) -> Iterator[str]:
    for hop in pair(legs):
        if hop.is_forward and hop.incoming is not None:
            yield _line(_cells(hop.incoming, hop.out[0]))
        else:
            if hop.incoming is not None:
                yield _line(_cells(hop.incoming, None))
            for leg in hop.out:
                yield _line(_cells(leg, leg, sent=True))


def _cells(leg: Leg, out: Leg | None, *, sent: bool = False) -> tuple[str, ...]:
    on_terminal = output.on_terminal()
    took = f"{leg['duration_ms']:.0f}"
    if out is not None and not sent:
        took = f"{max(0.0, leg['duration_ms'] - out['duration_ms']):.0f}+{out['duration_ms']:.0f}"
    where = output.plain(f"{leg['module']}{leg['path']}")
    return (
        _clock(leg["at"]) if on_terminal else leg["at"],
        f"{_from(leg)} → {_to(leg)}" if on_terminal else f"{_from(leg)}\t{_to(leg)}",
        leg["method"],
        where if len(where) <= _WIDTH_OBJECT or not on_terminal else where[: _WIDTH_OBJECT - 1] + "…",
        "-" if sent else str(leg["http_status"] or "-"),
        str(out["http_status"] or "-") if out is not None else "-",
        str(leg["ocpi_status"] or "-"),
        took,
        output.plain(leg["correlation_id"]),
        output.plain(leg["note"] or (out or leg)["note"] or ("" if out else leg["plan"])),
    )


def _line(cells: tuple[str, ...]) -> str:
    if not output.on_terminal():
        return "\t".join(cells)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _draw(hop: Hop) -> None:
    if hop.incoming is not None:
        leg = hop.incoming
        what = f"─{leg['method']} {output.plain(leg['module'] + leg['path'])}→"
        typer.echo(
            f"{_clock(leg['at'])}  {_from(leg)} {what} hub   {_outcome(leg)}   {output.plain(leg['plan'])}".rstrip()
        )
    for index, leg in enumerate(hop.out):
        if hop.incoming is None:
            typer.echo(
                f"{_clock(leg['at'])}  hub ─{leg['method']} {output.plain(leg['module'] + leg['path'])}→ {_outcome_of(leg)}"
            )
        else:
            corner = "└" if index == len(hop.out) - 1 else "├"
            typer.echo(f"              {corner}─→ {_outcome_of(leg)}")


def _outcome_of(leg: Leg) -> str:
    return f"{_to(leg)}   {_outcome(leg)}"


def _outcome(leg: Leg) -> str:
    answered = f"{leg['http_status']}/{leg['ocpi_status'] or '-'}" if leg["http_status"] else "no answer"
    failed = not leg["http_status"] or leg["http_status"] >= 400 or leg["ocpi_status"] >= 2000
    status = output.paint(answered, output.RED if failed else output.GREEN)
    note = f"   {output.plain(leg['note'])}" if leg["note"] else ""
    return f"{status}   {output.milliseconds(leg['duration_ms'])}{note}"


def _from(leg: Leg) -> str:
    return output.plain(leg["from"] or (leg["partner"] if leg["kind"] == "in" else "")) or (
        "?" if leg["kind"] == "in" else "hub"
    )


def _to(leg: Leg) -> str:
    return output.plain(leg["to"] or ("hub" if leg["kind"] == "in" else leg["partner"])) or "?"


def _clock(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%H:%M:%S.%f")[:12]
