"""hubctl partner: invite, register, list, show, set, suspend, resume, rotate, remove."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import asking, output, partner_certificates, partner_verify, partner_views, token_files, words
from hub.cli.errors import usage
from hub.cli.words import AsJson, PartnerName, PartyClaims, Yes

app = typer.Typer(no_args_is_help=True, help="Partners: invite, register, verify, suspend, rotate, remove.")
TrailingSlash = Annotated[
    bool,
    typer.Option(
        "--trailing-slash", help="Advertise our URLs with a slash at the end: it joins URL and id without one."
    ),
]
NoCatchUp = Annotated[
    bool, typer.Option("--no-catch-up", help="It pulls what it missed; the hub sends nothing afterwards.")
]


@app.command()
def invite(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the partner is called here.")],
    party: PartyClaims,
    expires: Annotated[str, typer.Option(metavar="TIME", help="How long the token is good for.")] = "7d",
    trailing_slash: TrailingSlash = False,
    no_catch_up: NoCatchUp = False,
    token_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the token to this new file, mode 0600, instead of printing it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token A for a new partner. It registers with it; the token is shown once.

    \b
    Example:
      hubctl partner invite "GreenPlug" --party NL/GRP/CPO --expires 7d
    """
    body = {
        "name": name,
        "parties": words.claims(party),
        "expires_s": int(words.duration(expires, "--expires").total_seconds()),
        "trailing_slash": trailing_slash,
        "catch_up": not no_catch_up,
    }
    with token_files.written(token_out) as write:
        invitation = asking.ask("POST", "partners", "invite", body=body)
        shown = {key: invitation[key] for key in ("name", "versions_url", "token")}
        if token_out is not None:
            write(shown.pop("token"))
            shown["token_file"] = str(token_out)
    if as_json:
        output.show_json(shown)
    else:
        partner_views.show_invitation(shown, party, invitation["expires_at"])


@app.command()
def register(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the partner is called here.")],
    versions_url: Annotated[str, typer.Option(metavar="URL", help="The partner's versions endpoint.")],
    token_file: Annotated[
        str, typer.Option(metavar="FILE|-", help="File with the token A that it gave us; - is stdin.")
    ],
    party: PartyClaims,
    trailing_slash: TrailingSlash = False,
    no_catch_up: NoCatchUp = False,
    as_json: AsJson = False,
) -> None:
    """Start the handshake from our side. It needs a token A that the partner gave us.

    \b
    Example:
      hubctl partner register "GreenPlug" --versions-url https://ocpi.greenplug.example/versions \\
        --token-file token-a --party NL/GRP/CPO
    """
    body = {
        "name": name,
        "parties": words.claims(party),
        "versions_url": versions_url,
        "token": token_files.read(token_file),
        "trailing_slash": trailing_slash,
        "catch_up": not no_catch_up,
    }
    done = asking.ask("POST", "partners", "register", body=body, timeout_s=asking.PARTNER_TIMEOUT_S)
    _show_outcome(done, f"Registered {output.plain(done['partner']['name'])}.", as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every partner and how it is.

    \b
    Example:
      hubctl partner list --json
    """
    partner_views.show_partners(asking.ask("GET", "partners"), as_json=as_json)


@app.command()
def show(name: PartnerName, as_json: AsJson = False) -> None:
    """Show one partner. First what is wrong and what to run, then its parties, endpoints and switches.

    \b
    Example:
      hubctl partner show NL-GRP
    """
    shown = asking.ask("GET", "partners", name)
    if as_json:
        output.show_json(shown)
    else:
        partner_views.show_partner(shown)


@app.command("set")
def set_(
    name: PartnerName,
    trailing_slash: Annotated[
        bool | None,
        typer.Option("--trailing-slash/--no-trailing-slash", help="Advertise our URLs with a slash at the end."),
    ] = None,
    catch_up: Annotated[
        bool | None, typer.Option("--catch-up/--no-catch-up", help="Send what it missed when it is back.")
    ] = None,
    repeats_request_ids: Annotated[
        bool | None,
        typer.Option(
            "--repeats-request-ids/--unique-request-ids",
            help="Take requests that share an X-Request-ID; otherwise one with another body is HTTP 409.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Switch what one partner's software needs.

    \b
    Example:
      hubctl partner set NL-GRP --trailing-slash --no-catch-up
    """
    wanted = {"trailing_slash": trailing_slash, "catch_up": catch_up, "repeats_request_ids": repeats_request_ids}
    given = {key: value for key, value in wanted.items() if value is not None}
    if not given:
        raise usage("Nothing to set: give --trailing-slash, --catch-up, --repeats-request-ids or their opposites.")
    changed = asking.ask("PATCH", "partners", name, body=given)
    if as_json:
        output.show_json(changed)
    else:
        said = ", ".join(f"{key.replace('_', ' ')} {'on' if value else 'off'}" for key, value in given.items())
        output.say(f"{output.plain(changed['name'])}: {said}.")


@app.command()
def suspend(
    name: PartnerName,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever looks later.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Refuse its requests and send it nothing.

    \b
    Example:
      hubctl partner suspend BE-BEC --reason "unpaid invoices" --yes
    """
    shown = _ask_first(name, "Suspends {}: its requests are refused and nothing is sent to it; {} told.", yes=yes)
    done = asking.ask("POST", "partners", shown, "suspend", body={"reason": reason})
    _show_outcome(
        done, f"Suspended {output.plain(shown)}.   Undo: hubctl partner resume {shlex.quote(shown)}", as_json=as_json
    )


@app.command()
def resume(name: PartnerName, as_json: AsJson = False) -> None:
    """End a suspension.

    \b
    Example:
      hubctl partner resume BE-BEC
    """
    done = asking.ask("POST", "partners", name, "resume")
    _show_outcome(done, f"Resumed {output.plain(done['partner']['name'])}.", as_json=as_json)


@app.command()
def rotate(name: PartnerName, yes: Yes = False, as_json: AsJson = False) -> None:
    """Renew both credentials tokens. By PUT credentials at the partner, without a gap.

    \b
    Example:
      hubctl partner rotate NL-GRP --yes
    """
    shown = _ask_first(name, "Renews both tokens of {} by a call to it.", yes=yes)
    done = asking.ask("POST", "partners", shown, "rotate", timeout_s=asking.PARTNER_TIMEOUT_S)
    _show_outcome(done, f"Renewed both tokens of {output.plain(shown)}.", as_json=as_json)


@app.command()
def remove(name: PartnerName, yes: Yes = False, as_json: AsJson = False) -> None:
    """Remove a partner for good. DELETE credentials at it; its tokens end, its name and parties are free again.

    \b
    Example:
      hubctl partner remove BE-BEC --yes
    """
    shown = _ask_first(name, "Removes {} for good: its tokens end; {} told.", yes=yes)
    done = asking.ask("DELETE", "partners", shown, timeout_s=asking.PARTNER_TIMEOUT_S)
    _show_outcome(done, f"Removed {output.plain(shown)}.", as_json=as_json)


app.command()(partner_verify.verify)
app.command()(partner_verify.verdict)
app.command()(partner_verify.override)
app.command()(partner_certificates.certificates)


def _ask_first(name: str, said: str, *, yes: bool) -> str:
    """Look the partner up, say what will happen and to whom, ask; returns its proper name."""
    if not yes and not sys.stdin.isatty():
        asking.confirm("", yes=False)
    found = asking.ask("GET", "partners", name)
    told = f"{found['audience']} other platform{'s are' if found['audience'] != 1 else ' is'}"
    parties = ", ".join(f"{one['country_code']}*{one['party_id']}" for one in found["parties"])
    who = f"{output.plain(found['name'])}" + (f" ({parties})" if parties else "")
    asking.confirm(f"{said.format(who, told)} Go on?", yes=yes)
    return str(found["name"])


def _show_outcome(done: Any, said: str, *, as_json: bool) -> None:
    if as_json:
        output.show_json(done)
        return
    asking.show_steps(done["steps"])
    output.say(said)
