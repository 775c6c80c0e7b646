"""What a person can try from a second terminal while the demonstration runs, and where each reader goes on."""

import base64
import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.demo.app import PARIS, PARIS_BOX, app_token
from hub.demo.cast import Player
from hub.demo.stage import HUBCTL, Stage

_SHOWS_WIDTH = 30
NEXT_STEPS = (
    ("I am a CPO or eMSP engineer", "README.md, A partner's first hour; a counterpart: hubctl simulate --help"),
    ("I build an app", "README.md, For app developers; the page for developers of apps above has every call"),
    ("I run the hub", "docs/operating.md; hubctl serve --help"),
)
"""The three readers, and the next step of each."""
Show = Callable[[str], None]
"""Takes one line for stdout."""


@dataclass(frozen=True, slots=True)
class Try:
    """What there is to see, and the command line for it, as it can be pasted into any shell."""

    shows: str
    command: str


async def tries(stage: Stage) -> list[Try]:
    """Commands for this demonstration; the first one sets what the others need."""
    cpo, emsp, failing = stage.cpos[0].player, stage.emsps[0].player, stage.emsps[-1].player
    token = (await stage.emsps[0].do("outgoing-token"))["outgoing_token"]
    return [
        Try("so that hubctl finds this hub", _environment(stage, await app_token(stage))),
        Try("how the hub is", "hubctl status"),
        Try("who is connected", "hubctl partner list"),
        Try("sessions as they run", "hubctl traffic tail --module commands,sessions,cdrs"),
        Try("where a message would go", f"hubctl routes test --from {_word(emsp)} --to {_word(cpo)} --module commands"),
        Try("a partner fails", f"hubctl demo fault {_word(failing)} down"),
        Try("and is well again", f"hubctl demo fault {_word(failing)} none"),
        Try(f"free and fast, as {emsp.name}'s app sees", f"hubctl near {PARIS} --free --min-kw 50"),
        Try("changes in Paris, live", f"hubctl watch --bbox {PARIS_BOX}"),
        Try("your own software joins", 'hubctl partner invite "My company" --party NL/DEV/EMSP'),
        Try(f"a station, as {emsp.name} asks", _curl(stage, emsp, token)),
    ]


def show_tries(found: Sequence[Try], show: Show) -> None:
    """The commands as they can be pasted, and the next steps."""
    show("")
    show("Try, in a second terminal:")
    for one in found:
        show(f"  {one.shows:<{_SHOWS_WIDTH}}  {one.command}")
    show("")
    show_next_steps(show)
    show("")


def show_next_steps(show: Show) -> None:
    """One line for each reader."""
    for reader, step in NEXT_STEPS:
        show(f"{reader:<{_SHOWS_WIDTH}}  {step}")


def _environment(stage: Stage, token: str) -> str:
    words = f"export HUB_DATA_DIR={shlex.quote(str(stage.data_dir))} HUB_APP_TOKEN={token}"
    found = shutil.which("hubctl", path=os.environ.get("PATH"))
    if found is None or not HUBCTL.samefile(found):
        words += f" PATH={shlex.quote(str(HUBCTL.parent))}:$PATH"
    return words


def _curl(stage: Stage, emsp: Player, token: str) -> str:
    """GET All with the token of a provider; To is the hub itself."""
    authorization = base64.b64encode(token.encode()).decode()
    hub = "-H 'OCPI-to-country-code: NL' -H 'OCPI-to-party-id: HUB'"
    url = f"{stage.url}/ocpi/{emsp.version}/sender/locations?limit=1"
    return f"curl -s -H 'Authorization: Token {authorization}' {hub} '{url}'"


def _word(player: Player) -> str:
    """The party as an option takes it: unquoted `*` is not safe in every shell."""
    return f"{player.party.country_code}-{player.party.party_id}"
