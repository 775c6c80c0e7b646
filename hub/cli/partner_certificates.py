"""hubctl partner certificates: which TLS certificates were agreed on with a partner, in either direction."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import asking, output
from hub.cli.errors import usage
from hub.cli.words import AsJson, PartnerName

_FILE_MAX_BYTES = 16 * 1024
NONE = "none"


def certificates(
    name: PartnerName,
    client: Annotated[
        str, typer.Option(metavar="FILE|none", help="The only certificate with which it may call the hub.")
    ] = "",
    server: Annotated[
        str, typer.Option(metavar="FILE|none", help="Its server's certificate or CA: the only one that the hub trusts.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show, set or take away the TLS certificates of one partner. They count beside the credentials tokens.

    \b
    Example:
      hubctl partner certificates NL-GRP --client greenplug.pem
      hubctl partner certificates NL-GRP --client none
    """
    given = {option: _read(option, value) for option, value in (("client", client), ("server", server)) if value}
    path = ("partners", name, "certificates")
    shown: dict[str, Any] = asking.ask("PUT", *path, body=given) if given else asking.ask("GET", *path)
    if as_json:
        output.show_json(shown)
        return
    for what, title in (("client", "it shows to the hub"), ("server", "it shows when called")):
        for one in shown[what] or [None]:
            said = (
                f"{one['fingerprint']}   {output.plain(one['subject'])}   until {one['not_after'][:10]}"
                if one
                else "any"
            )
            typer.echo(f"{title:<22}{said}")


def _read(option: str, value: str) -> str:
    if value == NONE:
        return ""
    try:
        with Path(value).open() as file:
            return file.read(_FILE_MAX_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise usage(f"--{option} {value} cannot be read: {getattr(error, 'strerror', None) or 'not text'}.") from None
