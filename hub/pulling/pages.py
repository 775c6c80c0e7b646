"""Walks the pages of a partner's list. Everything in an answer is hostile: addresses, sizes, endless lists.

Source: OCPI 2.2.1, transport_and_format, Pagination.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from urllib.parse import urlencode

from hub.clock import new_id, now_utc
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, check_url
from hub.delivery.answer import Answer, PostFailed
from hub.delivery.post import Post
from hub.outbound import Outbound, compose, join
from hub.platform import Platform
from hub.registry import Directory
from hub.rewriting import check_host, resolve
from hub.store.protocols import Leg, LegKind
from hub.wire import json_text, paging
from hub.wire.errors import BrokenJson, InvalidParameters
from hub.wire.headers import MessageIds, RoutingHeaders, first, joined
from hub.wire.interface import Interface, Json, ModuleId, TimeoutClass
from hub.wire.party import Party
from hub.wire.types import format_datetime

PAGES_MAX = 10_000
PAGE_SIZE = 100


class PullFailed(Exception):
    """The list could not be read to its end; the text says why, without secrets."""


class Pages:
    """Reads lists of partners, page by page."""

    def __init__(self, post: Post, settings: Settings, record: Callable[[Leg], None]) -> None:
        self._post = post
        self._settings = settings
        self._record = record

    async def read(
        self, directory: Directory, platform: Platform, module: ModuleId, owner: Party, since: datetime | None
    ) -> AsyncIterator[list[Json]]:
        """The objects of one party, a page at a time; numbers as text. Raises PullFailed."""
        endpoint = directory.endpoint(platform, module, Interface.SENDER)
        if endpoint is None:
            raise PullFailed(f"it offers no SENDER interface of {module}")
        query = urlencode(({"date_from": format_datetime(since)} if since else {}) | {"limit": str(PAGE_SIZE)})
        url = f"{join(endpoint, '', slash=platform.quirks.slash_in_calls)}?{query}"
        correlation_id = new_id()
        for _ in range(PAGES_MAX):
            ids = MessageIds(request_id=new_id(), correlation_id=correlation_id)
            outbound = compose(
                directory,
                platform,
                method="GET",
                url=url,
                body=b"",
                timeout_s=self._settings.timeout_s(TimeoutClass.OTHER),
                ids=ids,
                routing=RoutingHeaders(to=owner, sender=directory.hub),
            )
            leg = Leg(
                at=now_utc(),
                kind=LegKind.OUT,
                correlation_id=correlation_id,
                request_id=ids.request_id,
                method="GET",
                module=module,
                path="",
                platform_id=platform.platform_id,
                sender=str(directory.hub),
                receiver=str(owner),
                note="pull",
            )
            answer = await self._get(outbound, leg)
            objects = _objects(answer)
            yield objects
            following = self._next(platform, url, answer, len(objects))
            if following is None:
                return
            if following == url:
                raise PullFailed("a page leads to itself")
            url = following
        raise PullFailed(f"its list has no end within {PAGES_MAX} pages")

    async def _get(self, outbound: Outbound, leg: Leg) -> Answer:
        try:
            answer = await self._post.send(outbound)
        except PostFailed as failed:
            self._record(leg._replace(duration_ms=failed.duration_ms, note=f"pull: {failed.reason}"))
            raise PullFailed(failed.reason) from None
        self._record(leg._replace(http_status=answer.http_status, duration_ms=answer.duration_ms))
        return answer

    def _next(self, platform: Platform, url: str, answer: Answer, returned: int) -> str | None:
        base, _, query = url.partition("?")
        linked = paging.read_link(joined(answer.headers, paging.LINK))
        if linked is None:
            counts = (first(answer.headers, paging.TOTAL), first(answer.headers, paging.LIMIT))
            following = paging.next_by_count(query, returned=returned, total=counts[0], limit=counts[1])
            return f"{base}?{following}" if following else None
        theirs = resolve(url, linked)
        try:
            check_host(theirs, platform, "the next page")
            check_url(theirs, self._settings.allow_private_urls)
        except (InvalidParameters, AddressRefused) as refused:
            raise PullFailed(f"its next page: {refused}") from None
        return theirs


def _objects(answer: Answer) -> list[Json]:
    if answer.http_status != 200:
        raise PullFailed(f"HTTP {answer.http_status}")
    try:
        said = json_text.loads(answer.body)
    except BrokenJson:
        raise PullFailed("an answer that is no JSON") from None
    status = said.get("status_code") if isinstance(said, dict) else None
    if status is None or not str(status).startswith("1"):
        raise PullFailed(f"OCPI status {str(status)[:10]}")
    if not isinstance(said.get("data"), list):
        raise PullFailed("data is no list")
    data: list[Json] = said["data"]
    return data
