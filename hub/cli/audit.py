"""hubctl audit: what operators did, and whether the log of it is whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.errors import CommandFailed, ExitCode, end, usage
from hub.cli.output import Column
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="The audit log: what operators did, and whether it is whole.")
_KEYS_MAX_BYTES = 64 * 1024
_LONGEST_S = 600.0


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what operators did. An empty outcome: it may have happened, the hub was ended meanwhile.

    \b
    Example:
      hubctl audit list --limit 20
    """
    columns = (
        Column("N", "number"),
        Column("WHEN", "at", output.ago),
        Column("WHO", "subject"),
        Column("ACTION", "action"),
        Column("ON", "target"),
        Column("OUTCOME", "outcome"),
        Column("FROM", "remote"),
    )
    found = asking.ask("GET", "audit", query={"limit": limit})
    output.show_list(found, columns, as_json=as_json, empty="Nobody did anything yet.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
) -> None:
    """Write the whole log to a file, a line for each entry, to be kept elsewhere.

    \b
    Example:
      hubctl audit export audit-2026-11.jsonl
    """
    from hub.verdicts import canonical  # noqa: PLC0415 - cryptography is slow to import

    written = 0
    try:
        with file.open("xb") as to, asking.connected() as client:
            for entry in client.follow("GET", "audit", "export", timeout_s=_LONGEST_S):
                to.write(canonical(entry) + b"\n")
                written += 1
    except OSError as error:
        raise usage(f"FILE {file} cannot be written: {error.strerror}. Name a new file.") from None
    output.say(f"{written} entries written to {file}.   Check: hubctl audit verify {file} --keys keys.json")


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="An export; without one, the log of the running hub.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="FILE", help="With FILE: the hub's /.well-known/ocpi-hub-keys.json, downloaded."
        ),
    ] = None,
    head: Annotated[
        str,
        typer.Option(metavar="N:DIGEST", help="A head that was printed earlier: it must be among the entries."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check that nobody changed, removed, inserted or reordered an entry. Exit 1 when somebody did. With FILE it needs no hub.

    \b
    Example:
      hubctl audit verify
      hubctl audit verify audit-2026-11.jsonl --keys keys.json
    """
    if (file is None) is not (keys is None):
        raise usage("FILE and --keys go together.")
    said = _verify_file(file, keys, head) if file and keys else _verify_hub(head)
    if as_json:
        output.show_json(said)
    elif said["ok"]:
        typer.echo(f"{output.mark(True)} {said['entries']} entries   head {said['head']}")
    else:
        typer.echo(f"{output.mark(False)} entry {said['broken_at']}: {said['why']}   good until {said['head']}")
    end(ExitCode.OK if said["ok"] else ExitCode.PROBLEMS)


def _verify_hub(head: str) -> dict[str, Any]:
    said: dict[str, Any] = asking.ask(
        "GET", "audit", "verify", query={"head": head} if head else None, timeout_s=_LONGEST_S
    )
    return said


def _verify_file(file: Path, keys: Path, known: str) -> dict[str, Any]:
    import orjson  # noqa: PLC0415 - the command line starts without it

    from hub import audit  # noqa: PLC0415 - cryptography is slow to import

    try:
        published = orjson.loads(keys.read_bytes()[:_KEYS_MAX_BYTES])
    except OSError as error:
        raise usage(f"--keys {keys} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError:
        raise usage(f"--keys {keys} is not JSON.") from None
    chain = audit.Chain(published, known)
    try:
        for line in _lines(file):
            chain.follow(line)
        chain.end()
    except audit.ChainBroken as broken:
        return chain.said() | {"ok": False, "broken_at": broken.number, "why": broken.reason}
    return chain.said() | {"ok": True, "broken_at": None, "why": ""}


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as lines:
            for line in lines:
                yield line.removesuffix(b"\n")
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}.", exit_code=ExitCode.USAGE) from None
