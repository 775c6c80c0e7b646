"""GET All: answer a list from what was pushed to the hub. Source: OCPI 2.2.1, transport_and_format, GET All via Hub."""

from hub.catalog import Errand
from hub.clock import now_utc
from hub.config import Settings
from hub.routing import GatherAll
from hub.store.protocols import ObjectStore, Window
from hub.translating import translate
from hub.wire import envelope, paging
from hub.wire.interface import Version
from hub.wire.message import Reply


class Gathering:
    """Reads pages of hub-addressed objects; one read of the store each."""

    def __init__(self, objects: ObjectStore, settings: Settings) -> None:
        self._objects = objects
        self._settings = settings

    async def gather(self, errand: Errand, plan: GatherAll) -> Reply:
        """One page of what the plan's owners keep here, with its paging headers.

        One object more than the page holds is read, to know whether another page follows.
        """
        message = errand.message
        module = errand.match.module if errand.match else None
        page = paging.read_page(errand.call.query, self._settings.page_size_max)
        window = Window(
            date_from=page.date_from,
            date_to=page.date_to,
            offset=page.offset,
            limit=page.limit + 1,
            after_seq=page.after_seq,
        )
        found = await self._objects.page(message.address.module, plan.owners, window)
        objects = found.objects[: page.limit]
        more = len(found.objects) > page.limit
        address = message.address
        bodies = [
            translate(module, one.body, written=Version(one.version), wanted=address.version, emsp=one.key.owner)
            for one in objects
        ]
        url = f"{self._settings.ocpi_url}/{address.version}/{address.interface.lower()}/{address.module}"
        headers = paging.write_next(
            url,
            message.query,
            page,
            total=found.total,
            more=more,
            last_seq=objects[-1].seq if objects else None,
        )
        body = envelope.write(envelope.SUCCESS, now_utc(), raw_data=b"[" + b",".join(bodies) + b"]")
        return Reply(body=body, headers=headers)
