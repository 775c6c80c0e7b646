"""hubctl admin: a token for hubctl on another machine."""

from typing import Annotated

import typer

from hub.cli import asking, output, words
from hub.cli.errors import CommandFailed, ExitCode, usage
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Admin: let hubctl in from another machine.")


@app.callback()
def admin() -> None:
    """Admin: let hubctl in from another machine."""


@app.command()
def token(
    subject: Annotated[str, typer.Option(metavar="NAME", help="Whose it is; the hub's log names it at every change.")],
    expires: Annotated[str, typer.Option(metavar="TIME", help="How long it is good for, at most 90d.")] = "30d",
    as_json: AsJson = False,
) -> None:
    """Make a HUB_ADMIN_TOKEN, on the machine that has the hub's server key. It is not kept anywhere.

    \b
    Example:
      hubctl admin token --subject jan@ops --expires 30d
    """
    from hub.control import HubAway, mint_token  # noqa: PLC0415 - slow to import
    from hub.key_file import SecretKeyUnusable  # noqa: PLC0415 - loaded when needed

    life = words.duration(expires, "--expires")
    try:
        made = mint_token(asking.settings(), subject, life)
    except HubAway as away:
        raise CommandFailed(away.message, away.hint, exit_code=ExitCode.PROBLEMS, code="hub_away") from None
    except SecretKeyUnusable as unusable:
        raise CommandFailed(str(unusable), exit_code=ExitCode.AUTH) from None
    except ValueError as error:
        raise usage(f"{error}.".capitalize()) from None
    if as_json:
        output.show_json({"subject": subject, "token": made})
        return
    typer.echo(made)
    output.say("On the other machine: export HUB_ADMIN_URL=https://… and HUB_ADMIN_TOKEN to this.")
