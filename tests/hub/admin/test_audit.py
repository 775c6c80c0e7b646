"""Every operator action is in the audit log, in one chain, without secrets; and the log says when it is not whole."""

import json
from typing import Any

import orjson
import pytest

from hub.admin.app import ROUTES
from hub.admin.auditing import READS
from hub.audit import Chain
from hub.store.driver import close_client, open_client
from hub.store.protocols import StoreUnavailable
from tests.operating import Operator
from tests.running import RunningHub

INVITE = {"name": "GreenPlug", "parties": ["NL/CPA/CPO"]}


async def _exported(operator: Operator) -> list[bytes]:
    url = f"{operator.url}/admin/v1/audit/export"
    async with operator.http.get(url, headers={"Authorization": f"Bearer {operator.token}"}) as answer:
        return (await answer.read()).splitlines()


async def test_who_did_what_to_whom_with_which_outcome(operator: Operator) -> None:
    """Newest first; a refused action is there, too; a read is not, and no token is anywhere in it."""
    invited = await operator.ask("POST", "/partners/invite", INVITE)
    await operator.ask("POST", "/partners/nobody/suspend", {"reason": "x"})
    await operator.ask("PUT", "/routes", {"from": "NL-CPA", "to": "*", "effect": "deny"})
    await operator.ask("GET", "/partners")

    listed = (await operator.ask("GET", "/audit")).json

    assert [(one["subject"], one["action"], one["target"], one["outcome"]) for one in listed] == [
        ("jan@ops", "PUT /routes", "", "200"),
        ("jan@ops", "POST /partners/{name}/suspend", "name=nobody", "404"),
        ("jan@ops", "POST /partners/invite", "", "201"),
    ]
    assert listed[2]["words"]["name"] == "GreenPlug"
    assert listed[0]["remote"] == "127.0.0.1"
    assert invited.json["token"] not in str(listed) + str(await _exported(operator))


async def test_a_secret_that_is_asked_with_is_not_kept(operator: Operator) -> None:
    """The token A that a partner gave, a driver's uid and contract."""
    await operator.ask(
        "POST",
        "/partners/register",
        {
            "name": "X",
            "parties": ["NL/CPX/CPO"],
            "versions_url": "http://127.0.0.1:1/versions",
            "token": "very-secret-token-a",
        },
    )
    await operator.ask("POST", "/subjects/erase", {"emsp": "DE-EMA", "uid": "04B7FF0AEE"})

    exported = b"\n".join(await _exported(operator))

    assert b"very-secret-token-a" not in exported
    assert b"04B7FF0AEE" not in exported
    assert b"POST /subjects/erase" in exported
    assert b"DE-EMA" in exported


@pytest.mark.parametrize(
    "row",
    [row for row in ROUTES if row.method not in READS and not row.computes],
    ids=lambda row: f"{row.method} {row.path}",
)
async def test_no_write_passes_the_log(operator: Operator, row: Any) -> None:
    """Whatever route writes, now or later: the action is in the log before its outcome is known."""
    body = dict.fromkeys(row.asks.model_json_schema().get("required", ()), "x")
    path = row.path.replace("{operator}", "NL-CPA").replace("{month}", "2026-10").replace("{", "").replace("}", "")
    asked = {
        "/partners/invite": INVITE,
        "/routes": {"from": "NL-CPA", "to": "*", "effect": "deny"},
        "/subjects/erase": {"emsp": "DE-EMA", "uid": "1"},
        "/keys/retire": {"kid": "00000000"},
        "/apps": {"name": "MapApp", "emsp": "DE/EMA"},
        "/cdrs/policies": {"party": "NL-CPA", "direction": "sent", "mode": "off"},
        "/clearing/parties": {"party": "NL-CPA", "cleared": False},
        "/clearing/cdrs/{operator}/{cdr_id}": {"state": "disputed", "reason": "because"},
        "/partners/{name}/override": {"side": "CPO", "module": "cdrs", "hours": 1, "reason": "because"},
        "/partners/register": {
            "name": "X",
            "parties": ["NL/CPX/CPO"],
            "versions_url": "http://127.0.0.1:1/v",
            "token": "t",
        },
    }.get(row.path, body)
    if row.method == "DELETE":
        path += "?from=NL-CPA&to=*" if "from" in row.asks.model_json_schema().get("required", ()) else ""
        asked = None
    said = await operator.ask(row.method, path, asked)

    (first, *_) = (await operator.ask("GET", "/audit")).json

    assert said.status != 400, said.json
    assert (first["action"], first["outcome"]) == (f"{row.method} {row.path}", str(said.status))


async def test_what_only_computes_is_not_written_down(operator: Operator) -> None:
    """A CDR that somebody has checked names a driver: neither it nor the question is in the log."""
    said = await operator.ask("POST", "/cdrs/check", {"cdr": '{"id": "1", "cdr_token": {"uid": "04B7FF0AEE"}}'})

    assert said.status in {200, 400}
    assert (await operator.ask("GET", "/audit")).json == []


async def test_nothing_is_done_that_cannot_be_written_down(running: RunningHub, operator: Operator) -> None:
    """Without the log the action is refused with 503, and did not happen."""

    class Away:
        async def append(self, *_: object) -> None:
            raise StoreUnavailable("the database did not answer")

    services: Any = running.hub.store
    real = services.audit
    object.__setattr__(services, "audit", Away())
    refused = await operator.ask("POST", "/partners/invite", INVITE)
    object.__setattr__(services, "audit", real)

    assert refused.status == 503
    assert (await operator.ask("GET", "/partners")).json == []


async def test_the_export_can_be_checked_with_the_published_keys(operator: Operator) -> None:
    """By anybody, without the hub."""
    for number in range(3):
        await operator.ask("POST", "/partners/invite", {"name": f"P{number}", "parties": [f"NL/CP{number}/CPO"]})
    async with operator.http.get(f"{operator.settings.public_url}/.well-known/ocpi-hub-keys.json") as answer:
        keys = await answer.json()

    chain = Chain(keys)
    for line in await _exported(operator):
        chain.follow(line)

    said = (await operator.ask("GET", "/audit/verify")).json
    assert said == {"ok": True, "entries": 6, "head": str(chain.head), "broken_at": None, "why": ""}


async def test_a_changed_log_is_named(running: RunningHub, operator: Operator, mongodb_url: str) -> None:
    """Whoever changes an entry in the database, or cuts the log, is found at that entry."""
    await operator.ask("POST", "/partners/invite", INVITE)
    await operator.ask("POST", "/partners/nobody/suspend", {})
    head = (await operator.ask("GET", "/audit/verify")).json["head"]
    client = open_client(mongodb_url)
    audit = client[running.settings.mongodb_database]["audit"]

    assert (await operator.ask("GET", f"/audit/verify?head={head}")).json["ok"] is True
    await audit.delete_one({"_id": 4})
    cut = (await operator.ask("GET", "/audit/verify")).json
    await audit.update_one({"_id": 1}, {"$set": {"act.subject": "eve@ops"}})
    changed = (await operator.ask("GET", "/audit/verify")).json
    await close_client(client)

    assert (cut["ok"], cut["broken_at"]) == (False, 4)
    assert (changed["ok"], changed["broken_at"], changed["why"]) == (False, 1, "it was changed")


async def test_entries_are_plain_json(operator: Operator) -> None:
    """Each line of an export is one object with sorted names: any tool can read it."""
    await operator.ask("POST", "/partners/invite", INVITE)

    for line in await _exported(operator):
        assert line == orjson.dumps(json.loads(line), option=orjson.OPT_SORT_KEYS)
