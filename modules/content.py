"""Looking into a parsed body that nobody has checked yet: what is missing or of the wrong type reads as nothing."""

from collections.abc import Iterator
from datetime import datetime

from hub.wire.interface import Json
from hub.wire.json_text import NumberText
from hub.wire.party import Party
from hub.wire.types import parse_datetime


def member(body: Json, *names: str) -> Json | None:
    """The member that `names` lead to, or None."""
    for name in names:
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body


def text(body: Json, *names: str) -> str | None:
    """The string that `names` lead to, or None; an empty one counts as none, a number is no string."""
    value = member(body, *names)
    return value if isinstance(value, str) and value and not isinstance(value, NumberText) else None


def elements(body: Json, *names: str) -> list[Json]:
    """The list that `names` lead to, or an empty one."""
    value = member(body, *names)
    return value if isinstance(value, list) else []


def instant(body: Json, *names: str) -> datetime | None:
    """The timestamp that `names` lead to, or None."""
    written = text(body, *names)
    try:
        return parse_datetime(written) if written else None
    except ValueError:
        return None


def party(body: Json, *names: str) -> Party | None:
    """The owner of the object that `names` lead to, or None when it names no party."""
    country_code, party_id = text(body, *names, "country_code"), text(body, *names, "party_id")
    try:
        return Party.of(country_code, party_id) if country_code and party_id else None
    except ValueError:
        return None


def numbered(body: Json, *names: str) -> Iterator[tuple[str, Json]]:
    """Each element of the list that `names` lead to, with its JSON pointer."""
    pointer = "".join(f"/{name}" for name in names)
    return ((f"{pointer}/{index}", element) for index, element in enumerate(elements(body, *names)))
