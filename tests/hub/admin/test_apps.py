"""Apps over the admin API: made once with a token that works, listed without it, revoked for good."""

from tests.operating import Operator
from tests.running import RunningHub

MADE = {"name": "MapApp", "emsp": "DE/EMA"}


async def test_an_app_from_birth_to_end(running: RunningHub, operator: Operator) -> None:
    """Its token opens the apps' API until it is revoked; nothing shows the token a second time; its name is free then."""
    await running.hub.apps.office.feed.ready.wait()
    made = await operator.ask("POST", "/apps", MADE)
    url = f"{running.settings.public_url}/apps/v1/locations?near=1,1"
    headers = {"Authorization": f"Bearer {made.json['token']}"}
    async with operator.http.get(url, headers=headers) as answer:
        opened = answer.status
    listed = await operator.ask("GET", "/apps")
    revoked = await operator.ask("DELETE", f"/apps/{made.json['app_id']}")
    async with operator.http.get(url, headers=headers) as answer:
        shut = answer.status
    again = await operator.ask("POST", "/apps", MADE)

    assert (made.status, made.json["emsp"], made.json["state"]) == (201, "DE*EMA", "live")
    assert made.json["created_by"] == "jan@ops"
    assert made.json["warnings"] == ["DE*EMA is not a party at this hub yet: until it is, its apps see nothing"]
    assert (opened, shut) == (200, 401)
    assert [one["name"] for one in listed.json] == ["MapApp"]
    assert made.json["token"] not in str(listed.json)
    assert (revoked.status, revoked.json["state"]) == (200, "revoked")
    assert again.status == 201


async def test_what_cannot_be_made(operator: Operator) -> None:
    """A name that is taken is 409; a wrong party, name or life is 400; what is not there cannot be revoked: 404."""
    assert (await operator.ask("POST", "/apps", MADE)).status == 201
    assert (await operator.ask("POST", "/apps", MADE | {"name": "mapapp"})).status == 409
    for wrong in ({"emsp": "EMA"}, {"name": ""}, {"name": "a\nb"}, {"life_s": 0}, {"life_s": 10**9}, {"more": 1}):
        assert (await operator.ask("POST", "/apps", MADE | {"name": "x"} | wrong)).status == 400, wrong
    missing = await operator.ask("DELETE", "/apps/nobody")
    assert (missing.status, missing.error) == (404, "unknown_app")
    assert (await operator.ask("DELETE", "/apps/MAPAPP")).status == 200
    assert (await operator.ask("DELETE", "/apps/MapApp")).status == 404
