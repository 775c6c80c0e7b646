"""The room as the composition root opens it."""

from hub.config import Settings
from hub.platform import ConnectionStatus
from hub.simulate.platform import Platform
from hub.store.protocols import Store
from tests.hub.partners.house import CPA, House, ask, open_house

NAME = "Charge Point A"


async def test_partners_outlive_the_process(store: Store, house_settings: Settings, cpo: Platform) -> None:
    """After a restart the directory is loaded before the first request: tokens of both directions still work."""
    async with open_house(store, house_settings) as house:
        await house.join(cpo, CPA, name=NAME)

    async with open_house(store, house_settings) as house:
        assert (await cpo.call("GET", house.versions_url)).status == 200
        assert house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED}
        assert cpo.issued_token in house.front.roster.directory.credentials_tokens.values()


async def test_processes_hear_of_each_other(house: House, other_house: House, cpo: Platform) -> None:
    """What one process registers another routes to a moment later, and a token that was void here is void there."""
    token_a = await house.invite()
    await cpo.register(other_house.versions_url, token_a)

    await house.until(lambda: house.statuses() == {"NL*CPA": ConnectionStatus.CONNECTED})

    assert (await ask(cpo, house.versions_url, token_a)).status == 401
    assert (await cpo.call("GET", house.versions_url)).status == 200


async def test_a_message_to_any_process_wakes_the_lanes_of_all(house: House, other_house: House, cpo: Platform) -> None:
    """H5.09: the process that delivers to a platform learns that it is back, whoever heard it."""
    platform_id = (await house.join(cpo, CPA, name=NAME)).platform_id
    await cpo.stop()
    for _ in range(2):
        house.front.liveness.missed(platform_id, "refused")
    await other_house.until(lambda: other_house.statuses() == {"NL*CPA": ConnectionStatus.OFFLINE})
    other_house.lanes.woken.clear()

    await cpo.start()
    await cpo.call("GET", house.versions_url)

    await other_house.until(lambda: other_house.lanes.woken == [platform_id])
