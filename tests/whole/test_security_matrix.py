"""Who may call what: every route that the hub serves against every kind of caller, made from the tables of routes.

`MAY` and `DOORS` say it for each route: one that is not there fails, so nobody adds a route without saying who may use it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from hub.admin import bearer
from hub.admin.app import ROUTES
from hub.apps import bearer as apps
from hub.clock import now_utc
from hub.simulate.messages import Answer
from hub.wire.credentials_token import write_authorization
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined
from tests.whole.rows import CALLBACKS, ROWS, Row

MAY = {
    "locations SENDER GET ": "EMSP",
    "locations SENDER GET location_id": "EMSP",
    "locations SENDER GET location_id/evse_uid": "EMSP",
    "locations SENDER GET location_id/evse_uid/connector_id": "EMSP",
    "locations RECEIVER GET country_code/party_id/location_id": "CPO",
    "locations RECEIVER GET country_code/party_id/location_id/evse_uid": "CPO",
    "locations RECEIVER GET country_code/party_id/location_id/evse_uid/connector_id": "CPO",
    "locations RECEIVER PUT country_code/party_id/location_id": "CPO",
    "locations RECEIVER PATCH country_code/party_id/location_id": "CPO",
    "locations RECEIVER PUT country_code/party_id/location_id/evse_uid": "CPO",
    "locations RECEIVER PATCH country_code/party_id/location_id/evse_uid": "CPO",
    "locations RECEIVER PUT country_code/party_id/location_id/evse_uid/connector_id": "CPO",
    "locations RECEIVER PATCH country_code/party_id/location_id/evse_uid/connector_id": "CPO",
    "sessions SENDER GET ": "EMSP",
    "sessions SENDER PUT session_id/=charging_preferences": "EMSP",
    "sessions RECEIVER GET country_code/party_id/session_id": "CPO",
    "sessions RECEIVER PUT country_code/party_id/session_id": "CPO",
    "sessions RECEIVER PATCH country_code/party_id/session_id": "CPO",
    "cdrs SENDER GET ": "EMSP",
    "cdrs RECEIVER POST ": "CPO",
    "tariffs SENDER GET ": "EMSP",
    "tariffs RECEIVER GET country_code/party_id/tariff_id": "CPO",
    "tariffs RECEIVER PUT country_code/party_id/tariff_id": "CPO",
    "tariffs RECEIVER DELETE country_code/party_id/tariff_id": "CPO",
    "tokens SENDER GET ": "CPO",
    "tokens SENDER POST token_uid/=authorize": "CPO",
    "tokens RECEIVER GET country_code/party_id/token_uid": "EMSP",
    "tokens RECEIVER PUT country_code/party_id/token_uid": "EMSP",
    "tokens RECEIVER PATCH country_code/party_id/token_uid": "EMSP",
    "commands RECEIVER POST =CANCEL_RESERVATION": "EMSP",
    "commands RECEIVER POST =RESERVE_NOW": "EMSP",
    "commands RECEIVER POST =START_SESSION": "EMSP",
    "commands RECEIVER POST =STOP_SESSION": "EMSP",
    "commands RECEIVER POST =UNLOCK_CONNECTOR": "EMSP",
    "chargingprofiles RECEIVER GET session_id": "EMSP",
    "chargingprofiles RECEIVER PUT session_id": "EMSP",
    "chargingprofiles RECEIVER DELETE session_id": "EMSP",
    "chargingprofiles SENDER PUT session_id": "CPO, or an EMSP for an SCSP",
    "cdrs RECEIVER GET opaque": "who was given the address",
    "commands SENDER POST command/opaque": "who was given the address",
    "chargingprofiles SENDER POST opaque": "who was given the address",
}
"""Which side of OCPI may use each row of the modules' tables."""

DOORS = {
    "* /ocpi": "credentials token",
    "* /ocpi/{rest}": "credentials token",
    "GET /health": "anybody: says no more than whether the hub can serve",
    "GET /ready": "anybody: says no more than whether the hub can serve",
    "GET /.well-known/ocpi-hub-keys.json": "anybody: public keys",
    "* /contract/{opaque}/{rest}": "who was given the address; the runner checks its own token",
    "* /apps/v1": "an app's token",
    "GET /docs": "anybody: leads to /docs/",
    "GET /docs/": "anybody: a page without data",
    "GET /docs/{name}": "anybody: a file of that page",
    "GET /docs/openapi/{name}.json": "anybody: the OpenAPI documents",
}
"""Every door of the public listener, and who may come in there."""
OPERATORS_DOORS = {
    "* /admin/v1": "admin token, or the session of one",
    "POST /session": "admin token",
    "DELETE /session": "anybody: forgets the caller's own cookie",
    "GET /": "anybody: a page without data",
    "GET /{name}": "anybody: a file of that page",
}
"""Every door of the operators' listener."""
_APPLICATIONS = ("/admin/v1", "/apps/v1")
"""Whose routes have a matrix of their own."""

CONFIGURATION = {
    "/versions": ("GET",),
    "/2.2.1": ("GET",),
    "/2.2": ("GET",),
    "/2.2.1/credentials": ("GET", "POST", "PUT", "DELETE"),
    "/2.2/credentials": ("GET", "POST", "PUT", "DELETE"),
    "/2.2.1/hubclientinfo": ("GET",),
    "/2.2/hubclientinfo": ("GET",),
}
FOREIGN = Party.of("XX", "XXX")


@dataclass
class Cast:
    """Two of each side, so that each can be called by one of its own; one suspended, one removed, one only invited."""

    hub: RunningHub
    http: ClientSession
    cpo: Scripted
    cpb: Scripted
    emsp: Scripted
    emb: Scripted
    suspended: dict[str, Scripted] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    """Kind of caller -> Authorization header; empty for none."""

    def of(self, side: str) -> tuple[Scripted, Scripted]:
        """Both of one side."""
        return (self.cpo, self.cpb) if side == "CPO" else (self.emsp, self.emb)

    def forget(self) -> None:
        """Nothing was received by anybody."""
        for platform in (self.cpo, self.cpb, self.emsp, self.emb, *self.suspended.values()):
            platform.forget()

    @property
    def received(self) -> list[str]:
        """What reached anybody."""
        everyone = (self.cpo, self.cpb, self.emsp, self.emb, *self.suspended.values())
        return [f"{one.name}: {got.method} {got.target}" for one in everyone for got in one.got()]


@pytest.fixture(scope="module")
async def cast(hub: RunningHub) -> AsyncIterator[Cast]:
    """Everybody."""
    async with AsyncExitStack() as stack:
        names = ("NL/CPA/CPO", "NL/CPB/CPO", "DE/EMA/EMSP", "DE/EMB/EMSP")
        platforms = [await stack.enter_async_context(joined(hub, name)) for name in names]
        suspended = {
            side: await stack.enter_async_context(joined(hub, name))
            for side, name in (("CPO", "NL/SUC/CPO"), ("EMSP", "DE/SUE/EMSP"))
        }
        removed = await stack.enter_async_context(joined(hub, "DE/REM/EMSP"))
        for one in suspended.values():
            await hub.hub.partners.suspend(one.name, "for the test")
        ended = removed.registered()[1]
        await hub.hub.partners.remove(removed.name)
        http = await stack.enter_async_context(ClientSession())
        cpo, cpb, emsp, emb = platforms
        cast = Cast(hub, http, cpo, cpb, emsp, emb, suspended)
        cast.strangers = await _strangers(hub, cast, ended)
        yield cast


async def _strangers(hub: RunningHub, cast: Cast, ended: str) -> dict[str, str]:
    token = cast.cpo.registered()[1]
    now, life, secrets = now_utc(), timedelta(hours=1), hub.hub.secrets
    admin = bearer.mint(secrets.admin_key, subject="jan@ops", now=now, life=life)
    app = apps.mint(secrets.app_key, app_id="app", now=now, expires_at=now + life)
    return {
        "nobody": "",
        "empty": "Token ",
        "unknown": write_authorization("a-token-that-nobody-issued"),
        "invited (token A)": write_authorization(await hub.invite("Invited", PartyRole.parse("DE/INV/EMSP"))),
        "removed": write_authorization(ended),
        "Basic": f"Basic {write_authorization(token).partition(' ')[2]}",
        "Bearer": f"Bearer {token}",
        "65 characters": write_authorization("x" * 65),
        "no ASCII": "Token ☃",
        "garbled": write_authorization(token)[:-6],
        "an operator": f"Bearer {admin}",
        "an operator as a platform": write_authorization(admin),
        "an app": f"Bearer {app}",
        "an app as a platform": write_authorization(app),
    }


def _accepted(answer: Answer) -> bool:
    return answer.status == 200 and answer.status_code == 1000


def test_every_row_says_who_may_call_it() -> None:
    """SEC-01, SEC-12: the table above holds each row of the modules' tables, and no other: a new row needs a line here."""
    assert {str(row) for row in (*ROWS, *CALLBACKS)} == set(MAY)


def test_every_door_is_here(hub: RunningHub) -> None:
    """SEC-12, SEC-18: whatever both listeners answer under is listed above with who may come in."""
    assert _doors(hub.hub._web) == set(DOORS)
    assert _doors(hub.hub._admin) == set(OPERATORS_DOORS)


def _doors(app: web.Application) -> set[str]:
    found = set()
    for resource in app.router.resources():
        path = resource.canonical
        methods = {route.method for route in resource if route.method != "HEAD"}
        found |= {f"{method} {path}" for method in ({"*"} if path in _APPLICATIONS else methods)}
    return found


@pytest.mark.parametrize("row", [*ROWS, *CALLBACKS], ids=str)
async def test_strangers_come_in_nowhere(cast: Cast, row: Row) -> None:
    """SEC-01, SEC-03, SEC-12: 401 in an envelope for each kind of stranger at each row, and nothing reaches anybody."""
    cast.forget()
    caller, receiver = cast.cpo, cast.emsp
    url = cast.hub.url(row.module.identifier, row.endpoint.interface, row.path(caller) + row.query(caller))
    body = b"{}" if row in CALLBACKS else row.body(caller)
    said = {}
    for kind, header in cast.strangers.items():
        headers = {"OCPI-from-country-code": "NL", "OCPI-from-party-id": "CPA"}
        headers |= {"OCPI-to-country-code": receiver.party.country_code, "OCPI-to-party-id": receiver.party.party_id}
        headers |= {"Authorization": header} if header else {}
        async with cast.http.request(row.endpoint.method, url, data=body, headers=headers) as answer:
            said[kind] = (answer.status, (await answer.json())["status_code"])

    assert said == dict.fromkeys(cast.strangers, (401, 2000))
    assert cast.received == []


async def _refusals(cast: Cast, row: Row, side: str) -> dict[str, Answer]:
    """The row called by each platform that may not, at each party that it could mean."""
    (caller, own_kind), (receiver, other) = cast.of(side), cast.of("EMSP" if side == "CPO" else "CPO")
    method, module, interface = row.endpoint.method, row.module.identifier, row.endpoint.interface

    async def ask(by: Scripted, owner: Scripted, to: Party | None, from_: Party | None = None) -> Answer:
        path = row.path(owner) + row.query(by)
        return await by.ask(method, module, interface, path, row.body(by), to=to, from_=from_)

    said = (
        {}
        if "EMSP for" in MAY[str(row)]
        else {
            "of the other side, to the receiver": await ask(other, other, receiver.party),
            "of the other side, to one of the caller's side": await ask(other, other, caller.party),
        }
    )
    return said | {
        "suspended": await ask(cast.suspended[side], cast.suspended[side], receiver.party),
        "in the name of another of its side": await ask(own_kind, caller, receiver.party, caller.party),
        "in the name of the receiver": await ask(caller, caller, receiver.party, receiver.party),
        "in the name of the hub": await ask(caller, caller, receiver.party, words.HUB),
        "in the name of nobody here": await ask(caller, caller, receiver.party, FOREIGN),
    }


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_platforms_come_in_only_as_who_they_are(cast: Cast, row: Row) -> None:
    """SEC-01, SEC-08, SEC-12: suspended, of the other side, or in somebody else's name: refused, and nobody hears of it."""
    side = MAY[str(row)].partition(",")[0]
    (caller, _), (receiver, _) = cast.of(side), cast.of("EMSP" if side == "CPO" else "CPO")
    cast.forget()

    refused = await _refusals(cast, row, side)
    reached = cast.received
    cast.forget()
    taken = await caller.ask(
        row.endpoint.method,
        row.module.identifier,
        row.endpoint.interface,
        row.path(caller) + row.query(caller),
        row.body(caller),
        to=receiver.party,
    )

    assert {name: answer.json for name, answer in refused.items() if _accepted(answer)} == {}
    assert reached == []
    assert _accepted(taken)
    assert len(receiver.got()) == 1


OWNED = [row for row in ROWS if "country_code" in row.endpoint.path and row.endpoint.method != "GET"]


@pytest.mark.parametrize("to", ["receiver", "hub"])
@pytest.mark.parametrize("row", OWNED, ids=str)
async def test_nobody_writes_what_is_another_tenants(cast: Cast, row: Row, to: str) -> None:
    """SEC-01: A's good token on B's path, forwarded or broadcast: 2001 or 404, no write, nobody is told."""
    side = MAY[str(row)]
    (thief, owner), (receiver, _) = cast.of(side), cast.of("EMSP" if side == "CPO" else "CPO")
    target = receiver.party if to == "receiver" else words.HUB
    await _put_own(owner, row)
    before = await _kept(cast)
    cast.forget()

    answer = await thief.ask(
        row.endpoint.method, row.module.identifier, R, row.path(owner) + row.query(owner), row.body(thief), to=target
    )

    assert (answer.status, answer.status_code) in {(200, 2001), (404, 2000), (200, 2000)}
    assert cast.received == []
    assert await _kept(cast) == before


async def _put_own(owner: Scripted, row: Row) -> None:
    """The owner has such an object at the hub, where the hub keeps this kind."""
    if row.module.stored is None:
        return
    named = {"country_code": owner.party.country_code, "party_id": owner.party.party_id}
    bodies = {"locations": words.location, "tariffs": words.tariff, "tokens": words.token}
    body = bodies[row.module.identifier](**named)
    at = f"/{owner.party.country_code}/{owner.party.party_id}/{body.get('id') or body['uid']}"
    await owner.ask("PUT", row.module.identifier, R, at, body, to=words.HUB)


async def _kept(cast: Cast) -> list[Any]:
    """What the hub keeps, as an eMSP and an operator see it."""
    return [
        sorted(map(str, (await reader.ask("GET", module, S, to=words.HUB)).data or []))
        for reader, module in ((cast.emsp, "locations"), (cast.emsp, "tariffs"), (cast.cpo, "tokens"))
    ]


@pytest.mark.parametrize(("path", "methods"), CONFIGURATION.items(), ids=list(CONFIGURATION))
async def test_configuration_modules(cast: Cast, path: str, methods: tuple[str, ...]) -> None:
    """SEC-03, SEC-12: strangers are 401 for every method; token A opens versions, details and credentials, and no more."""
    for method in (*methods, "PATCH"):
        for kind, header in cast.strangers.items():
            headers = {"Authorization": header} if header else {}
            async with cast.http.request(method, cast.hub.settings.ocpi_url + path, headers=headers) as answer:
                status = answer.status
            if kind != "invited (token A)":
                assert (kind, status) == (kind, 401)
            elif "hubclientinfo" in path:
                assert status == 401
            elif method == "GET":
                assert status == 200


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
async def test_the_operators_door(cast: Cast, row: Any) -> None:
    """SEC-06, SEC-12: no partner, no app and no forged token opens any route of the admin API."""
    url = f"{cast.hub.hub.admin_url}/admin/v1{row.path.replace('{', '').replace('}', '')}"
    partner = {
        f"{scheme} {written}"
        for scheme in ("Token", "Bearer")
        for written in (cast.cpo.registered()[1], write_authorization(cast.cpo.registered()[1]).partition(" ")[2])
    }
    strangers = {header for kind, header in cast.strangers.items() if kind != "an operator"}
    said = set()
    for header in (*strangers, *partner):
        headers = {"Authorization": header} if header else {}
        async with cast.http.request(row.method, url, headers=headers) as answer:
            said.add((answer.status, (await answer.json())["error"]["code"]))

    assert said == {(401, "unauthenticated")}


@pytest.mark.parametrize("interface", Interface)
async def test_hubclientinfo_is_the_hubs_alone(cast: Cast, interface: Interface) -> None:
    """SEC-08, SEC-12: nobody pushes a connection status to the hub, or reads one by its path."""
    for method in ("GET", "PUT", "DELETE"):
        url = cast.hub.url("hubclientinfo", interface, "/NL/CPA")
        answer = await cast.cpo.call(method, url, words.client_info(), from_=words.CPO, to=words.EMSP)
        assert answer.status == 404
