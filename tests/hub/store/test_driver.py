"""The one seam to the driver."""

import re
import sys
from pathlib import Path

import pytest

from hub.store.driver import DURABLE, DriverName, close_client, open_client
from hub.store.errors import MongoUnavailable

HUB = Path(__file__).parents[3] / "hub"


def _files_that_say(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(HUB)) for path in HUB.rglob("*.py") if re.search(pattern, path.read_text()))


def test_only_the_seam_names_a_client() -> None:
    """Whoever changes the driver changes one file."""
    assert _files_that_say(r"AsyncMongoClient|AsyncIOMotorClient|import motor|from motor") == ["store/driver.py"]


def test_only_the_store_sees_the_driver() -> None:
    """Everything outside hub/store sees protocols."""
    outside = [
        name for name in _files_that_say(r"(?m)^\s*(import|from) (pymongo|bson|motor)") if not name.startswith("store/")
    ]

    assert outside == []


def test_nothing_weakens_what_an_acknowledged_write_means() -> None:
    """A majority, journaled, bounded and retried once; no file sets another concern for itself."""
    wanted = {"w": "majority", "journal": True, "wTimeoutMS": 5000, "retryWrites": True, "readConcernLevel": "majority"}

    assert wanted.items() <= DURABLE.items()
    assert _files_that_say(r"WriteConcern\(|ReadConcern\(|with_options|ReadPreference\.") == []


@pytest.mark.parametrize("option", ["w=0", "w=1", "journal=false", "retryWrites=false", "readConcernLevel=local"])
async def test_the_url_cannot_weaken_it(option: str) -> None:
    """What the operator's URL says of concerns loses against the hub's own."""
    client = open_client(f"mongodb://127.0.0.1:1/?{option}", **DURABLE)
    database = client["hub"]

    assert database.write_concern.document == {"w": "majority", "j": True, "wtimeout": 5000}
    assert database.read_concern.level == "majority"
    assert client.options.retry_writes
    await client.close()


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_the_url_cannot_change_how_long_the_hub_waits(driver: DriverName) -> None:
    """Time-outs, the size of the pool and the search for the primary are the hub's own, whatever the URL says."""
    said = (
        "socketTimeoutMS=1&connectTimeoutMS=1&serverSelectionTimeoutMS=1&timeoutMS=1&waitQueueTimeoutMS=1&maxPoolSize=1"
        "&wTimeoutMS=1&retryReads=false&readPreference=secondary&directConnection=true"
    )
    client = open_client(f"mongodb://127.0.0.1:1/?{said}", driver, **DURABLE)
    options, pool = client.options, client.options.pool_options

    assert (pool.socket_timeout, pool.connect_timeout, options.server_selection_timeout) == (30.0, 2.0, 4.0)
    assert (options.timeout, pool.wait_queue_timeout, pool.max_pool_size) == (None, None, 100)
    assert (options.direct_connection, options.retry_reads, options.read_preference.name) == (False, True, "Primary")
    await close_client(client)


def test_motor_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the extra and the setting."""
    monkeypatch.setitem(sys.modules, "motor.motor_asyncio", None)

    with pytest.raises(MongoUnavailable, match=r"HUB_MONGO_DRIVER=motor needs Motor: pip install 'ocpi-hub\[motor\]'"):
        open_client("mongodb://127.0.0.1:1", "motor")
