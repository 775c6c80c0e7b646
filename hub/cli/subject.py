"""hubctl subject: one driver's data."""

import sys
from typing import Annotated

import typer

from hub.cli import asking, output, words
from hub.cli.errors import usage
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="One driver's data: take it out.")
_LONGEST_S = 600.0


@app.callback()
def subject() -> None:
    """One driver's data: take it out."""


@app.command()
def erase(
    *,
    emsp: Annotated[str, typer.Option(metavar="CC-ID", help="The driver's eMSP.")],
    uid: Annotated[str, typer.Option(metavar="UID|-", help="uid of a token; - reads it from stdin.")] = "",
    contract_id: Annotated[
        str, typer.Option(metavar="ID|-", help="contract_id, with all tokens of it; - reads it from stdin.")
    ] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take one driver out of everything that this hub stores. Says what was found; the log and the audit name nobody.

    \b
    Example:
      hubctl subject erase --emsp DE-EMA --contract-id - --yes < contract
    """
    if bool(uid) is bool(contract_id):
        raise usage("Give either --uid or --contract-id.")
    written = {name: _read(value) for name, value in (("uid", uid), ("contract_id", contract_id)) if value}
    party = words.party(emsp, "--emsp")
    asking.confirm(f"Takes this driver of {party} out of the hub's database for good. Go on?", yes=yes)
    done = asking.ask("POST", "subjects", "erase", body={"emsp": party, **written}, timeout_s=_LONGEST_S)
    if as_json:
        output.show_json(done)
        return
    for place, found in done["erased"].items():
        typer.echo(f"{place:<20}{found:>8}")
    output.say("Other parties keep what they were sent: tell them by a PUT of the token with valid = false.")


def _read(value: str) -> str:
    read = sys.stdin.readline(100).strip() if value == "-" else value
    if not read:
        raise usage("Nothing came from stdin.")
    return read
