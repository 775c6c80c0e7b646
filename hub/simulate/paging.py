"""Paged lists of a simulated platform: one page with its headers, and where the next page of an answer is.

Source: OCPI 2.2.1, transport_and_format, Pagination.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.wire.errors import InvalidParameters
from hub.wire.paging import LIMIT, LINK, TOTAL, PageRequest, read_link, read_page, write_link
from hub.wire.types import parse_datetime


def page_of(objects: Iterable[dict[str, Any]], received: Received, url: str, page_size: int) -> Reply:
    """Reply with the page of `objects` that `received` asks for; they come in the order of `objects`, oldest first.

    `url` is the endpoint, for the Link to the next page; `page_size` is the most that one page holds.
    """
    try:
        asked = read_page(received.query, page_size)
    except InvalidParameters as error:
        return refused(2001, error.message)
    matching = [item for item in objects if _within(parse_datetime(item["last_updated"]), asked)]
    page = matching[asked.offset : asked.offset + asked.limit]
    headers = {TOTAL: str(len(matching)), LIMIT: str(asked.limit)}
    if page and asked.offset + len(page) < len(matching):
        onward = dict(received.query) | {"offset": str(asked.offset + len(page)), "limit": str(asked.limit)}
        headers[LINK] = write_link(f"{url}?{urlencode(onward, quote_via=quote)}")
    return ok(page, headers=headers)


def following(answer: Answer) -> str | None:
    """The URL of the page after `answer`; None on the last one."""
    return read_link(answer.headers.get(LINK, ""))


def _within(instant: datetime, asked: PageRequest) -> bool:
    after = asked.date_from is None or instant >= asked.date_from
    return after and (asked.date_to is None or instant < asked.date_to)
