"""Paged lists: which page a request wants, and where the next one is.

Source: OCPI 2.2.1, transport_and_format, Pagination.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from hub.wire.errors import InvalidParameters
from hub.wire.types import parse_datetime

LINK = "Link"
TOTAL = "X-Total-Count"
LIMIT = "X-Limit"
AFTER_SEQ = "after_seq"
"""A parameter of this hub's own next-page links: where the page before ended."""
_MAX_OFFSET = 2**53
_PARAMETER = r";\s*([^;,=\s<>]+)(?:\s*=\s*(\"[^\"]*\"|[^\s;,<>]*))?"
_LINK_VALUE = re.compile(rf"<([^<>]*)>((?:\s*{_PARAMETER})*)")
_LINK_PARAMETER = re.compile(_PARAMETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What the four parameters of a list GET ask; `limit` is at most the server's maximum."""

    date_from: datetime | None = None
    date_to: datetime | None = None
    offset: int = 0
    limit: int
    after_seq: int | None = None


def read_query(query: str) -> dict[str, str]:
    """First value of each parameter, percent-decoded; `+` stays a plus, as DateTime offsets are sent unencoded."""
    if not query:
        return {}
    named: dict[str, str] = {}
    for name, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True):
        named.setdefault(name, value)
    return named


def read_page(query: Mapping[str, str], maximum: int) -> PageRequest:
    """Read date_from, date_to, offset and limit; raises InvalidParameters (2001) that names the one that is wrong."""
    limit = _count(query, "limit")
    if limit == 0:
        raise InvalidParameters("limit must be 1 or more")
    return PageRequest(
        date_from=_instant(query, "date_from"),
        date_to=_instant(query, "date_to"),
        offset=_count(query, "offset") or 0,
        limit=min(limit or maximum, maximum),
        after_seq=_count(query, AFTER_SEQ),
    )


def write_next(
    url: str, query: str, page: PageRequest, *, total: int, more: bool, last_seq: int | None = None
) -> dict[str, str]:
    """The three paging headers of a page that this hub made itself; `url` is the endpoint, `query` as it was asked.

    `more` says that this page is full and another follows: the total cannot tell, as objects may come and go while someone
    pages; `last_seq` is where this one ended, for lists that know. The Link repeats every other parameter as it came, and
    has the limit that was used.
    """
    headers = {TOTAL: str(total), LIMIT: str(page.limit)}
    if more:
        following = _moved(query, page.offset + page.limit, page.limit)
        after = "" if last_seq is None else f"&{AFTER_SEQ}={last_seq}"
        headers[LINK] = write_link(f"{url}?{following}{after}")
    return headers


def write_link(url: str) -> str:
    """A Link header to the next page."""
    return f'<{url}>; rel="next"'


def read_link(value: str) -> str | None:
    """The URL of the `next` link among all of a Link header; None when there is none, or it cannot be read.

    Takes linear time, whatever a partner sends.
    """
    for link in _LINK_VALUE.finditer(value):
        url = link[1].strip()
        if url and url.isascii() and url.isprintable() and "next" in _relations(link[2]):
            return url
    return None


def _relations(parameters: str) -> list[str]:
    """The relation types of a link: its first `rel` counts."""
    for parameter in _LINK_PARAMETER.finditer(parameters):
        if parameter[1].lower() == "rel":
            return (parameter[2] or "").strip("\"'").lower().split()
    return []


def next_by_count(query: str, *, returned: int, total: str, limit: str) -> str | None:
    """The query of the next page from offset and X-Total-Count, for partners whose Link says nothing; None at the end."""
    asked = read_query(query)
    following = (_whole(asked.get("offset", "")) or 0) + returned
    if not returned or following >= (_whole(total) or 0):
        return None
    sizes = [size for size in (_whole(asked.get("limit", "")), _whole(limit)) if size]
    return _moved(query, following, min(sizes, default=returned))


def _moved(query: str, offset: int, limit: int) -> str:
    """The same query for another page; every other parameter keeps its place and its spelling."""
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in {"offset", "limit", AFTER_SEQ}]
    return "&".join([*kept, f"offset={offset}", f"limit={limit}"])


def _count(query: Mapping[str, str], name: str) -> int | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    number = _whole(written)
    if number is None:
        raise InvalidParameters(f"{name} must be a whole number from 0 to {_MAX_OFFSET}")
    return number


def _whole(written: str) -> int | None:
    """A count as digits alone; None for anything else, however long."""
    if not written.isascii() or not written.isdecimal() or len(written) > 16 or int(written) > _MAX_OFFSET:
        return None
    return int(written)


def _instant(query: Mapping[str, str], name: str) -> datetime | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    try:
        return parse_datetime(written)
    except ValueError as error:
        raise InvalidParameters(f"{name} is not a DateTime such as 2026-01-31T12:00:00Z: {error}") from None
