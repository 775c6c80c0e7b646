"""hubctl serve: run the hub."""

import errno
import os
from typing import Annotated

import typer

from hub.cli import asking
from hub.cli.errors import CommandFailed, ExitCode

_OF_THE_ADDRESS = {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}


def serve(
    host: Annotated[str, typer.Option(metavar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Run the hub until ^C. Settings are HUB_ variables or a .env file; without HUB_MONGODB_URL it starts its own MongoDB.

    \b
    Example:
      HUB_PUBLIC_URL=https://hub.example hubctl serve --host 0.0.0.0 --port 8000
    """
    from hub.key_file import SecretKeyUnusable  # noqa: PLC0415 - loaded when needed
    from hub.serving import serve as serve_hub  # noqa: PLC0415 - loads the whole hub
    from hub.store.errors import MongoUnavailable  # noqa: PLC0415
    from hub.tls import CertificateUnusable  # noqa: PLC0415

    settings = asking.settings()
    try:
        serve_hub(settings, host, port)
    except (MongoUnavailable, SecretKeyUnusable, CertificateUnusable) as unusable:
        raise CommandFailed(str(unusable), exit_code=ExitCode.PROBLEMS, code="cannot_start") from None
    except OSError as error:
        if error.errno not in _OF_THE_ADDRESS:
            raise
        where = error.filename or f"{host}:{port}"
        said = f"The hub cannot listen at {where}: {os.strerror(error.errno).lower()}."
        hint = (
            f"HUB_ADMIN_PORT={settings.admin_port + 1} hubctl serve"
            if error.filename
            else f"hubctl serve --port {port + 1}"
        )
        raise CommandFailed(said, hint, exit_code=ExitCode.PROBLEMS, code="cannot_start") from None
