"""hubctl help: the topics that no single command's --help can explain."""

from typing import Annotated

import typer

from hub.cli import output, topics
from hub.cli.errors import CommandFailed, ExitCode, did_you_mean
from hub.cli.output import Column

_TOPICS = {
    "exit-codes": "what the exit code of a command means",
    "environment": "variables that hubctl reads",
    "ocpi-status": "OCPI status codes and what usually causes them",
}


def help_(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="exit-codes, environment or ocpi-status.")] = "",
    code: Annotated[int, typer.Argument(metavar="CODE", help="With ocpi-status: one code.")] = 0,
) -> None:
    """Explain exit codes, variables or OCPI codes.

    \b
    Example:
      hubctl help ocpi-status 4003
    """
    if not topic:
        _print([{"topic": name, "about": about} for name, about in _TOPICS.items()], "topic", "about")
    elif topic == "exit-codes":
        _print([{"code": number, "means": said} for number, said in topics.EXIT_CODES], "code", "means")
    elif topic == "environment":
        _print([{"variable": name, "means": said} for name, said in topics.ENVIRONMENT], "variable", "means")
    elif topic == "ocpi-status":
        _print_status(code)
    else:
        suggestion = did_you_mean(topic, _TOPICS)
        raise CommandFailed(f"There is no topic {topic!r}.{suggestion}", "hubctl help", exit_code=ExitCode.NOT_FOUND)


def _print_status(code: int) -> None:
    rows = [
        {"code": number, "means": said, "usually": why}
        for number, said, why in topics.OCPI_STATUS
        if code in {0, number}
    ]
    if not rows:
        raise CommandFailed(
            f"OCPI 2.2.1 has no status code {code}.", "hubctl help ocpi-status", exit_code=ExitCode.NOT_FOUND
        )
    _print(rows, "code", "means", "usually")


def _print(rows: list[dict[str, object]], *fields: str) -> None:
    output.show_list(rows, [Column(field.upper(), field) for field in fields], as_json=False)
