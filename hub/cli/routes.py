"""hubctl routes: who may talk to whom, and what would become of a message now."""

from typing import Annotated, Any

import typer

from hub.cli import asking, output, words
from hub.cli.errors import ExitCode, end
from hub.cli.output import Column
from hub.cli.words import AsJson

app = typer.Typer(no_args_is_help=True, help="Routes: who may talk to whom.")
From = Annotated[str, typer.Option("--from", metavar="PARTY", help="Who sends; `any` is everyone.")]
To = Annotated[str, typer.Option("--to", metavar="PARTY", help="Who receives; `any` is everyone.")]
Module = Annotated[str, typer.Option("--module", metavar="MODULE", help="One module; all when left out.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every rule. Without one, all may talk to all. The most specific rule counts, a deny wins between equals.

    \b
    Example:
      hubctl routes list
    """
    rules = asking.ask("GET", "routes")
    columns = (
        Column("FROM", "from"),
        Column("TO", "to"),
        Column("MODULE", "module"),
        Column("EFFECT", "effect"),
        Column("BY", "created_by"),
        Column("WHEN", "created_at", output.ago),
    )
    output.show_list(rules, columns, as_json=as_json, empty="No rules: every party may talk to every other.")


@app.command()
def allow(sender: From, receiver: To, module: Module = words.ANY, as_json: AsJson = False) -> None:
    """Let one party send to another.

    \b
    Example:
      hubctl routes allow --from DE-EMA --to NL-CPA --module commands
    """
    _agree("allow", sender, receiver, module, as_json=as_json)


@app.command()
def deny(sender: From, receiver: To, module: Module = words.ANY, as_json: AsJson = False) -> None:
    """Keep one party from sending to another. This counts for forwards, broadcasts, GET All and HubClientInfo.

    \b
    Example:
      hubctl routes deny --from NL-CPA --to DE-EMA
    """
    _agree("deny", sender, receiver, module, as_json=as_json)


@app.command()
def unset(sender: From, receiver: To, module: Module = words.ANY, as_json: AsJson = False) -> None:
    """Take away the rule on exactly these three.

    \b
    Example:
      hubctl routes unset --from NL-CPA --to DE-EMA
    """
    gone = asking.ask("DELETE", "routes", query=_triple(sender, receiver, module))
    if as_json:
        output.show_json(gone)
    else:
        output.say(f"No rule on {_said(gone)} any more.")


@app.command("test")
def try_(
    sender: Annotated[str, typer.Option("--from", metavar="PARTY", help="Who sends.")],
    receiver: Annotated[
        str, typer.Option("--to", metavar="PARTY", help="Who receives; the hub's own id for everyone.")
    ],
    module: Annotated[str, typer.Option("--module", metavar="MODULE", help="locations, sessions, cdrs, …")],
    as_json: AsJson = False,
) -> None:
    """Try a route: which plan, which rule, what is missing. Exit 1 when a message would not arrive.

    \b
    Example:
      hubctl routes test --from NL-CPA --to DE-EMA --module locations
    """
    query = {"from": words.party(sender, "--from"), "to": words.party(receiver, "--to"), "module": module.lower()}
    tested = asking.ask("GET", "routes", "test", query=query)
    if as_json:
        output.show_json(tested)
    else:
        _show_test(tested)
    end(ExitCode.OK if tested["ok"] else ExitCode.PROBLEMS)


def _agree(effect: str, sender: str, receiver: str, module: str, *, as_json: bool) -> None:
    rule = asking.ask("PUT", "routes", body=_triple(sender, receiver, module) | {"effect": effect})
    if as_json:
        output.show_json(rule)
        return
    output.say(f"{'Allowed' if effect == 'allow' else 'Denied'}: {_said(rule)}.")
    for doubt in rule["warnings"]:
        output.say(f"! {output.plain(doubt)}")


def _triple(sender: str, receiver: str, module: str) -> dict[str, str]:
    return {
        "from": words.party_or_any(sender, "--from"),
        "to": words.party_or_any(receiver, "--to"),
        "module": module.lower() if module.lower() not in {"any", "all"} else words.ANY,
    }


def _said(rule: dict[str, Any]) -> str:
    return f"{rule['from']} → {rule['to']}, {'all modules' if rule['module'] == words.ANY else rule['module']}"


def _show_test(tested: dict[str, Any]) -> None:
    verdict = output.paint("GOES", output.GREEN) if tested["ok"] else output.paint("DOES NOT GO", output.RED)
    typer.echo(f"{verdict}   {tested['from']} → {tested['to']} {tested['module']}")
    _show_findings(tested["findings"])
    for way in tested["ways"]:
        typer.echo(f"{way['interface']} interface: {output.plain(way['plan'])}   rule: {way['rule']}")
        _show_findings(way["findings"])


def _show_findings(findings: list[dict[str, Any]]) -> None:
    for finding in findings:
        hint = f"   →  {output.plain(finding['hint'])}" if finding["hint"] else ""
        typer.echo(f"  {output.mark(finding['ok'])} {output.plain(finding['text'])}{hint}")
