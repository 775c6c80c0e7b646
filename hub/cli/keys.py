"""hubctl keys: the server keys of the hub."""

from typing import Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.output import Column
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="Server keys: change the key without downtime.")
_LONGEST_S = 600.0
_COLUMNS = (
    Column("KEY", "kid"),
    Column("IN USE", "in_use"),
    Column("ISSUED TOKENS", "issued_tokens"),
    Column("PARTNERS' TOKENS", "partners_tokens"),
)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys that are accepted, and how much depends on each.

    \b
    Example:
      hubctl keys list
    """
    _show(asking.ask("GET", "keys"), as_json=as_json)


@app.command()
def rotate(yes: Yes = False, as_json: AsJson = False) -> None:
    """Use a new server key from now on. Older ones stay accepted until `keys retire`; nobody has to register again.

    \b
    Example:
      hubctl keys rotate --yes
    """
    asking.confirm("Makes a new server key and seals every partner's token with it. Go on?", yes=yes)
    done = asking.ask("POST", "keys", "rotate", timeout_s=_LONGEST_S)
    _show(done, as_json=as_json)
    if not as_json:
        output.say(f"{done['resealed']} partners' tokens were sealed anew. Issued tokens move with their next use.")
        if done["from"] == "file":
            output.say("Put a copy of the new secret.key apart from the database's backup.")


@app.command()
def retire(
    kid: Annotated[str, typer.Argument(metavar="KEY", help="From keys list.")],
    force: Annotated[
        bool, typer.Option("--force", help="Although partners depend on it: those must be invited again.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Accept an older server key no longer. What it signed can still be checked.

    \b
    Example:
      hubctl keys retire 1f0c22ab --yes
    """
    asking.confirm(f"Takes the key {kid} out of secret.key for good. Go on?", yes=yes)
    _show(asking.ask("POST", "keys", "retire", body={"kid": kid, "force": force}), as_json=as_json)


def _show(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.show_json(said)
    else:
        output.show_list(said["keys"], _COLUMNS, as_json=False)
