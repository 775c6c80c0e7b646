"""The server key over the admin API: changed while the hub runs, retired when nobody needs it any more."""

from aiohttp import ClientSession
from pydantic import SecretStr

from hub.config import Settings
from hub.secrets import Secrets
from hub.verdicts import check, sign, write
from tests.operating import Operator
from tests.running import RunningHub, running_hub
from tests.whole.platforms import S, Scripted, until


async def _published(operator: Operator) -> dict[str, object]:
    async with operator.http.get(f"{operator.settings.public_url}/.well-known/ocpi-hub-keys.json") as answer:
        found: dict[str, object] = await answer.json()
        return found


async def test_the_whole_life_of_a_key(running: RunningHub, operator: Operator) -> None:
    """Rotate, refuse to retire what is needed, retire it: partners, operators and old signatures go on."""
    before = running.hub.secrets.kid
    old_token = operator.token
    verdict = write(sign({"format": 1, "module": "cdrs"}, running.hub.secrets))
    async with Scripted("NL/CPA/CPO") as cpo:
        await running.join(cpo)
        rotated = (await operator.ask("POST", "/keys/rotate")).json
        needed = await operator.ask("POST", "/keys/retire", {"kid": before})
        old_admin = await operator.ask("GET", "/keys", authorization=f"Bearer {old_token}")
        assert (await cpo.call("GET", running.versions_url)).status_code == 1000

        async def moved() -> bool:
            return before not in running.hub.rekeying.dependents()

        await until(moved)
        retired = await operator.ask("POST", "/keys/retire", {"kid": before})
        statuses = [(await cpo.call("GET", running.versions_url)).status]
        statuses.append((await cpo.ask("GET", "hubclientinfo", S, to=None)).status)

    assert [key["kid"] for key in rotated["keys"]][1:] == [before]
    assert (rotated["resealed"], rotated["from"]) == (1, "file")
    assert rotated["keys"][1] == {"kid": before, "in_use": False, "issued_tokens": 1, "partners_tokens": 0}
    assert (needed.status, needed.error) == (409, "key_needed")
    assert old_admin.status == 200
    assert (retired.status, [key["kid"] for key in retired.json["keys"]]) == (200, [rotated["keys"][0]["kid"]])
    assert statuses == [200, 200]
    assert (await operator.ask("GET", "/keys", authorization=f"Bearer {old_token}")).status == 401
    assert check(verdict, await _published(operator))["module"] == "cdrs"


async def test_a_key_that_is_none_or_in_use(running: RunningHub, operator: Operator) -> None:
    """Is not retired, and says why."""
    unknown = await operator.ask("POST", "/keys/retire", {"kid": "00000000"})
    in_use = await operator.ask("POST", "/keys/retire", {"kid": running.hub.secrets.kid, "force": True})

    assert [(one.status, one.error) for one in (unknown, in_use)] == [(404, "unknown_key"), (409, "key_in_use")]


async def test_force_costs_the_partners_that_depend_on_it(running: RunningHub, operator: Operator) -> None:
    """A leaked key is taken out at once: its tokens open nothing from then on."""
    async with Scripted("NL/CPA/CPO") as cpo:
        await running.join(cpo)
        before = running.hub.secrets.kid
        await operator.ask("POST", "/keys/rotate")
        await operator.ask("POST", "/keys/retire", {"kid": before, "force": True})

        assert (await cpo.call("GET", running.versions_url)).status == 401


async def test_keys_of_the_environment(settings: Settings, mongodb_url: str) -> None:
    """With two of them `rotate` seals anew; with one it says what to do."""
    older, newer = "an older server key of forty characters.", "a newer server key of forty characters.."
    database = "hub_keys_of_the_environment"
    async with ClientSession() as http, Scripted("NL/CPA/CPO") as cpo:
        async with running_hub(
            settings, mongodb_url, mongodb_database=database, secret_key=SecretStr(older), keep_database=True
        ) as first:
            await first.join(cpo)
            alone = await Operator(first.settings, http).ask("POST", "/keys/rotate")
        both = settings.model_copy(update={"secret_key": SecretStr(newer), "secret_keys_other": SecretStr(older)})
        async with running_hub(both, mongodb_url, mongodb_database=database, keep_database=True) as second:
            operator = Operator(second.settings, http)
            cpo_answer = await cpo.call("GET", second.versions_url)
            rotated = await operator.ask("POST", "/keys/rotate")

            async def moved() -> bool:
                return set(second.hub.rekeying.dependents()) == {Secrets(newer.encode()).kid}

            await until(moved)
            retired = await operator.ask("POST", "/keys/retire", {"kid": Secrets(older.encode()).kid})
        only = settings.model_copy(update={"secret_key": SecretStr(newer)})
        async with running_hub(only, mongodb_url, mongodb_database=database) as third:
            last = await cpo.call("GET", third.versions_url)

    assert (alone.status, alone.error) == (409, "key_in_environment")
    assert (cpo_answer.status, rotated.status, rotated.json["resealed"], last.status) == (200, 200, 1, 200)
    assert (retired.status, retired.error) == (409, "key_unusable")
