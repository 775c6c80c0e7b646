"""Refusing a tariff: what cannot be read is never guessed. And reading the fields of one, refused when they are wrong."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

from hub.money.exact import read_number
from hub.money.findings import Finding, error
from hub.wire.types import parse_datetime

SCHEMA = "T-SCHEMA"
TOO_LARGE = "T-TOO-LARGE"


class TariffRefused(ValueError):
    """A tariff that cannot be priced; `findings` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f"{one.pointer or 'the tariff'} {one.message}" for one in findings))
        self.findings = findings


def refuse(pointer: str, words: str, rule: str = SCHEMA) -> NoReturn:
    """Raise TariffRefused with one finding."""
    raise TariffRefused(error(rule, pointer, words))


def number_in(container: Mapping[str, Any], name: str, pointer: str) -> Decimal:
    """The number of a member; raises TariffRefused."""
    try:
        return read_number(container.get(name))
    except ValueError as wrong:
        refuse(f"{pointer}/{name}", str(wrong))


def text_in(container: Mapping[str, Any], name: str) -> str:
    """The string of a member, or an empty one."""
    written = container.get(name)
    return written if isinstance(written, str) else ""


def instant_in(container: Mapping[str, Any], name: str) -> datetime | None:
    """The instant of an optional member of the tariff itself; raises TariffRefused."""
    written = container.get(name)
    if written is None:
        return None
    try:
        return parse_datetime(written if isinstance(written, str) else "")
    except ValueError as wrong:
        refuse(f"/{name}", str(wrong))
