"""Words that several commands share: options, durations, parties."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from hub.cli.errors import usage
from hub.wire.party import Party, PartyRole

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
PartnerName = Annotated[
    str, typer.Argument(metavar="NAME", help="A partner's name, or the party id of one of its parties (NL-TNM).")
]
PartyClaims = Annotated[
    list[str],
    typer.Option(
        "--party", metavar="CC/ID/ROLE", help="A party that the partner may be, such as NL/CPA/CPO; repeat it."
    ),
]
HubUrl = Annotated[
    str, typer.Option("--hub-url", metavar="URL", help="The hub; else HUB_ADMIN_URL, else the one on this machine.")
]
AppToken = Annotated[
    str, typer.Option("--token", metavar="TOKEN", help="Of an app; others see it here: rather set HUB_APP_TOKEN.")
]

_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(ms|s|m|min|h|d)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
ANY = "*"
_EVERYONE = {"*", "any", "all"}


def duration(written: str, option: str) -> timedelta:
    """Read `500ms`, `30s`, `10m`, `2h`, `7d`; `option` is named when it is none of them."""
    matched = _DURATION.fullmatch(written.strip().lower())
    if matched is None:
        raise usage(f"{option} is a time such as 500ms, 30s, 10m, 2h or 7d, not {written!r}.")
    return timedelta(seconds=float(matched[1]) * _UNIT_S[matched[2]])


def claims(written: list[str]) -> list[str]:
    """Check `NL/CPA/CPO` before anything is asked."""
    for one in written:
        try:
            PartyRole.parse(one)
        except ValueError as error:
            raise usage(f"--party {error}.") from None
    return written


def party(written: str, option: str) -> str:
    """Read a party id in any of its spellings."""
    try:
        return str(Party.parse(written))
    except ValueError as error:
        raise usage(f"{option}: {error}.") from None


def party_or_any(written: str, option: str) -> str:
    """Read a party id, or `any`."""
    return ANY if written.lower() in _EVERYONE else party(written, option)
