"""hubctl simulate: one simulated platform in its own process, as a counterpart for a partner's engineer."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli import output
from hub.cli.errors import CommandFailed, ExitCode, usage
from hub.wire.party import Party

app = typer.Typer(no_args_is_help=True, help="Simulate: an operator or a provider alone.")

VersionsUrl = Annotated[str, typer.Option("--versions-url", metavar="URL", help="Versions endpoint to register at.")]
TokenFile = Annotated[Path, typer.Option("--token-file", metavar="FILE", help="File with the token A for it.")]
PartyOption = Annotated[str, typer.Option("--party", metavar="PARTY", help="Who it is, such as FR-PDR.")]
VersionOption = Annotated[Literal["2.2.1", "2.2"], typer.Option("--version", help="The OCPI version it speaks.")]
Host = Annotated[str, typer.Option(metavar="HOST", help="Address to listen on.")]
Port = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
PublicUrl = Annotated[
    str, typer.Option("--public-url", metavar="URL", help="What others call it, when that is not http://HOST:PORT.")
]
Seed = Annotated[int, typer.Option(metavar="NUMBER", help="The same seed makes the same run.")]
Publish = Annotated[bool, typer.Option("--publish/--no-publish", help="Broadcast what it has after the registration.")]


@app.command()
def cpo(
    *,
    versions_url: VersionsUrl,
    token_file: TokenFile,
    party: PartyOption = "FR-PDR",
    limit: Annotated[int | None, typer.Option(metavar="NUMBER", min=0, help="At most so many stations.")] = None,
    speed: Annotated[
        float, typer.Option(metavar="TIMES", help="How many times as fast as the clock sessions run.")
    ] = 60.0,
    publish: Publish = True,
    version: VersionOption = "2.2.1",
    host: Host = "127.0.0.1",
    port: Port = 0,
    public_url: PublicUrl = "",
    seed: Seed = 1,
) -> None:
    """An operator with real French charging stations.

    \b
    Example:
      hubctl simulate cpo --versions-url http://127.0.0.1:8000/ocpi/versions --token-file token-a --limit 20
    """
    from hub.simulate.run import CpoOptions, run_cpo  # noqa: PLC0415 - loads aiohttp and the stations
    from hub.wire.interface import Version  # noqa: PLC0415 - loads pydantic

    options = CpoOptions(
        party=_party(party),
        versions_url=versions_url,
        token_file=_readable(token_file),
        limit=limit,
        speed=speed,
        publish=publish,
        version=Version(version),
        host=host,
        port=port,
        public_url=public_url or None,
        seed=seed,
    )
    _run(lambda: run_cpo(options, output.say))


@app.command()
def emsp(
    *,
    versions_url: VersionsUrl,
    token_file: TokenFile,
    party: PartyOption = "NL-EMA",
    name: Annotated[str, typer.Option(metavar="NAME", help="What the provider is called.")] = "MapApp",
    token_count: Annotated[int, typer.Option(metavar="NUMBER", min=0, help="How many drivers it has.")] = 20,
    publish: Publish = True,
    version: VersionOption = "2.2.1",
    host: Host = "127.0.0.1",
    port: Port = 0,
    public_url: PublicUrl = "",
    seed: Seed = 1,
) -> None:
    """A provider with drivers.

    \b
    Example:
      hubctl simulate emsp --versions-url http://127.0.0.1:8000/ocpi/versions --token-file token-a
    """
    from hub.simulate.run import EmspOptions, run_emsp  # noqa: PLC0415 - loads aiohttp
    from hub.wire.interface import Version  # noqa: PLC0415 - loads pydantic

    options = EmspOptions(
        party=_party(party),
        name=name,
        versions_url=versions_url,
        token_file=_readable(token_file),
        token_count=token_count,
        publish=publish,
        version=Version(version),
        host=host,
        port=port,
        public_url=public_url or None,
        seed=seed,
    )
    _run(lambda: run_emsp(options, output.say))


def _run(start: Callable[[], Coroutine[Any, Any, None]]) -> None:
    from aiohttp import ClientError  # noqa: PLC0415 - slow to import

    from hub.simulate.handshake import HandshakeFailed  # noqa: PLC0415

    try:
        asyncio.run(start())
    except (HandshakeFailed, ClientError, TimeoutError) as error:
        said = str(error) or type(error).__name__
        raise CommandFailed(
            f"It could not register: {said}", exit_code=ExitCode.PARTNER, code="partner_failed"
        ) from None


def _party(written: str) -> Party:
    try:
        return Party.parse(written)
    except ValueError as error:
        raise usage(f"--party: {error}.") from None


def _readable(path: Path) -> Path:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise usage(f"--token-file {path} cannot be read: {getattr(error, 'strerror', None) or 'not text'}.") from None
    if not text.strip():
        raise usage(f"--token-file {path} is empty.")
    return path
