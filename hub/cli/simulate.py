"""hubctl simulate: one simulated platform in its own process, as a counterpart for a partner's engineer."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli import output, token_files
from hub.cli.errors import CommandFailed, ExitCode, did_you_mean, usage
from hub.wire.party import Party

app = typer.Typer(
    no_args_is_help=True,
    help="Simulate: an operator or a provider alone, or a reference partner of the contract suite.",
)

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


@app.command()
def reference(
    *,
    role: Annotated[Literal["CPO", "EMSP"], typer.Option(case_sensitive=False, metavar="CPO|EMSP", help="What it is.")],
    token_out: Annotated[
        Path, typer.Option("--token-out", metavar="FILE", help="Write its token to this new file, mode 0600.")
    ],
    register: Annotated[
        bool, typer.Option("--register", help="The token is a token A: `hubctl contract run --register` takes it.")
    ] = False,
    defect: Annotated[str, typer.Option(metavar="ID", help="Do wrong what this check of the suite looks for.")] = "",
    host: Host = "127.0.0.1",
    port: Port = 0,
    public_url: PublicUrl = "",
) -> None:
    """A partner that passes every check of the contract suite, or fails the one that you name.

    It prints its versions URL: `hubctl contract run` judges it with the token in the file, which goes when the partner goes.

    \b
    Example:
      hubctl simulate reference --role CPO --token-out token --defect PAG-01 --port 9100
    """
    from hub.simulate.handshake import new_credentials_token  # noqa: PLC0415 - loads aiohttp
    from hub.simulate.run import ReferenceOptions, run_reference  # noqa: PLC0415 - as above
    from hub.wire.party import Role  # noqa: PLC0415

    if defect:
        _check_defect(defect, role)
    token = new_credentials_token()
    options = ReferenceOptions(
        role=Role(role),
        token=token,
        unregistered=register,
        defect=defect,
        host=host,
        port=port,
        public_url=public_url or None,
    )
    with token_files.written(token_out) as write:  # it goes when the partner goes

        def announce(listening_at: str) -> None:
            write(token)
            typer.echo(listening_at)

        _run(lambda: run_reference(options, announce))


def _check_defect(defect: str, role: str) -> None:
    from contracts.suite import load  # noqa: PLC0415 - loads jsonschema and yaml

    suite = load()
    check = suite.check(defect)
    if check is None:
        near = did_you_mean(defect, [one.check_id for one in suite.checks])
        raise usage(f"--defect: the suite has no check {defect!r}.{near}", "hubctl contract list")
    if role not in check.roles:
        raise usage(f"--defect: {defect} is no check of a {role}: it is for {' and '.join(check.roles)}.")


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
    except OSError as error:
        raise CommandFailed(f"It cannot listen there: {error.strerror}.", exit_code=ExitCode.PROBLEMS) from None


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
