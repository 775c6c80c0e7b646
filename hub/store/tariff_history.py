"""Tariffs as they were published, in MongoDB: a document for each state, so that a CDR is compared with the one of its day."""

from datetime import datetime

from hub.store.cdr_records import PublishedTariff
from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import TARIFF_HISTORY
from hub.store.records import read, write
from hub.wire.party import Party


class MongoTariffHistory:
    """The TariffHistory."""

    def __init__(self, database: Database) -> None:
        self._states: Collection = database[TARIFF_HISTORY]

    @answering()
    async def keep(self, tariff: PublishedTariff) -> None:
        """Remember it, unless it says what the newest one says."""
        here = _of(tariff.owner, tariff.tariff_id)
        newest = await self._states.find_one(here, sort=[("received_at", -1)])
        if newest is None or newest["body"] != tariff.body:
            await self._states.insert_one(write(tariff))

    @answering()
    async def at(self, owner: Party, tariff_id: str, instant: datetime) -> PublishedTariff | None:
        """What the hub had been told by then; else the first that it was told, if its owner says that it was so by then."""
        here = _of(owner, tariff_id)
        told = await self._states.find_one(here | {"received_at": {"$lte": instant}}, sort=[("received_at", -1)])
        if told is None:
            told = await self._states.find_one(here, sort=[("received_at", 1)])
            if told is None or told["last_updated"] > instant:
                return None
        return read(PublishedTariff, told)


def _of(owner: Party, tariff_id: str) -> Document:
    return {"owner": str(owner), "tariff_id": tariff_id}
