"""Opens the hub's store on a MongoDB replica set, after making sure that what it acknowledges is there to stay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from pymongo.errors import OperationFailure, PyMongoError

from hub.clock import Tasks
from hub.store.agreements import MongoAgreements
from hub.store.apps import MongoApps
from hub.store.audit import MongoAudit
from hub.store.cdr_verdicts import MongoCdrVerdicts
from hub.store.clearing import MongoClearing
from hub.store.deliveries import MongoDeliveries
from hub.store.demand import MongoDemand
from hub.store.driver import DURABLE, Client, Database, DriverName, close_client, open_client
from hub.store.errors import MongoUnavailable, reason
from hub.store.evse_times import MongoEvseTimes
from hub.store.facts import MongoFacts
from hub.store.faults import MongoFaults
from hub.store.index import MongoIndex
from hub.store.indexes import create_indexes
from hub.store.leases import MongoLeases
from hub.store.mappings import MongoMappings
from hub.store.object_changes import MongoObjectFeed
from hub.store.objects import MongoObjects, sweep
from hub.store.platforms import MongoPlatforms
from hub.store.presence import MongoPresence
from hub.store.protocols import Store
from hub.store.requests import MongoRequests
from hub.store.signing_keys import MongoSigningKeys
from hub.store.signs import MongoSigns
from hub.store.subjects import MongoSubjects
from hub.store.tariff_history import MongoTariffHistory
from hub.store.timeliness import MongoTimeliness
from hub.store.traces import MongoTraces
from hub.store.verifications import MongoVerifications

_UNAUTHORIZED = 13


@asynccontextmanager
async def open_store(
    url: str, *, database: str = "ocpi_hub", driver: DriverName = "pymongo", trace_days: float = 30.0
) -> AsyncIterator[Store]:
    """Connect to the replica set at `url`, make the indexes, and yield the store; closes the connections at the end.

    Raises MongoUnavailable with a sentence (never with the URL, which may hold a password): not reachable, not a replica set,
    or weaker write concern than a majority.
    """
    client, tasks = _open(url, driver), Tasks()
    try:
        try:
            await _check(client)
            await create_indexes(client[database], trace_days)
            await sweep(client[database])
        except PyMongoError as error:
            raise MongoUnavailable(
                f"the database in HUB_MONGODB_URL cannot be used ({reason(error)}): check that it runs, and the user's rights"
            ) from None
        yield _store(client[database], tasks)
    finally:
        await tasks.close()
        await close_client(client)


def _open(url: str, driver: DriverName) -> Client:
    try:
        return open_client(url, driver, **DURABLE)
    except (PyMongoError, ValueError) as error:
        raise MongoUnavailable(
            f"HUB_MONGODB_URL cannot be read ({type(error).__name__}): write mongodb://HOST:PORT,…/?replicaSet=NAME"
        ) from None


async def _check(client: Client) -> None:
    hello = await client.admin.command("hello")
    if "setName" not in hello:
        raise MongoUnavailable(
            "HUB_MONGODB_URL names a MongoDB that is no replica set: start mongod with --replSet and run rs.initiate()"
        )
    concern = await _default_write_concern(client)
    if concern != "majority":
        raise MongoUnavailable(
            f"the replica set's default write concern is w: {concern}, which can lose acknowledged writes: "
            'run db.adminCommand({setDefaultRWConcern: 1, defaultWriteConcern: {w: "majority"}})'
        )


async def _default_write_concern(client: Client) -> str | int:
    """What the set does for a client that does not say; `majority` when this user may not ask (this client always says)."""
    try:
        defaults = await client.admin.command("getDefaultRWConcern")
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:
            raise
        return "majority"
    concern: str | int = defaults.get("defaultWriteConcern", {}).get("w", 1)
    return concern


def _store(database: Database, tasks: Tasks) -> Store:
    return Store(
        platforms=MongoPlatforms(database),
        agreements=MongoAgreements(database),
        objects=MongoObjects(database, tasks),
        index=MongoIndex(database),
        mappings=MongoMappings(database),
        traces=MongoTraces(database),
        deliveries=MongoDeliveries(database),
        leases=MongoLeases(database),
        presence=MongoPresence(database),
        verifications=MongoVerifications(database),
        faults=MongoFaults(database),
        apps=MongoApps(database),
        feed=partial(MongoObjectFeed, database),
        demand=MongoDemand(database),
        signs=MongoSigns(database),
        evse_times=MongoEvseTimes(database),
        cdr_verdicts=MongoCdrVerdicts(database),
        clearing=MongoClearing(database),
        timeliness=MongoTimeliness(database),
        tariff_history=MongoTariffHistory(database),
        facts=MongoFacts(database),
        audit=MongoAudit(database),
        signing_keys=MongoSigningKeys(database),
        subjects=MongoSubjects(database),
        requests=MongoRequests(database),
    )
