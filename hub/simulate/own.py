"""The SENDER side of a module: a platform's own objects as a paged list and one by one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.simulate import nested
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.paging import page_of
from hub.simulate.platform import Platform
from hub.wire.interface import Interface, fold

Object = dict[str, Any]


def _all(_: Received, objects: Iterable[Object]) -> Iterable[Object]:
    return objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """`objects` of `module` by id, as they are served under its SENDER endpoint.

    `unknown` is the OCPI status code for an object that is not there, `visible` picks what the caller may see, `single`
    says whether there is a GET of one object.
    """

    platform: Platform
    module: str
    objects: Mapping[str, Object]
    unknown: int = 2000
    visible: Callable[[Received, Iterable[Object]], Iterable[Object]] = _all
    single: bool = False

    async def answer(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Answer GET of the list and of one object, for Locations followed by the ids of EVSE and Connector."""
        if received.method != "GET":
            return refused(2000, f"{received.method} is not available here", status=405)
        return self._one(rest) if rest else self._list(received)

    def _one(self, rest: tuple[str, ...]) -> Reply:
        objects = self.objects.values() if self.single else ()
        found = next((item for item in objects if fold(item["id"]) == fold(rest[0])), None)
        if found is not None:
            found = nested.find(found, rest[1:])
        return refused(self.unknown, "no such object here", status=404) if found is None else ok(found)

    def _list(self, received: Received) -> Reply:
        url = self.platform.url + self.platform.path(self.module, Interface.SENDER)
        return page_of(self.visible(received, self.objects.values()), received, url, self.platform.page_size)
