"""HubClientInfo as partners pull it from the hub."""

from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
from hub.simulate.messages import Answer
from hub.simulate.paging import following
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import S, Scripted, joined, until

PAGE = 3


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub whose pages hold three objects at most."""
    async with running_hub(whole_settings, mongodb_url, page_size_max=PAGE) as running:
        yield running


async def _pull(platform: Scripted, query: str = "") -> list[Answer]:
    """Every page of the list."""
    answers = [await platform.call("GET", platform.registered()[0].endpoint("hubclientinfo", S) + query)]
    while url := following(answers[-1]):
        answers.append(await platform.call("GET", url))
        assert len(answers) < 20
    return answers


async def _statuses(platform: Scripted) -> dict[str, str]:
    infos = [info for answer in await _pull(platform) for info in answer.data]
    return {f"{info['country_code']}*{info['party_id']} {info['role']}": info["status"] for info in infos}


async def test_every_other_party_is_listed(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H5.01, H5.04, H5.05: one ClientInfo for each party and role of other platforms, with exactly its five fields."""
    async with joined(hub, "FR/TWO/CPO", "FR/TWO/EMSP"):
        statuses = await _statuses(emsp)
        (first, *_) = [info for answer in await _pull(emsp) for info in answer.data]

    assert statuses["NL*CPA CPO"] == "CONNECTED"
    assert (statuses["FR*TWO CPO"], statuses["FR*TWO EMSP"]) == ("CONNECTED", "CONNECTED")
    assert not any(written.startswith(("DE*EMA", "NL*HUB")) for written in statuses)
    assert set(first) == {"party_id", "country_code", "role", "status", "last_updated"}


async def test_the_life_of_a_party(hub: RunningHub, emsp: Scripted) -> None:
    """H5.01, H5.07, H5.08, H5.11: PLANNED, CONNECTED, OFFLINE, CONNECTED again, SUSPENDED."""
    name = "NL*LIF CPO"
    async with Scripted("NL/LIF/CPO") as platform:
        token = await hub.invite(platform.name, PartyRole.parse("NL/LIF/CPO"))
        seen = [(await _statuses(emsp))[name]]
        await platform.register(hub.versions_url, token)
        seen.append((await _statuses(emsp))[name])
        await platform.stop()
        await emsp.ask("GET", "locations", S, "/LOC1", to=platform.party)
        await _until(emsp, name, "OFFLINE")
        await platform.start()
        await _until(emsp, name, "CONNECTED")
        await hub.hub.partners.suspend("NL-LIF", "unpaid")
        seen.append((await _statuses(emsp))[name])

    assert seen == ["PLANNED", "CONNECTED", "SUSPENDED"]


async def _until(platform: Scripted, name: str, status: str) -> None:
    async def told() -> bool:
        return (await _statuses(platform)).get(name) == status

    await until(told)


async def test_page_by_page(hub: RunningHub, emsp: Scripted) -> None:
    """H5.01, H7.08, H7.09: the list is paged as any other, with its filters in the Link."""
    async with joined(hub, "BE/PGA/CPO", "BE/PGB/CPO", "BE/PGC/CPO", "BE/PGD/CPO"):
        answers = await _pull(emsp, "?date_from=2020-01-01T00:00:00Z")

    listed = [(info["party_id"], info["role"]) for answer in answers for info in answer.data]
    assert len(answers) > 1
    assert all(answer.data for answer in answers)
    assert len(listed) == len(set(listed))
    assert {"PGA", "PGB", "PGC", "PGD"} <= {party_id for party_id, _ in listed}
    assert {(one.headers["X-Total-Count"], one.headers["X-Limit"]) for one in answers} == {
        (str(len(listed)), str(PAGE))
    }
    assert all("date_from=2020-01-01T00:00:00Z" in (following(answer) or "") for answer in answers[:-1])


async def test_dates_are_those_of_the_last_change(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H5.10: last_updated changes with the object alone; date_from includes it, date_to does not."""
    async with joined(hub, "BE/DAT/CPO") as platform:
        changed = await _changed_at(emsp, "DAT")
        await platform.ask("GET", "tokens", S, to=words.EMSP)
        await emsp.ask("GET", "locations", S, "/LOC1", to=platform.party)

        assert await _changed_at(emsp, "DAT") == changed
        assert await _changed_at(emsp, "DAT", f"?date_from={changed}") == changed
        assert await _changed_at(emsp, "DAT", f"?date_to={changed}") is None


async def _changed_at(platform: Scripted, party_id: str, query: str = "") -> str | None:
    infos = [info for answer in await _pull(platform, query) for info in answer.data]
    return next((str(info["last_updated"]) for info in infos if info["party_id"] == party_id), None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_the_list_is_read_only(emsp: Scripted, method: str) -> None:
    """H5.01: only GET."""
    answer = await emsp.call(method, emsp.registered()[0].endpoint("hubclientinfo", S))

    assert (answer.status, answer.status_code, answer.headers["Allow"]) == (405, 2000, "GET")


async def test_the_hub_has_no_receiver_side(hub: RunningHub, emsp: Scripted) -> None:
    """H2.05, H5.12: nobody tells this hub about parties; it offers hubclientinfo as SENDER alone."""
    peer, _ = emsp.registered()

    pushed = await emsp.call("PUT", f"{peer.endpoint('hubclientinfo', S)}/NL/CPA", words.body(words.client_info()))

    assert pushed.status == 404
    assert [interface for module, interface in peer.endpoints if module == "hubclientinfo"] == [S]
