"""The entry of hubctl: every command group in one place, and the one way in which a command ends."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hub.cli import (
    admin_token,
    apps,
    audit,
    cdrs,
    clearing,
    contract,
    deliveries,
    demo,
    doctor,
    explain,
    keys,
    near,
    parties,
    partner,
    routes,
    serve,
    simulate,
    status,
    subject,
    tariffs,
    traffic,
    verdicts,
    watch,
)
from hub.cli.errors import ExitCode, report


class Hubctl(TyperGroup):
    """Reports every failure as a sentence (or, with --json, as JSON) on stderr and ends with its exit code."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run one command line; ends the process."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            code = super().main(args=words, prog_name=prog_name or "hubctl", **extra)
        except typer.TyperException as error:
            report(error, as_json="--json" in words)
            sys.exit(error.exit_code)
        except typer.Abort:
            sys.exit(ExitCode.INTERRUPTED)
        sys.exit(code if isinstance(code, int) else ExitCode.OK)


app = typer.Typer(
    cls=Hubctl,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="More: hubctl help exit-codes | environment | ocpi-status",
)
app.command("serve")(serve.serve)
app.add_typer(partner.app, name="partner")
app.add_typer(parties.app, name="parties")
app.add_typer(routes.app, name="routes")
app.add_typer(traffic.app, name="traffic")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(contract.app, name="contract")
app.add_typer(tariffs.app, name="tariffs")
app.add_typer(cdrs.app, name="cdrs")
app.add_typer(clearing.app, name="clearing")
app.add_typer(verdicts.app, name="verdict")
app.add_typer(apps.app, name="apps")
app.command("near")(near.near)
app.command("watch")(watch.watch)
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(subject.app, name="subject")
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.add_typer(admin_token.app, name="admin")
app.add_typer(demo.app, name="demo")
app.add_typer(simulate.app, name="simulate")
app.command("help")(explain.help_)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import

        typer.echo(f"hubctl {version('ocpi-hub')}")
        raise typer.Exit


@app.callback()
def hubctl(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Run and look after an OCPI hub."""


def main() -> None:
    """The `hubctl` command."""
    app()
