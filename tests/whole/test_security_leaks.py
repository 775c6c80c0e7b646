"""After a whole story no credentials token is found where it does not belong: in answers, log lines, or the database."""

import io
import logging
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hub.config import Settings
from hub.log import Lines, configure
from hub.simulate.handshake import credentials_object
from hub.simulate.messages import Answer, Received, Reply, refused, write_json
from hub.store.driver import close_client, open_client
from hub.store.traces import ROW
from hub.wire.credentials_token import write_authorization
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import R, S, Scripted, until


class Witness(Scripted):
    """Remembers every token that it ever gave or got, and every answer that should show none."""

    def __init__(self, *roles: str) -> None:
        super().__init__(*roles)
        self.tokens: set[str] = set()
        self.answers: list[Answer] = []

    async def call(self, method: str, url: str, *rest: Any, **named: Any) -> Answer:
        """As always; credentials may show tokens, for that is what they are for."""
        answer = await super().call(method, url, *rest, **named)
        self.tokens |= {token for token in (self.issued_token, self.outgoing_token, named.get("token")) if token}
        if not url.endswith("/credentials"):
            self.answers.append(answer)
        return answer


@pytest.fixture
def log() -> Iterator[tuple[io.BytesIO, Lines]]:
    """What a hub writes, at its most talkative."""
    stream = io.BytesIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    lines = configure("debug", stream)
    logging.getLogger().setLevel(logging.INFO)
    yield stream, lines
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def _echo(received: Received) -> Reply:
    """An error page that shows the request's headers, as frameworks in debug mode do."""
    seen = dict(received.headers)
    return Reply(status=500, body=write_json({"headers": seen, "status_code": 3000, "status_message": str(seen)}))


def _chatty(received: Received) -> Reply:
    return refused(2001, f"no idea who {received.headers['Authorization']} is")


async def _story(hub: RunningHub, cpo: Witness, emsp: Witness) -> None:
    for platform in (cpo, emsp):
        token_a = await hub.invite(platform.name, *platform.roles)
        platform.tokens.add(token_a)
        await _failed_registration(hub, platform, token_a)
        await platform.register(hub.versions_url, token_a)
        await platform.rotate()
        await platform.ask("GET", "hubclientinfo", S, to=None)
    await hub.hub.partners.rotate(cpo.name)
    await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)
    await _strangers(hub, cpo)
    await _messages(cpo, emsp)
    for platform in (cpo, emsp):
        platform.tokens |= {token for token in (platform.issued_token, platform.outgoing_token) if token}
    await hub.hub.partners.suspend(cpo.name, "for the story")
    await hub.hub.partners.resume(cpo.name)
    await emsp.unregister()


async def _failed_registration(hub: RunningHub, platform: Witness, token_a: str) -> None:
    """The callback is refused in words that show the token."""
    platform.issued_token = "token-that-came-to-nothing"
    platform.answer("GET", "/ocpi/versions", _echo)
    body = credentials_object(platform.issued_token, platform.versions_url, platform.name, platform.roles)
    answer = await platform.call("POST", f"{hub.settings.ocpi_url}/2.2.1/credentials", body, token=token_a)
    platform.answers.append(answer)
    assert answer.status_code == 3001
    assert "HTTP 500" in answer.json["status_message"]
    platform.issued_token = None
    platform.forget()


async def _strangers(hub: RunningHub, cpo: Witness) -> None:
    """The right token in requests that are wrong in every other way."""
    authorization = write_authorization(cpo.registered()[1])
    for headers in (
        [("Authorization", f"{authorization}\0")],
        [("Authorization", f"{authorization}\nX-Evil: 1")],
        [("Authorization", authorization), ("Authorization", authorization)],
        [("Authorization", f"Bearer {cpo.registered()[1]}")],
        [("X-Request-ID", authorization), ("Content-Length", "1"), ("Content-Length", "2")],
    ):
        cpo.answers.append(
            await raw_http.exchange(hub.versions_url, raw_http.request("GET", "/ocpi/versions", headers))
        )


async def _messages(cpo: Witness, emsp: Witness) -> None:
    """Forwards and broadcasts that go well, and that fail with the token in the partner's answer."""
    for reply in (None, _echo, _chatty):
        if reply is not None:
            for method, module in (
                ("PUT", "sessions"),
                ("PUT", "tariffs"),
                ("PUT", "locations"),
                ("PUT", "hubclientinfo"),
            ):
                emsp.on(method, module, R, reply)
        if reply is _echo:  # what a partner says in an envelope of its own is carried as it is
            cpo.on("POST", "commands", R, reply)
        name = "plain" if reply is None else reply.__name__
        command = words.stop_session(response_url=f"{emsp.url}/result")
        await emsp.ask("POST", "commands", R, "/STOP_SESSION", command, to=words.CPO)
        await cpo.ask("PUT", "tariffs", R, f"/NL/CPA/{name}", words.tariff(id=name), to=words.HUB)
        await emsp.wait_for(lambda received, name=name: received.segments[-1] == name)  # type: ignore[misc]
    await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", b"{", to=words.HUB)


def _spellings(token: str) -> list[bytes]:
    """How a token may be written."""
    plain = token.encode()
    return [plain, b64encode(plain).rstrip(b"="), urlsafe_b64encode(plain).rstrip(b"="), plain.hex().encode()]


async def _everything_in(hub: RunningHub) -> bytes:
    """The whole database as text."""
    client = open_client(hub.settings.mongodb_url)
    try:
        database = client[hub.settings.mongodb_database]
        names = await database.list_collection_names()
        found = {name: await database[name].find().to_list(None) for name in names}
    finally:
        await close_client(client)
    assert {"platforms", "objects", "traces"} <= {name for name, documents in found.items() if documents}
    return repr(found).encode()


async def test_no_token_is_found_anywhere(
    whole_settings: Settings, mongodb_url: str, log: tuple[io.BytesIO, Lines]
) -> None:
    """SEC-03, H1.03, H1.06, H1.42: neither raw nor encoded, though partners show it in answers, strangers in broken requests."""
    stream, lines = log
    async with (
        running_hub(whole_settings, mongodb_url, failures_before_offline=1000) as hub,
        Witness("NL/CPA/CPO") as cpo,
        Witness("DE/EMA/EMSP") as emsp,
    ):
        await _story(hub, cpo, emsp)

        async def failures_are_kept() -> bool:
            found = await _everything_in(hub)
            return b"_echo" in found and b"no idea who" in found

        await until(failures_are_kept)
        database = await _everything_in(hub)
    lines.flush()
    written = stream.getvalue()

    tokens = cpo.tokens | emsp.tokens
    answers = b"\n".join(answer.body + repr(answer.headers).encode() for one in (cpo, emsp) for answer in one.answers)
    assert len(tokens) >= 10
    assert written.count(b"\n") > 50
    for token in tokens:
        for spelling in _spellings(token):
            assert spelling not in written
            assert spelling not in database
            assert spelling not in answers


UID, CONTRACT, VISUAL, GROUP = "04DRIVER7F", "DE8EMADRIVER1", "DF-DRIVER-1", "DRIVERS-GROUP"


async def _a_drivers_day(cpo: Scripted, emsp: Scripted) -> None:
    """A token pushed, asked for, patched; a session, a command and a CDR of it; and each of these gone wrong."""
    driver = words.token(uid=UID, contract_id=CONTRACT, visual_number=VISUAL, group_id=GROUP)
    card = words.cdr_token(uid=UID, contract_id=CONTRACT)
    at, changed = f"/DE/EMA/{UID}", {"valid": False, "last_updated": "2024-03-02T08:00:00Z"}
    start = words.start_session(token=driver, response_url=f"{emsp.url}/result")
    for to_emsp, to_cpo in ((words.EMSP, words.CPO), (words.HUB, words.HUB), (None, None)):
        await emsp.ask("PUT", "tokens", R, at, driver, to=to_cpo)
        await emsp.ask("PATCH", "tokens", R, at, changed, to=to_cpo)
        await emsp.ask("GET", "tokens", R, at, to=to_cpo)
        await cpo.ask("POST", "tokens", S, f"/{UID}/authorize", words.location_references(), to=to_emsp)
        await emsp.ask("POST", "commands", R, "/START_SESSION", start, to=to_cpo)
        await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(cdr_token=card), to=to_emsp)
        await cpo.ask("POST", "cdrs", R, "", words.cdr(cdr_token=card), to=to_emsp)
    broken = driver | {"whitelist": f"ALWAYS for {UID}", "type": CONTRACT, "valid": VISUAL}
    await emsp.ask("PUT", "tokens", R, at, broken, to=words.HUB)
    await emsp.ask("PUT", "tokens", R, f"/DE/EMX/{UID}", driver, to=words.HUB)
    await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(cdr_token=card | {"type": UID}), to=words.EMSP)
    await cpo.ask("PUT", "tokens", S, f"/{UID}", driver, to=words.EMSP)


async def test_no_driver_is_found_in_what_is_logged(
    whole_settings: Settings, mongodb_url: str, log: tuple[io.BytesIO, Lines]
) -> None:
    """SEC-20: neither uid nor contract, visual number or group is in a log line, a trace, a fault or the audit log."""
    stream, lines = log
    async with (
        running_hub(whole_settings, mongodb_url) as hub,
        Scripted("NL/CPA/CPO") as cpo,
        Scripted("DE/EMA/EMSP") as emsp,
    ):
        await hub.join(cpo)
        await hub.join(emsp)
        await _a_drivers_day(cpo, emsp)
        client = open_client(hub.settings.mongodb_url)
        database = client[hub.settings.mongodb_database]

        async def traced() -> bool:
            told = [row async for one in database["traces"].find() for row in one["legs"]]
            return [row[ROW["module"]] for row in told].count("tokens") >= 14

        await until(traced)
        kept = [await database[name].find().to_list(None) for name in ("traces", "faults", "audit", "platforms")]
        await close_client(client)
    lines.flush()
    written = stream.getvalue().decode() + repr(kept)

    assert written.count("\n") > 30
    shown = [
        written[max(0, place - 300) : place + 20]
        for text in (UID, CONTRACT, VISUAL, GROUP)
        if (place := written.lower().find(text.lower())) >= 0
    ]
    assert shown == []
