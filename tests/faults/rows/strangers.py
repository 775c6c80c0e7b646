"""SEC-F3: a partner that sends the hub on errands: to addresses that it may not call, with tokens that it may not show."""

import random
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import quote

import orjson

from hub.clock import new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID, RoutingHeaders
from hub.wire.party import Party
from tests import words
from tests.faults.canary import Canary, database_dump, leaks
from tests.faults.keys import authorization
from tests.faults.owner import OWNER, location
from tests.faults.partner import FastPartner, Manner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world
from tests.whole.test_security_urls import HOSTILE, REBOUND

_ENDPOINT = "/ocpi/2.2.1"
_SPOOFED = ("NL*CPO", "NL*HUB", "DE*001", "XX*XXX")


async def sec_f3(stage: Stage) -> Row:
    """Seven ways to name an address, redirects, foreign senders; then the search for tokens."""
    async with world(stage, receivers=2) as played, Canary() as canary:
        hostile = _Hostile(played, canary, stage.seed)
        memory_mib = played.hub.memory_mib()
        await hostile.redirect()
        await hostile.pretend()
        grown_mib = played.hub.memory_mib() - memory_mib
        await played.hub.stop()
        played.hub.change(HUB_ALLOW_PRIVATE_URLS="false")  # partners on this machine are forbidden addresses now, too
        token_a = await hostile.invitation()
        taken = sum(one.taken for one in played.receivers)
        memory_mib = played.hub.memory_mib()
        for number in range(stage.size(70, 1_000)):
            await hostile.name(token_a, number)
        grown_mib += played.hub.memory_mib() - memory_mib
        called = sum(one.taken for one in played.receivers) - taken
        tokens = {token_a, *(token for one in hostile.everyone for token in (one.token, one.keys.newest))}
        places = [*hostile.answers, canary.heard, played.hub.log().encode()]
        places.append(await database_dump(played.mongodb_url, played.database))
        found = leaks(tokens, places)
        seen = leaks(tokens, [b"Authorization: Token " + authorization(token_a)["Authorization"].encode()])
    return Row(
        "SEC-F3",
        f"{hostile.attempts:,} attempts of a registered partner: {_told(hostile.kinds)}. The canary listens on every address of "
        "this machine; tokens are sought, plain and in base64, in every answer, in all that the canary heard, in the log and in "
        "every document of the database.",
        [
            Figure("attempts", hostile.attempts, least=300),
            Figure("connections to the canary", canary.connections, most=0),
            Figure("requests to partners whose addresses are forbidden", called, most=0),
            Figure("errands that were answered with 1000", hostile.taken, most=0),
            Figure("places where a token stands", found, most=0),
            Figure("places that were searched", len(places), least=300),
            Figure("tokens found where one was put for a test of the search", seen, least=1),
            Figure("growth of the hub's memory", grown_mib, "MiB", most=64),
        ],
    )


class _Hostile:
    """The first receiver; it knows the hub, its token, and how addresses are disguised."""

    def __init__(self, played: World, canary: Canary, seed: int) -> None:
        self.everyone: list[FastPartner] = [played.owner.partner, *played.receivers]
        self.kinds: Counter[str] = Counter()
        self.answers: list[bytes] = []
        self.taken = 0
        self._played = played
        self._me = played.receivers[0]
        self._canary = canary
        self._addresses = _addresses(random.Random(seed), canary.port)

    @property
    def attempts(self) -> int:
        """Of every kind."""
        return sum(self.kinds.values())

    async def invitation(self) -> str:
        """Start the hub, and have it invite one more; returns token A."""
        hub = self._played.hub
        hub.start()
        await hub.ready()
        said = await hub.admin("POST", "/partners/invite", {"name": "New", "parties": ["DE/NEW/EMSP"]})
        return str(orjson.loads(said.body)["token"])

    async def redirect(self) -> None:
        """Answer what the hub forwards, and what it delivers, with a redirect to the canary."""
        owner = self._played.owner.partner
        for status in (301, 302, 303, 307, 308):
            self._me.redirect = f"{status} Elsewhere", f"http://127.0.0.1:{self._canary.port}/locations"
            await self._me.behave(Manner.REDIRECTS)
            for method, path, body in (
                ("PUT", "/receiver/locations/NL/CPO/R", location("R", 1)),
                ("POST", "/sender/tokens/012345678/authorize", b""),
            ):
                await self._ask("redirects", method, path, owner.headers(self._me.party), body)
            await self._played.owner.push(f"REDIRECT{status}")
        await self._me.behave(Manner.GOOD)

    async def pretend(self) -> None:
        """Send in the name of others."""
        for sender in _SPOOFED:
            token = words.token(country_code=sender[:2], party_id=sender[3:])
            path = f"/receiver/tokens/{sender[:2]}/{sender[3:]}/012345678"
            routing = RoutingHeaders(to=OWNER, sender=Party.parse(sender)).write()
            headers = authorization(self._me.token) | routing
            await self._ask("foreign senders", "PUT", path, headers, words.body(token))

    async def name(self, token_a: str, number: int) -> None:
        """One address in every place where a partner may give one."""
        url = next(self._addresses)
        identity = {"party_id": "NEW", "country_code": "DE", "role": "EMSP", "business_details": {"name": "New"}}
        credentials: dict[str, Any] = {"token": f"token-{number}", "url": url, "roles": [identity]}
        await self._ask("credentials.url", "POST", "/credentials", authorization(token_a), orjson.dumps(credentials))
        own = authorization(self._me.token)
        await self._ask("credentials.url, renewed", "PUT", "/credentials", own, orjson.dumps(credentials))
        routed = self._me.headers(OWNER)
        stop = orjson.dumps({"response_url": url, "session_id": "S1"})
        await self._ask("response_url of a command", "POST", "/receiver/commands/STOP_SESSION", routed, stop)
        query = f"?duration=900&response_url={quote(url, safe='')}"
        await self._ask("response_url of a profile", "GET", f"/receiver/chargingprofiles/S1{query}", routed)
        owner = self._played.owner.partner
        path = f"/receiver/locations/NL/CPO/F{number}"
        await self._ask("forwards", "PUT", path, owner.headers(self._me.party), location(f"F{number}", 1))

    async def _ask(self, kind: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> None:
        self.kinds[kind] += 1
        ids = {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        said = await self._played.hub.wire.ask(method, f"{_ENDPOINT}{path}", headers | ids, body, timeout_s=40)
        self.answers.append(said.body)
        self.taken += said.ocpi_status == 1000


def _addresses(chance: random.Random, port: int) -> Iterator[str]:
    """Every known disguise, then loopback addresses at random in every spelling."""
    yield from (url.format(port=port) for url in HOSTILE if REBOUND not in url)
    while True:
        ip = IPv4Address(0x7F000000 + chance.randrange(1, 2**24))
        parts = str(ip).split(".")
        host = chance.choice(
            [
                str(ip),
                str(int(ip)),
                hex(int(ip)),
                oct(int(ip)).replace("0o", "0"),
                ".".join(hex(int(part)) for part in parts),
                f"{parts[0]}.{int(ip) & 0xFFFFFF}",
                f"[::ffff:{ip}]",
                f"[64:ff9b::{ip}]",
                f"{ip}.",
            ]
        )
        yield f"{chance.choice(('http', 'https'))}://{host}:{port}/versions"


def _told(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items())
