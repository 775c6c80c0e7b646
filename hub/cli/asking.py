"""How commands reach the running hub: one call, every failure turned into a sentence and an exit code.

hub.control, and with it httpx, is loaded when a command needs it, not for `--help`.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import typer

from hub.cli import output
from hub.cli.errors import CommandFailed, ExitCode, exit_code_of, usage

if TYPE_CHECKING:
    from hub.config import Settings
    from hub.control import AdminClient, AppClient

PARTNER_TIMEOUT_S = 120.0
"""For what takes several calls to a partner."""


def ask(
    method: str,
    *path: str,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    timeout_s: float = 30.0,
) -> Any:
    """One call to the hub's admin API."""
    with connected() as client:
        return client.ask(method, *path, query=query, body=body, timeout_s=timeout_s)


@contextmanager
def connected() -> Iterator["AdminClient"]:
    """A client for several calls; what fails inside ends the command."""
    from hub.control import open_client  # noqa: PLC0415 - httpx is slow to import

    settings()
    with failing(), closing(open_client()) as client:
        yield client


@contextmanager
def app_connected(hub_url: str, token: str) -> Iterator["AppClient"]:
    """A client for the apps' API; what fails inside ends the command."""
    from hub.control import open_app_client  # noqa: PLC0415 - as above

    settings()
    with failing(), closing(open_app_client(hub_url, token)) as client:
        yield client


@contextmanager
def failing() -> Iterator[None]:
    """What a hub refuses, or that there is none, ends the command."""
    from hub.control import HubAway, HubRefused  # noqa: PLC0415 - as above
    from hub.key_file import SecretKeyUnusable  # noqa: PLC0415 - loaded when needed

    try:
        yield
    except HubAway as away:
        raise CommandFailed(away.message, away.hint, exit_code=ExitCode.PROBLEMS, code="hub_away") from None
    except SecretKeyUnusable as unusable:
        raise CommandFailed(str(unusable), exit_code=ExitCode.AUTH) from None
    except HubRefused as refused:
        show_steps(refused.details.get("steps", ()))
        raise CommandFailed(
            refused.message, refused.hint, exit_code=exit_code_of(refused.http_status, refused.code), code=refused.code
        ) from None


def settings() -> "Settings":
    """The hub's settings of this machine; a wrong one ends the command and is named."""
    from pydantic import ValidationError  # noqa: PLC0415 - slow to import

    from hub.config import Settings  # noqa: PLC0415 - slow to import

    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        where = f"HUB_{name} is wrong: " if name else ""
        raise usage(f"{where}{fault['msg'].removeprefix('Value error, ')}", "hubctl help environment") from None


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal; elsewhere `--yes` must have been said."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise usage("This asks first, and nobody is at a terminal to answer: add --yes.")
    if not typer.confirm(question, err=True):
        raise CommandFailed("Nothing was changed.", exit_code=ExitCode.PROBLEMS, code="declined")


def show_steps(steps: Any) -> None:
    """The calls that something took at a partner, one a line, on stderr."""
    for step in steps:
        status = f"{step['http_status'] or '-':>3}  {step['ocpi_status'] or '-':>4}"
        what = f"{step['method']:<6} {output.plain(step['what']):<22}"
        took = output.milliseconds(step["duration_ms"])
        output.say(f"{output.mark(step['ok'])} {what} {status}  {took:>8}   {output.plain(step['note'])}".rstrip())
