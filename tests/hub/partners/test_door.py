"""The door: callers by token, in memory or a moment ago in another process."""

import asyncio

import pytest

from hub.auth import Caller
from hub.limits import Rates
from hub.partners.door import Door, Doorkeeper, Limits
from hub.simulate.platform import Platform
from hub.wire.errors import Unauthorized
from tests.hub.partners.house import CPA, SECRETS, House, ask, authorization

ANY = Limits(requests=Rates(0, 1), failures=Rates(0, 1))


def _note(_: Caller) -> None:
    """Nobody wants to know."""


async def test_strangers_are_401_and_missing_is_as_wrong(house: House, cpo: Platform) -> None:
    """H1.06: 401 with an envelope, the same for no header and a token that nobody issued."""
    wrong = await ask(cpo, house.versions_url, "made-up")
    missing = await cpo.call("GET", house.versions_url)

    assert (wrong.status, wrong.status_code) == (missing.status, missing.status_code) == (401, 2000)
    assert wrong.json["status_message"] == missing.json["status_message"]


async def test_a_token_with_a_newline_and_a_raw_token_open_the_door(house: House, cpo: Platform) -> None:
    """H1.08 H1.09: what copies of the specification's examples and older software send."""
    token_a = await house.invite()

    written = [authorization(f"{token_a}\n"), f"Token {token_a}", authorization(token_a).replace("Token", "token")]
    statuses = [(await cpo.call("GET", house.versions_url, headers={"Authorization": one})).status for one in written]

    assert statuses == [200, 200, 200]


async def test_a_token_that_another_process_issued_is_known_at_once(house: House, other_house: House) -> None:
    """H1.05: this process has not heard of it yet: the store is asked, and the directory read again."""
    stale = other_house.front.roster.directory
    token_a = await house.invite()
    other_house.front.roster.directory = stale

    caller = await other_house.front.door.authenticate([authorization(token_a)])

    assert caller.platform.name == "Charge Point A"


async def test_the_first_use_of_a_new_token_is_told_once(house: House, cpo: Platform) -> None:
    """H2.28: the door notices it in memory; after that nothing is told and nothing is saved."""
    await house.join(cpo, CPA, name="Charge Point A")
    told: list[Caller] = []
    keeper = Doorkeeper(proven=told.append)
    door = Door(house.front.roster, house.store.platforms.by_token, SECRETS.hashes, keeper, limits=ANY)
    header = [authorization(cpo.outgoing_token or "")]

    await door.authenticate(header)
    await cpo.call("GET", house.versions_url)
    await house.until_proven()
    await door.authenticate(header)

    assert len(told) == 1


async def test_known_callers_cost_the_store_nothing(house: House) -> None:
    """H1.09: authentication is a lookup in memory; only a token that is not there is asked for."""
    token_a = await house.invite()
    asked: list[str] = []

    async def by_token(token_hash: str) -> None:
        asked.append(token_hash)

    door = Door(house.front.roster, by_token, SECRETS.hashes, Doorkeeper(proven=_note), limits=ANY)
    await door.authenticate([authorization(token_a)])
    assert asked == []

    results = await asyncio.gather(
        *(door.authenticate([authorization(f"made up {n}")]) for n in range(20)), return_exceptions=True
    )

    assert all(isinstance(result, Unauthorized) for result in results)
    assert len(asked) == 40
    with pytest.raises(Unauthorized):
        await door.authenticate([])


def _others(letters: str) -> str:
    """Another letter for each."""
    return "".join("A" if letter != "A" else "B" for letter in letters)


async def test_a_wrong_token_costs_the_same_however_near_it_is(house: House) -> None:
    """SEC-04: as many HMACs, as many questions to the store, each for another hash, for a token that begins or ends as a good
    one does as for one that nobody has; and the same refusal."""
    good = await house.invite()
    hashed: list[str] = []
    asked: list[str] = []

    def hashes(token: str) -> tuple[str, ...]:
        hashed.append(token)
        return tuple(SECRETS.hashes(token))

    async def by_token(token_hash: str) -> None:
        asked.append(token_hash)

    door = Door(house.front.roster, by_token, hashes, Doorkeeper(proven=_note), limits=ANY)
    half = len(good) // 2
    near = [
        good[:-1] + _others(good[-1]),
        good[:half] + _others(good[half:]),
        _others(good[0]) + good[1:],
        good[:half] + _others(good[half]) + good[half + 1 :],
    ]
    costs, said = set(), set()
    for wrong in [*near, "z" * len(good)]:
        hashed.clear()
        asked.clear()
        with pytest.raises(Unauthorized) as refused:
            await door.authenticate([authorization(wrong)])
        costs.add((len(hashed), len(asked), len(set(asked))))
        said.add((str(refused.value), refused.value.http_status))

    assert good not in near
    assert len(costs) == 1
    assert min(next(iter(costs))) > 0
    assert len(said) == 1
