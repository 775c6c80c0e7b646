"""Which of two outgoing tokens a partner takes, after a renewal that it may not have finished."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from hub.partners.calls import Access, Unanswered
from hub.partners.means import Means
from hub.partners.offering import UNAUTHORIZED
from hub.platform import Platform

_SUCCESS = range(200, 300)


class Outgoing:
    """Keeps the older token until the newer one is proven; makes the older one current again when only that works."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def settle(self, platform_id: str) -> None:
        """GET the partner's versions with the newer token, on 401 with the older; does nothing without an older one."""
        platform = self._means.roster.directory.platforms[platform_id]
        older = self._means.previous_access(platform)
        if older is None:
            return
        newer_status = await self._status(platform, self._means.access(platform))
        if newer_status in _SUCCESS:
            await self._change(platform, outgoing=platform.outgoing, previous="")
        elif newer_status == UNAUTHORIZED and await self._status(platform, older) in _SUCCESS:
            structlog.get_logger().warning("older_token_in_use_again", partner=platform.name)
            await self._change(platform, outgoing=platform.outgoing_previous, previous=platform.outgoing)

    async def _status(self, platform: Platform, access: Access) -> int:
        """The HTTP status of a harmless call; 0 without an answer."""
        try:
            heard = await self._means.set_out().call("GET", "versions", platform.versions_url, access)
        except Unanswered:
            return 0
        return heard.http_status

    async def _change(self, tested: Platform, *, outgoing: str, previous: str) -> None:
        edit = _only_if_as(tested, outgoing, previous)
        await self._means.roster.amend(tested.platform_id, edit)


def _only_if_as(tested: Platform, outgoing: str, previous: str) -> Callable[[Platform], Platform]:
    """Leave a platform alone whose tokens were renewed again meanwhile."""

    def edit(current: Platform) -> Platform:
        if (current.outgoing, current.outgoing_previous) != (tested.outgoing, tested.outgoing_previous):
            return current
        return replace(current, outgoing=outgoing, outgoing_previous=previous)

    return edit
