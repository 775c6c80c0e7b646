"""The doctor: configuration, database, secret file, public URL and clock, each with one thing to do when it is not right."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import ClientConnectorCertificateError, ClientConnectorDNSError, ClientError, ClientSession, ClientTimeout

from hub.admin.services import AdminServices
from hub.admin.table import Json
from hub.clock import now_utc
from hub.config import Settings
from hub.key_file import KEY_FILE
from hub.store.database_facts import DatabaseFacts
from hub.store.protocols import Store, StoreUnavailable

OLDEST_MONGODB = (6, 0)
CLOCK_LIMIT_S = 1.0
SLOW_DATABASE_MS = 50.0
_URL_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `hint` is a command or a short advice, empty when all is well."""

    name: str
    ok: bool
    text: str
    hint: str = ""


async def examine(office: AdminServices) -> list[Check]:
    """Every check, in the order in which a person would mend them."""
    public, database = await asyncio.gather(
        check_public_url(office.session, office.settings), _examine_database(office.store)
    )
    return [check_config(office.settings), check_secret_file(office.settings), *database, public]


def check_config(settings: Settings) -> Check:
    """Settings that are valid each by itself, but not together or not for partners on the internet."""
    url = urlsplit(settings.public_url)
    local = url.hostname in {"127.0.0.1", "localhost", "::1"}
    said = f"{settings.party} at {settings.public_url}"
    if settings.allow_private_urls and not local:
        return Check(
            "config",
            False,
            f"{said}: partners may give private addresses",
            "unset HUB_ALLOW_PRIVATE_URLS on a public hub",
        )
    if url.scheme != "https" and not settings.allow_private_urls and not local:
        return Check("config", False, f"{said}: tokens travel in clear", "set HUB_PUBLIC_URL to an https address")
    return Check("config", True, said)


def check_database(facts: DatabaseFacts) -> list[Check]:
    """Version, replica set, distance, indexes."""
    found = tuple(int(part) for part in facts.version.split(".")[:2])
    checks = [
        Check("mongodb", True, f"{facts.version}, {facts.latency_ms:.0f} ms")
        if found >= OLDEST_MONGODB and facts.latency_ms <= SLOW_DATABASE_MS
        else Check("mongodb", False, f"{facts.version}, {facts.latency_ms:.0f} ms", _mend_database(found))
    ]
    if not facts.replica_set or not facts.is_primary:
        said = (
            "the primary was not reached"
            if facts.replica_set
            else "it is no replica set: nothing is durable on a majority"
        )
        checks.append(Check("replica set", False, said, "point HUB_MONGODB_URL at a replica set (?replicaSet=…)"))
    else:
        checks.append(Check("replica set", True, f"{facts.replica_set}, primary"))
    said, missing = f"{facts.indexes} of {facts.indexes + len(facts.missing_indexes)}", ", ".join(facts.missing_indexes)
    if missing:
        checks.append(
            Check("indexes", False, f"{said}, missing {missing}", "restart the hub: it makes them at its start")
        )
    else:
        checks.append(Check("indexes", True, said))
    return checks


def check_clock(offset_s: float) -> Check:
    """This machine's clock against the database's; who is wrong cannot be told from here."""
    if abs(offset_s) > CLOCK_LIMIT_S:
        return Check("clock", False, f"{offset_s:+.1f} s off the database's clock", "timedatectl timesync-status")
    return Check("clock", True, f"{offset_s * 1000:+.0f} ms off the database's clock")


def check_secret_file(settings: Settings) -> Check:
    """Nobody else on this machine may read the server key."""
    if settings.secret_key.get_secret_value():
        return Check("secret key", True, "from HUB_SECRET_KEY")
    path = settings.data_path / KEY_FILE
    try:
        mode = path.stat().st_mode & 0o777
    except OSError as error:
        return Check(
            "secret key", False, f"{path}: {error.strerror}", f"put {KEY_FILE} back, or partners' tokens are lost"
        )
    if mode & 0o077:
        return Check("secret key", False, f"others may read {path} (mode {mode:04o})", f"chmod 600 {path}")
    return Check("secret key", True, f"{path}, mode {mode:04o}")


async def check_public_url(session: ClientSession, settings: Settings) -> Check:
    """Our own versions endpoint, from outside as far as this machine is outside: 401 without a token is right."""
    url = f"{settings.ocpi_url}/versions"
    try:
        timeout = ClientTimeout(total=_URL_TIMEOUT_S)
        async with session.get(url, timeout=timeout, allow_redirects=False) as answer:
            status = answer.status
    except TimeoutError:
        return Check(
            "public url",
            False,
            f"{url} did not answer within {_URL_TIMEOUT_S:g} s",
            "open the port, or check the proxy",
        )
    except ClientConnectorDNSError:
        return Check(
            "public url", False, f"{url}: the name has no address", "add a DNS record, or correct HUB_PUBLIC_URL"
        )
    except ClientConnectorCertificateError:
        return Check(
            "public url", False, f"{url}: its certificate is not trusted", "renew the certificate at the proxy"
        )
    except (ClientError, ValueError) as error:
        return Check(
            "public url", False, f"{url}: {type(error).__name__}", "correct HUB_PUBLIC_URL, or start the proxy"
        )
    if status == 401:
        return Check("public url", True, f"{url} answers 401 without a token")
    return Check(
        "public url",
        False,
        f"{url} answers {status} instead of 401",
        "correct HUB_PUBLIC_URL: the proxy must keep /ocpi",
    )


def database_words(facts: DatabaseFacts) -> Json:
    """The facts that `status` shows."""
    return {"version": facts.version, "replica_set": facts.replica_set, "latency_ms": round(facts.latency_ms, 1)}


async def _examine_database(store: Store) -> list[Check]:
    try:
        facts = await store.facts.look()
    except StoreUnavailable as error:
        return [Check("mongodb", False, str(error), "start the database, or correct HUB_MONGODB_URL")]
    offset_s = (now_utc() - facts.database_time).total_seconds()
    return [*check_database(facts), check_clock(offset_s)]


def _mend_database(found: tuple[int, ...]) -> str:
    if found < OLDEST_MONGODB:
        return f"upgrade MongoDB to {'.'.join(map(str, OLDEST_MONGODB))} or newer"
    return "move the database closer, or give it more memory"
