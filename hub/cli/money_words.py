"""Words of the commands about money: amounts, instants, time zones, policy switches, and the files that they read."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from hub.cli.errors import did_you_mean, usage

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from hub.cli.json_stream import Read
    from hub.money.policy import Policy

STDIN = "-"
_SUFFIXES = (".json", ".jsonl", ".ndjson")

ZoneOption = Annotated[
    str | None, typer.Option("--time-zone", metavar="ZONE", help="Of the place, such as Europe/Amsterdam.")
]
PolicyOption = Annotated[
    list[str],
    typer.Option(
        "--policy", metavar="NAME=VALUE", help="Another reading of OCPI, such as rounding=half_even; repeat it."
    ),
]


def amount(written: str, option: str) -> Decimal:
    """A number such as 30 or 0.5; `option` is named when it is none."""
    from hub.money.exact import read_number  # noqa: PLC0415 - the command line starts without it

    try:
        return read_number(written.strip())
    except ValueError as error:
        raise usage(f"{option} {error}: {written[:40]!r}.") from None


def zone(written: str | None) -> "ZoneInfo | None":
    """A time zone by name."""
    from hub.money.zones import UnknownZone, zone_named  # noqa: PLC0415 - as above

    if written is None:
        return None
    try:
        return zone_named(written)
    except UnknownZone as error:
        raise usage(f"--time-zone: {error}.") from None


def instant(written: str, option: str, place: "ZoneInfo | None") -> datetime:
    """An instant such as 2026-11-24T18:00; without an offset it is the place's local time, or UTC."""
    from datetime import UTC  # noqa: PLC0415 - as above

    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise usage(f"{option} is a time such as 2026-11-24T18:00, not {written[:40]!r}.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=place or UTC)


def policy(written: Sequence[str]) -> "Policy":
    """`NAME=VALUE` switches of hub.money.policy."""
    from dataclasses import fields, replace  # noqa: PLC0415 - as above

    from hub.money.policy import DEFAULT  # noqa: PLC0415 - as above

    defaults = {one.name: getattr(DEFAULT, one.name) for one in fields(DEFAULT)}
    changes: dict[str, Any] = {}
    for one in written:
        name, _, value = one.partition("=")
        if name not in defaults:
            known = ", ".join(sorted(defaults))
            raise usage(f"--policy: there is no switch {name[:40]!r}.{did_you_mean(name, defaults)}", f"one of {known}")
        changes[name] = _switch(name, value, defaults[name])
    return replace(DEFAULT, **changes)


def _switch(name: str, value: str, default: Any) -> Any:
    if isinstance(default, StrEnum):
        choices = [str(one) for one in type(default)]
        if value not in choices:
            raise usage(f"--policy {name} is one of {', '.join(choices)}, not {value[:40]!r}.")
        return type(default)(value)
    if isinstance(default, bool):
        if value not in ("true", "false"):
            raise usage(f"--policy {name} is true or false, not {value[:40]!r}.")
        return value == "true"
    if re.fullmatch("[0-9]|10", value, re.ASCII) is None:
        raise usage(f"--policy {name} is a number of decimals from 0 to 10, not {value[:40]!r}.")
    return int(value)


def files(written: Sequence[str]) -> list[str]:
    """The files that are meant, folders opened; each is there and can be read."""
    found: list[str] = []
    for one in written:
        path = Path(one)
        if one == STDIN or path.is_file():
            found.append(one)
        elif path.is_dir():
            inside = sorted(str(file) for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
            if not inside:
                raise usage(f"{one} holds no file that ends in {', '.join(_SUFFIXES)}.")
            found += inside
        else:
            raise usage(f"{one} is not there.")
    for one in found:
        _open(one).close()
    return found


def size(names: Sequence[str]) -> int:
    """Bytes of all files; 0 when one of them is stdin, whose size nobody knows."""
    return 0 if STDIN in names else sum(Path(one).stat().st_size for one in names)


def objects(name: str, progress: Callable[[int], None] | None = None) -> "Iterator[Read]":
    """The objects of one file, or of stdin."""
    from hub.cli.json_stream import read_values  # noqa: PLC0415 - as above

    with _open(name) as file:
        yield from read_values(file, "stdin" if name == STDIN else name, progress)


def single(name: str, what: str) -> Any:
    """The one object of a file; says so when there is none, or when it cannot be read."""
    for one in objects(files([name])[0]):
        if one.problem:
            raise usage(f"{one.place} {one.problem}.")
        return one.value
    raise usage(f"{name} holds no {what}.")


def _open(name: str) -> BinaryIO:
    if name == STDIN:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise usage(f"{name} cannot be read: {error.strerror}.") from None
