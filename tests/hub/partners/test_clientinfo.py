"""One push for each change, to everyone who may see the party."""

from dataclasses import replace

import pytest

from hub.clock import Tasks
from hub.config import Settings
from hub.delivery.receiver import Accepted
from hub.partners.clientinfo import ClientInfoPushes
from hub.partners.roster import Roster
from hub.platform import ConnectionStatus, Effect, PlatformState
from hub.simulate.platform import Platform as SimulatedPlatform
from hub.store import embedded
from hub.store.protocols import ObjectKey, ObjectStore, Store, StoredObject, StoreUnavailable
from hub.wire import json_text
from hub.wire.interface import ModuleId
from hub.wire.party import PartyRole, Role
from hub.wire.types import validate
from modules.hubclientinfo.objects import ClientInfo
from tests.hub.partners.house import CPA, EMA, SECRETS, House, ask, open_house

CPO_NAME, EMSP_NAME = "Charge Point A", "E-Mobility A"
MODULES = (ModuleId("locations"),)


@pytest.fixture
async def joined(house: House, cpo: SimulatedPlatform, emsp: SimulatedPlatform) -> House:
    """Operator and provider are registered; what was pushed until then is forgotten."""
    await house.join(cpo, CPA, name=CPO_NAME)
    await house.join(emsp, EMA, name=EMSP_NAME)
    house.lanes.pushes.clear()
    return house


def receivers(house: House) -> set[str]:
    """Whom the last push is for."""
    return set(house.lanes.pushes[-1].receivers)


def platform_id(house: House, name: str) -> str:
    """Of a partner."""
    return house.platform(name).platform_id


async def test_a_change_is_one_put_to_each_platform_that_may_see_it(joined: House) -> None:
    """H5.02 H5.03 H5.04: PUT of the whole ClientInfo at the reported party's path, one for the platform, not its own."""
    await joined.front.partners.suspend(CPO_NAME, "unpaid")

    (push,) = joined.lanes.pushes
    assert (push.method, push.suffix) == ("PUT", "/NL/CPA")
    assert push.receivers == push.stored.behind == {f"{platform_id(joined, EMSP_NAME)}:"}
    value = json_text.check(push.body)
    assert validate(ClientInfo, value) == []
    assert (value["status"], value["role"]) == ("SUSPENDED", "CPO")
    assert push.body == push.stored.body


async def test_the_whole_life_of_a_party_is_told(house: House, cpo: SimulatedPlatform, emsp: SimulatedPlatform) -> None:
    """H5.03 H5.11 H2.30: PLANNED, CONNECTED, SUSPENDED, CONNECTED, SUSPENDED; each once."""
    await house.join(emsp, EMA, name=EMSP_NAME)
    house.lanes.pushes.clear()

    await house.join(cpo, CPA, name=CPO_NAME)
    await house.front.partners.suspend(CPO_NAME, "unpaid")
    await house.front.partners.resume(CPO_NAME)
    await ask(cpo, house.url("credentials"), cpo.outgoing_token or "", "DELETE")
    await house.join(cpo, CPA, name=CPO_NAME)
    await house.front.partners.remove(CPO_NAME)

    assert [status for party, status in house.lanes.told() if party == "NL*CPA"] == [
        "PLANNED",
        "CONNECTED",
        "SUSPENDED",
        "CONNECTED",
        "SUSPENDED",
        "PLANNED",
        "CONNECTED",
        "SUSPENDED",
    ]
    stamps = [json_text.check(push.body)["last_updated"] for push in house.lanes.pushes]
    assert stamps == sorted(stamps)


async def test_both_roles_of_a_party_are_told_in_a_fixed_order(house: House, cpo: SimulatedPlatform) -> None:
    """H5.05: one object for each role; the PUTs have the same URL and the same status."""
    both = (PartyRole(party=CPA.party, role=Role.EMSP), CPA)
    cpo.roles = both

    await house.join(cpo, *both, name=CPO_NAME)

    told = [
        (push.suffix, json_text.check(push.body)["role"], json_text.check(push.body)["status"])
        for push in house.lanes.pushes
    ]
    assert told == [
        ("/NL/CPA", "CPO", "PLANNED"),
        ("/NL/CPA", "EMSP", "PLANNED"),
        ("/NL/CPA", "CPO", "CONNECTED"),
        ("/NL/CPA", "EMSP", "CONNECTED"),
    ]


async def test_who_may_not_see_a_party_is_not_told(joined: House) -> None:
    """H5.04: agreements govern the pushes too; the object is kept all the same."""
    await joined.front.partners.agree(CPA.party, EMA.party, None, Effect.DENY)

    await joined.front.partners.suspend(CPO_NAME, "unpaid")

    assert receivers(joined) == set()


async def test_who_is_offline_gets_it_later_unless_it_pulls(joined: House) -> None:
    """H5.08: an OFFLINE receiver is marked behind; one that opted out of catching up is left alone."""
    emsp_id = platform_id(joined, EMSP_NAME)
    await joined.front.roster.amend(emsp_id, lambda current: replace(current, reachable=False))

    await joined.front.partners.suspend(CPO_NAME, "unpaid")
    assert receivers(joined) == {f"{emsp_id}:"}

    await joined.front.partners.set_quirks(EMSP_NAME, catch_up=False)
    await joined.front.partners.resume(CPO_NAME)
    assert receivers(joined) == set()


async def test_a_receiver_that_is_still_behind_stays_so(joined: House) -> None:
    """H5.03: the object holds everyone who has not confirmed the newest status."""
    key = ObjectKey(module=ModuleId("hubclientinfo"), owner=CPA.party, object_id="cpo")
    await joined.front.partners.suspend(CPO_NAME, "unpaid")
    await joined.front.partners.agree(CPA.party, EMA.party, None, Effect.DENY)

    await joined.front.partners.resume(CPO_NAME)

    stored = await joined.store.objects.get(key)
    assert stored is not None
    assert stored.behind == {f"{platform_id(joined, EMSP_NAME)}:"}
    assert json_text.check(stored.body)["status"] == "CONNECTED"


async def test_what_a_dead_process_did_not_announce_is_announced(
    joined: House, house_settings: Settings, store: Store
) -> None:
    """H5.03: the platform was saved and the process died before the push: the next start makes good for it, once."""
    saved = await joined.front.roster.save(joined.platform(CPO_NAME))
    silent = Roster(joined.settings.party, store.platforms, store.agreements, SECRETS.unseal)
    await silent.reload()
    await silent.save(replace(saved, state=PlatformState.SUSPENDED))
    assert joined.lanes.pushes == []

    settings = house_settings.model_copy(update={"public_url": f"http://127.0.0.1:{embedded.free_port()}"})
    async with open_house(store, settings) as other:
        await other.until(lambda: bool(other.lanes.pushes))

        assert other.lanes.told() == [("NL*CPA", "SUSPENDED")]
        assert await other.front.pushes.reconcile() == 0


async def test_an_older_status_never_replaces_a_newer_one(joined: House) -> None:
    """H5.10: two processes that announce at once end with the newer status."""
    before = joined.platform(CPO_NAME)
    await joined.front.partners.suspend(CPO_NAME, "unpaid")
    joined.lanes.pushes.clear()

    await joined.front.pushes.announce(before, before.parties)

    assert joined.lanes.pushes == []


async def test_a_store_that_does_not_answer_delays_the_news(joined: House, store: Store) -> None:
    """H5.03: the change itself stands; the push follows as soon as the store answers again."""
    accepted: list[Accepted] = []
    flaky = Flaky(store.objects)
    tasks = Tasks()
    pushes = ClientInfoPushes(joined.front.roster, flaky, accepted.append, MODULES, tasks, again_after_s=0.01)
    flaky.failures = 3

    await joined.front.partners.suspend(CPO_NAME, "unpaid")
    assert accepted == []
    await tasks.join()

    assert [json_text.check(push.body)["status"] for push in accepted] == ["SUSPENDED"]
    assert pushes is not None
    assert joined.platform(CPO_NAME).parties[0].status is ConnectionStatus.SUSPENDED


class Flaky:
    """The real object store, behind a connection that fails a few times first."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self.failures = 0

    async def get(self, key: ObjectKey) -> StoredObject | None:
        """Fail, or ask the real one."""
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("no primary")
        return await self._objects.get(key)

    async def save(self, stored: StoredObject) -> StoredObject:
        """As the real one does."""
        return await self._objects.save(stored)
