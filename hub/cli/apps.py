"""hubctl apps: who may ask the apps' API, for which eMSP."""

from typing import Annotated

import typer

from hub.cli import asking, output, words
from hub.cli.output import Column
from hub.cli.words import AsJson, Yes

app = typer.Typer(no_args_is_help=True, help="Apps of eMSPs: who may ask where drivers can charge.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The app's name, or its id.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called; free again once it is revoked.")],
    *,
    emsp: Annotated[str, typer.Option(metavar="PARTY", help="The eMSP whose app it is: it sees what that may see.")],
    expires: Annotated[str, typer.Option(metavar="TIME", help="How long its token lives, at most 732d.")] = "365d",
    as_json: AsJson = False,
) -> None:
    """Make an app and show its token, this once. The hub does not keep it.

    \b
    Example:
      hubctl apps create "MapApp Android" --emsp DE/EMA --expires 90d
    """
    life_s = int(words.duration(expires, "--expires").total_seconds())
    body = {"name": name, "emsp": words.party(emsp, "--emsp"), "life_s": life_s}
    made = asking.ask("POST", "apps", body=body)
    if as_json:
        output.show_json(made)
        return
    output.say(f"{output.plain(made['name'])} is an app of {made['emsp']} until {output.instant(made['expires_at'])}.")
    for doubt in made["warnings"]:
        output.say(f"! {output.plain(doubt)}")
    output.say("Its token, shown this once:")
    typer.echo(made["token"])


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every app by creation, revoked ones too.

    \b
    Example:
      hubctl apps list
    """
    columns = (
        Column("NAME", "name"),
        Column("EMSP", "emsp"),
        Column("STATE", "state"),
        Column("CREATED", "created_at", output.ago),
        Column("BY", "created_by"),
        Column("EXPIRES", "expires_at", output.instant),
        Column("ID", "app_id"),
    )
    empty = "No apps yet: hubctl apps create NAME --emsp DE/EMA"
    output.show_list(asking.ask("GET", "apps"), columns, as_json=as_json, empty=empty)


@app.command()
def revoke(name: Name, yes: Yes = False, as_json: AsJson = False) -> None:
    """End an app for good, in every process of the hub at once. Its open streams end too.

    \b
    Example:
      hubctl apps revoke "MapApp Android"
    """
    asking.confirm(f"End the app {name!r} for good?", yes=yes)
    gone = asking.ask("DELETE", "apps", name)
    if as_json:
        output.show_json(gone)
    else:
        output.say(f"{output.plain(gone['name'])} is revoked.")
