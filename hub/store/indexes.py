"""Every collection of the hub, and every index on them: made at each start, which changes nothing when they are there."""

import asyncio
from collections.abc import Mapping

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import OperationFailure

from hub.store.driver import Database

PLATFORMS = "platforms"
AGREEMENTS = "agreements"
OBJECTS = "objects"
INDEX = "index"
MAPPINGS = "mappings"
TRACES = "traces"
DELIVERIES = "deliveries"
LEASES = "leases"
PRESENCE = "presence"
COUNTERS = "counters"
VERIFICATIONS = "verifications"
FAULTS = "faults"
APPS = "apps"
SIGNS = "signs"
DEMAND = "demand"
EVSE_TIMES = "evse_times"
CDR_VERDICTS = "cdr_verdicts"
CLEARED_CDRS = "cleared_cdrs"
STATEMENTS = "statements"
CLOSINGS = "closings"
TARIFF_HISTORY = "tariff_history"
AUDIT = "audit"
SIGNING_KEYS = "signing_keys"
TIMELINESS = "timeliness"
REQUESTS = "requests"

WITHDRAWN = "withdrawn"
TRACES_AGE = "age"
INDEX_LIFE_DAYS = 400
"""For what the index learned and nobody said again: longer than a token or a station usually goes unmentioned."""
VERIFICATION_LIFE_DAYS = 400
FAULT_LIFE_DAYS = 30
CDR_VERDICT_LIFE_DAYS = 90
TARIFF_LIFE_DAYS = 400
SIGN_LIFE_DAYS = 2
DEMAND_LIFE_DAYS = 400
TIMELINESS_LIFE_DAYS = 30
REQUEST_LIFE_S = 600
_DAY_S = 86_400
_INDEX_OPTIONS_CONFLICT = 85

SHARD_KEY = {"_id": "hashed"}
"""Of every sharded collection: whatever the hub does to one document names its `_id`, and hashing spreads numbers that grow."""
SHARDED = frozenset(
    {OBJECTS, INDEX, MAPPINGS, TRACES, DELIVERIES, REQUESTS, SIGNS, EVSE_TIMES, CDR_VERDICTS, CLEARED_CDRS}
)
"""What grows with EVSEs and messages. All else grows with partners, and stays whole: a directory is read at once, and names are
unique across it."""
ASKED_OF_EVERY_SHARD = {
    OBJECTS: frozenset({"key.module", "behind"}),
    SIGNS: frozenset({"session"}),
}
"""Collection -> fields with which those questions begin that no shard key answers, because what they ask for is everywhere: a
list of many owners' objects, what a receiver lacks when its lane opens, and a session that does not say where it charges. Each
shard has an index that begins alike."""


def indexes(trace_days: float) -> Mapping[str, list[IndexModel]]:
    """Collection -> its indexes besides `_id`; traces live for `trace_days`."""
    return {
        PLATFORMS: [
            IndexModel([("live_name", ASCENDING)], name="live_name", unique=True, sparse=True),
            IndexModel([("live_claims", ASCENDING)], name="live_claims", unique=True, sparse=True),
            IndexModel([("token_hashes", ASCENDING)], name="token_hashes", unique=True, sparse=True),
        ],
        OBJECTS: [
            IndexModel([("behind", ASCENDING), ("seq", ASCENDING)], name="behind"),
            IndexModel(_ascending("key.module", "key.owner", "withdrawn", "seq", "last_updated"), name="by_owner"),
            IndexModel(_ascending("key.module", "withdrawn", "seq", "key.owner", "last_updated"), name="by_seq"),
            IndexModel(_ascending("key.module", "withdrawn", "last_updated", "key.owner", "seq"), name="by_date"),
            IndexModel([("withdrawn", ASCENDING)], name=WITHDRAWN, partialFilterExpression={"withdrawn": True}),
        ],
        INDEX: [IndexModel([("seen_at", ASCENDING)], name="age", expireAfterSeconds=INDEX_LIFE_DAYS * _DAY_S)],
        MAPPINGS: [IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)],
        TRACES: [
            IndexModel([("at", ASCENDING)], name=TRACES_AGE, expireAfterSeconds=int(trace_days * _DAY_S)),
            IndexModel([("correlation_ids", ASCENDING)], name="correlation_ids"),
            IndexModel([("parties", ASCENDING), ("_id", ASCENDING)], name="parties"),
            IndexModel([("platform_ids", ASCENDING), ("_id", ASCENDING)], name="platform_ids"),
        ],
        APPS: [IndexModel([("live_name", ASCENDING)], name="live_name", unique=True, sparse=True)],
        SIGNS: [
            IndexModel([("at", ASCENDING)], name="age", expireAfterSeconds=SIGN_LIFE_DAYS * _DAY_S),
            IndexModel([("session", ASCENDING)], name="session"),
        ],
        DEMAND: [IndexModel([("hour", ASCENDING)], name="age", expireAfterSeconds=DEMAND_LIFE_DAYS * _DAY_S)],
        TIMELINESS: [
            IndexModel([("owner", ASCENDING), ("day", ASCENDING)], name="owner"),
            IndexModel([("day", ASCENDING)], name="age", expireAfterSeconds=TIMELINESS_LIFE_DAYS * _DAY_S),
        ],
        VERIFICATIONS: [
            IndexModel([("platform_id", ASCENDING), ("judged_at", DESCENDING)], name="platform"),
            IndexModel([("judged_at", ASCENDING)], name="age", expireAfterSeconds=VERIFICATION_LIFE_DAYS * _DAY_S),
        ],
        FAULTS: [
            IndexModel([("platform_id", ASCENDING), ("count", DESCENDING)], name="platform"),
            IndexModel([("last_at", ASCENDING)], name="age", expireAfterSeconds=FAULT_LIFE_DAYS * _DAY_S),
        ],
        CDR_VERDICTS: [
            IndexModel([("at", ASCENDING)], name="age", expireAfterSeconds=CDR_VERDICT_LIFE_DAYS * _DAY_S),
            IndexModel([("parties", ASCENDING), ("at", DESCENDING)], name="parties"),
            IndexModel([("keys", ASCENDING), ("start", ASCENDING)], name="keys"),
        ],
        CLEARED_CDRS: [
            IndexModel(_ascending("statement_id", "month", "delivered_at"), name="statement"),
            IndexModel(_ascending("month", "delivered_at"), name="month"),
            IndexModel([("credits_key", ASCENDING)], name="credits", sparse=True),
        ],
        TARIFF_HISTORY: [
            IndexModel(_ascending("owner", "tariff_id", "received_at"), name="tariff"),
            IndexModel([("received_at", ASCENDING)], name="age", expireAfterSeconds=TARIFF_LIFE_DAYS * _DAY_S),
        ],
        REQUESTS: [IndexModel([("at", ASCENDING)], name="age", expireAfterSeconds=REQUEST_LIFE_S)],
        STATEMENTS: [IndexModel([("month", ASCENDING)], name="month")],
        DELIVERIES: [
            IndexModel([("platform_id", ASCENDING), ("last_at", DESCENDING)], name="platform"),
            IndexModel([("last_at", DESCENDING)], name="newest"),
        ],
    }


def _ascending(*names: str) -> list[tuple[str, int]]:
    return [(name, ASCENDING) for name in names]


async def create_indexes(database: Database, trace_days: float) -> None:
    """Make what is missing, and give traces the life they should have now."""
    wanted = indexes(trace_days)
    await asyncio.gather(*(database[name].create_indexes(models) for name, models in wanted.items() if name != TRACES))
    try:
        await database[TRACES].create_indexes(wanted[TRACES])
    except OperationFailure as error:
        if error.code != _INDEX_OPTIONS_CONFLICT:
            raise
        await database[TRACES].drop_index(TRACES_AGE)
        await database[TRACES].create_indexes(wanted[TRACES])
