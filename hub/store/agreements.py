"""Agreements in MongoDB: one document for each rule, its rule_id as key."""

from hub.platform import Agreement
from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import AGREEMENTS
from hub.store.records import read, write


class MongoAgreements:
    """The AgreementStore."""

    def __init__(self, database: Database) -> None:
        self._agreements: Collection = database[AGREEMENTS]

    @answering()
    async def all(self) -> list[Agreement]:
        """Every rule, by rule_id."""
        return [read(Agreement, document) for document in await self._agreements.find().sort("_id", 1).to_list(None)]

    @answering()
    async def put(self, agreement: Agreement) -> None:
        """Insert, or replace the rule with the same rule_id."""
        await self._agreements.replace_one({"_id": agreement.rule_id}, write(agreement), upsert=True)

    @answering()
    async def remove(self, rule_id: str) -> bool:
        """Tell whether there was one."""
        return bool((await self._agreements.delete_one({"_id": rule_id})).deleted_count)
