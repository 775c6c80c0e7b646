"""The door of the admin API: who comes in, in which shape it refuses, and what it writes down."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from multidict import CIMultiDict
from structlog.testing import capture_logs

from hub.admin import bearer
from hub.admin.app import BODY_LIMIT_BYTES, ROUTES
from hub.admin.table import AdminRoute
from hub.bearer import ISSUER
from hub.clock import now_utc
from hub.secrets import Secrets
from hub.simulate.platform import Platform
from hub.wire.credentials_token import write_authorization
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub

CPO = PartyRole(party=words.CPO, role=Role.CPO)


async def test_no_route_is_open(operator: Operator) -> None:
    """Every route of the table, and every path that is none, wants an admin token and says how to make one."""
    paths = [(row.method, row.path.replace("{", "").replace("}", "")) for row in ROUTES]
    for method, path in [*paths, ("GET", "/nothing")]:
        answer = await operator.ask(method, path, authorization="")

        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json["error"]["hint"] == "hubctl admin token --subject NAME"


async def test_a_partners_token_opens_nothing_here(running: RunningHub, operator: Operator) -> None:
    """A credentials token, of an invitation or established, in either encoding and under either scheme, is 401."""
    async with Platform("GreenPlug", [CPO]) as platform:
        token_a = await running.invite("Other", PartyRole(party=words.EMSP, role=Role.EMSP))
        await running.join(platform)
        established = platform.outgoing_token or ""
        for token in (token_a, established):
            for header in (write_authorization(token), write_authorization(token, encoded=False), f"Bearer {token}"):
                assert (await operator.ask("GET", "/partners", authorization=header)).status == 401


async def test_an_admin_token_opens_no_ocpi(running: RunningHub, operator: Operator) -> None:
    """The other way round: the admin token is no credentials token."""
    async with operator.http.get(running.versions_url, headers={"Authorization": f"Token {operator.token}"}) as answer:
        assert answer.status == 401


async def test_a_token_comes_as_a_bearer_token(operator: Operator) -> None:
    """A good token under another scheme, without one, or in two headers at once is 401; the scheme's case is free."""
    token = operator.token
    for header in (f"Token {token}", f"Basic {token}", token, f"Bearer{token}"):
        assert (await operator.ask("GET", "/partners", authorization=header)).status == 401
    twice = CIMultiDict([("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")])
    async with operator.http.get(f"{operator.url}/admin/v1/partners", headers=twice) as answer:
        assert answer.status == 401
    assert (await operator.ask("GET", "/partners", authorization=f"bearer {token}")).status == 200


async def test_forged_tokens_open_nothing(operator: Operator) -> None:
    """SEC-06: unsigned, for another audience, by another issuer, ended, endless: each is 401 over the wire."""
    key = Secrets.load("", operator.settings.data_path).admin_key
    now = now_utc()
    good = {"sub": "eve", "aud": bearer.AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + timedelta(hours=1)}
    endless = {name: value for name, value in good.items() if name != "exp"}
    forged = [
        jwt.encode(good, key="", algorithm="none"),
        jwt.encode(good | {"aud": "hub-apps"}, key),
        jwt.encode(good | {"iss": "x"}, key),
        jwt.encode(good | {"exp": now - timedelta(hours=1)}, key),
        jwt.encode(endless, key),
        jwt.encode(good, key + key, algorithm="HS384"),
        jwt.encode(good, b"x" * 32),
    ]
    for token in [*forged, "", "junk"]:
        answer = await operator.ask("GET", "/partners", authorization=f"Bearer {token}")
        assert (answer.status, answer.error) == (401, "unauthenticated")
        assert token not in str(answer.json) or not token
    assert (await operator.ask("GET", "/partners", authorization=f"Bearer {jwt.encode(good, key)}")).status == 200


async def test_refusals_have_one_shape(operator: Operator) -> None:
    """An unknown path, a wrong method, broken JSON, a wrong field, an unknown name: code, message and hint each time."""
    unknown = await operator.ask("GET", "/nothing")
    method = await operator.ask("PUT", "/partners")
    broken = await operator.ask("PUT", "/routes", raw=b"{")
    no_object = await operator.ask("PUT", "/routes", raw=b"[]")
    extra = await operator.ask("PATCH", "/partners/x", {"trailing_slash": True, "state": "REMOVED"})
    query = await operator.ask("GET", "/traffic?limit=0")
    partner = await operator.ask("GET", "/partners/nobody")

    said = [(one.status, one.error) for one in (unknown, method, broken, no_object, extra, query, partner)]
    assert said == [
        (404, "no_such_path"),
        (405, "method_not_allowed"),
        (400, "bad_request"),
        (400, "bad_request"),
        (400, "bad_request"),
        (400, "bad_request"),
        (404, "unknown_partner"),
    ]
    assert method.headers["Allow"] == "GET"
    assert extra.json["error"]["message"].startswith("state: ")
    assert all({"code", "message", "hint"} == set(one.json["error"]) for one in (unknown, method, partner))


async def test_a_body_has_a_limit(operator: Operator) -> None:
    """One byte over 64 KiB is 413, whether its length was announced or not."""
    body = b'{"from": "*"' + b" " * BODY_LIMIT_BYTES + b"}"

    assert (await operator.ask("PUT", "/routes", raw=body)).status == 413


async def test_answers_are_not_kept_by_anyone(operator: Operator) -> None:
    """Neither proxies nor browsers may store what operators see."""
    assert (await operator.ask("GET", "/partners")).headers["Cache-Control"] == "no-store"


async def test_every_write_leaves_a_line(operator: Operator) -> None:
    """A write is logged with who did it and how it ended, a refused one too; a read is not; no secret is in the line."""
    with capture_logs() as lines:
        invited = await operator.ask("POST", "/partners/invite", {"name": "GreenPlug", "parties": ["NL/CPA/CPO"]})
        await operator.ask("POST", "/partners/nobody/suspend", {"reason": "x"})
        await operator.ask("GET", "/partners")

    audit = [line for line in lines if line["event"] == "admin_write"]
    assert [(line["subject"], line["method"], line["path"], line["http_status"]) for line in audit] == [
        ("jan@ops", "POST", "/partners/invite", 201),
        ("jan@ops", "POST", "/partners/nobody/suspend", 404),
    ]
    assert invited.json["token"] not in str(lines)


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
def test_the_table_describes_itself(row: AdminRoute[Any]) -> None:
    """Every row has a summary that is a sentence, and says what it asks: the OpenAPI document is made of it."""
    assert row.summary.endswith(".")
    assert row.asks.model_json_schema()["type"] == "object"
    assert row.path.startswith("/")
