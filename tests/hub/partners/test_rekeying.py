"""A change of the server key: every partner goes on with the tokens that it has."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.config import Settings
from hub.secrets import key_of
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, Scripted, until


@pytest.fixture
async def pair(settings: Settings, mongodb_url: str) -> AsyncIterator[tuple[RunningHub, RunningHub]]:
    """Two processes' worth of hub on one database and one data directory."""
    async with (
        running_hub(settings, mongodb_url) as one,
        running_hub(settings, mongodb_url, mongodb_database=one.settings.mongodb_database, keep_database=True) as other,
    ):
        yield one, other


async def _rotate(hub: RunningHub) -> tuple[str, str]:
    """As `hubctl keys rotate` does; the key before and the key in use."""
    before = hub.hub.secrets.kid
    hub.hub.secrets.rotate()
    await hub.hub.rekeying.reseal()
    return before, hub.hub.secrets.kid


async def test_tokens_of_both_sides_outlive_the_key(pair: tuple[RunningHub, RunningHub]) -> None:
    """Partners' tokens move at once, issued ones with their next use, at a process that has not heard of the key, too."""
    hub, other = pair
    async with Scripted("NL/CPA/CPO") as cpo, Scripted("DE/EMA/EMSP") as emsp:
        await hub.join(cpo)
        await hub.join(emsp)
        before, after = await _rotate(hub)
        sealed = hub.hub.partners.find("NL-CPA").outgoing
        at_once = {kid: (one.tokens, one.seals) for kid, one in hub.hub.rekeying.dependents().items()}

        answers = [await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)]
        answers.append(await emsp.call("GET", other.versions_url))

        async def moved() -> bool:
            return all(
                key_of(token.token_hash) == after
                for name in ("NL-CPA", "DE-EMA")
                for token in hub.hub.partners.find(name).issued
            )

        await until(moved)
        answers += [await one.call("GET", url.versions_url) for one in (cpo, emsp) for url in (hub, other)]

    assert [answer.status_code for answer in answers] == [1000] * 6
    assert key_of(sealed) == after
    assert at_once == {before: (2, 0), after: (0, 2)}
    assert other.hub.secrets.kids == (after, before)
    assert set(hub.hub.rekeying.dependents()) == {after}


async def test_a_handshake_across_the_change(pair: tuple[RunningHub, RunningHub]) -> None:
    """Token A of the older key registers, rotation from either side works, and nothing is left behind."""
    hub, other = pair
    async with Scripted("NL/CPA/CPO") as cpo:
        token_a = await hub.invite(cpo.name, *cpo.roles)
        await _rotate(other)
        await cpo.register(hub.versions_url, token_a)
        await _rotate(hub)
        await cpo.rotate()
        await _rotate(other)
        await hub.hub.partners.rotate(cpo.name)
        await cpo.rotate()

        assert (await cpo.call("GET", other.versions_url)).status_code == 1000
        assert (await cpo.call("GET", hub.versions_url)).status_code == 1000


async def test_sealing_again_changes_nothing(pair: tuple[RunningHub, RunningHub]) -> None:
    """Several processes may do it at once."""
    hub, other = pair
    async with Scripted("NL/CPA/CPO") as cpo:
        await hub.join(cpo)
        await _rotate(hub)

        assert await hub.hub.rekeying.reseal() == await other.hub.rekeying.reseal() == 0


async def test_a_seal_that_does_not_open_stays(settings: Settings, mongodb_url: str) -> None:
    """A partner whose token was lost with an older key keeps the others from nothing."""
    async with (
        running_hub(settings, mongodb_url) as hub,
        Scripted("NL/CPA/CPO") as cpo,
        Scripted("DE/EMA/EMSP") as emsp,
    ):
        await hub.join(cpo)
        await hub.join(emsp)
        platform = hub.hub.partners.find("NL-CPA")
        lost = platform.outgoing.replace(hub.hub.secrets.kid, "00000000")
        await hub.hub.partners.amend(platform.platform_id, lambda current: replace(current, outgoing=lost))
        _, after = await _rotate(hub)

        assert hub.hub.partners.find("NL-CPA").outgoing == lost
        assert key_of(hub.hub.partners.find("DE-EMA").outgoing) == after
