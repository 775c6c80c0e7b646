"""What an operator asks of the database: is it there, which one, how far away, are its clock and indexes right."""

from datetime import UTC

from hub.clock import monotonic_s
from hub.store.database_facts import DatabaseFacts
from hub.store.driver import Database
from hub.store.errors import answering
from hub.store.indexes import indexes


class MongoFacts:
    """The FactStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @answering()
    async def look(self) -> DatabaseFacts:
        """Ask the database for its version, its state and its indexes."""
        build = await self._database.command("buildInfo")
        started_s = monotonic_s()
        hello = await self._database.command("hello")
        latency_ms = (monotonic_s() - started_s) * 1000
        wanted = [(collection, model.document["name"]) for collection, models in indexes(1).items() for model in models]
        found = {collection: await self._named(collection) for collection in indexes(1)}
        missing = sorted(f"{collection}.{name}" for collection, name in wanted if name not in found[collection])
        return DatabaseFacts(
            version=str(build["version"]),
            replica_set=str(hello.get("setName", "")),
            is_primary=bool(hello.get("isWritablePrimary")),
            latency_ms=latency_ms,
            database_time=hello["localTime"].replace(tzinfo=UTC),
            indexes=len(wanted) - len(missing),
            missing_indexes=tuple(missing),
        )

    async def _named(self, collection: str) -> set[str]:
        return set(await self._database[collection].index_information())
