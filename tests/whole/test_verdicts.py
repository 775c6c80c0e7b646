"""Where verdicts are enforced, a module without one passes nothing in either direction, and the sender is told why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from hub.clock import now_utc
from hub.config import Settings
from hub.platform import Platform
from hub.standing import Require, Side, Standing, State
from hub.store.protocols import LegFilter
from hub.wire.interface import ModuleId
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, S, Scripted, joined, until


@pytest.fixture
async def strict(settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that enforces verdicts."""
    async with running_hub(settings, mongodb_url, require_verdict=Require.ENFORCE, verify_soon_s=3600.0) as hub:
        yield hub


@pytest.fixture
async def partners(strict: RunningHub) -> AsyncIterator[tuple[Scripted, Scripted]]:
    """An operator and a provider whom nobody has verified."""
    async with joined(strict, "NL/CPA/CPO") as cpo, joined(strict, "DE/EMA/EMSP") as emsp:
        cpo.forget()
        emsp.forget()
        yield cpo, emsp


async def stand(hub: RunningHub, name: str, side: Side, module: str, state: State, *failed: str) -> None:
    """Give one side of one module of a partner a standing."""
    now = now_utc()
    standing = Standing(
        side=side,
        module=ModuleId(module),
        state=state,
        judged_at=now,
        expires_at=now + timedelta(days=30),
        suite_version="1.0.0",
        failed_blockers=failed,
    )

    def edit(current: Platform) -> Platform:
        others = tuple(one for one in current.standings if (one.side, one.module) != (side, module))
        return replace(current, standings=(*others, standing))

    await hub.hub.partners.amend(hub.hub.partners.find(name).platform_id, edit)


async def verify(hub: RunningHub, module: str) -> None:
    """Both partners are VERIFIED for a module."""
    await stand(hub, "NL-CPA", Side.CPO, module, State.VERIFIED)
    await stand(hub, "DE-EMA", Side.EMSP, module, State.VERIFIED)


async def test_an_unverified_sender_is_told_so(strict: RunningHub, partners: tuple[Scripted, Scripted]) -> None:
    """H3.12: nothing of it is forwarded, broadcast or answered; the refusal says what to do."""
    cpo, emsp = partners
    await stand(strict, "DE-EMA", Side.EMSP, "sessions", State.VERIFIED)
    answers = [
        await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP),
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB),
        await emsp.ask("GET", "locations", S, to=words.HUB),
        await emsp.ask("GET", "locations", S, to=words.CPO),
    ]

    assert {(answer.status, answer.status_code) for answer in answers} == {(200, 2000)}
    assert all("never verified" in answer.json["status_message"] for answer in answers)
    assert (cpo.got(), emsp.got()) == ([], [])


async def test_an_unverified_receiver_gets_nothing(strict: RunningHub, partners: tuple[Scripted, Scripted]) -> None:
    """H3.12: a verified sender hears 4003 with the checks that fail at the other side; a broadcast goes past it."""
    cpo, emsp = partners
    for module in ("sessions", "tariffs"):
        await stand(strict, "NL-CPA", Side.CPO, module, State.VERIFIED)
    await stand(strict, "DE-EMA", Side.EMSP, "sessions", State.SANDBOX, "SES-02", "SES-03")

    direct = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP)
    broadcast = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB)

    assert (direct.status_code, broadcast.status_code) == (4003, 1000)
    assert "SES-02, SES-03 failed" in direct.json["status_message"]
    assert emsp.got() == []


@pytest.mark.parametrize("state", [State.VERIFIED, State.DEGRADED])
async def test_verified_modules_carry_traffic(
    strict: RunningHub, partners: tuple[Scripted, Scripted], state: State
) -> None:
    """Also while they have their time to get well; another module of the same partners still carries nothing."""
    cpo, emsp = partners
    await stand(strict, "NL-CPA", Side.CPO, "sessions", state)
    await stand(strict, "DE-EMA", Side.EMSP, "sessions", state)

    passed = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP)
    refused = await cpo.ask("POST", "cdrs", R, "", words.cdr(), to=words.EMSP)

    assert (passed.status_code, refused.status_code) == (1000, 2000)
    assert len(emsp.got("sessions")) == 1


async def test_a_blocked_module_stops_and_an_override_lets_it_pass(
    strict: RunningHub, partners: tuple[Scripted, Scripted]
) -> None:
    """An operator's word counts for its time, and says so."""
    cpo, _ = partners
    await verify(strict, "sessions")
    await stand(strict, "NL-CPA", Side.CPO, "sessions", State.BLOCKED, "PAG-02")
    refused = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP)

    def let(current: Platform) -> Platform:
        until_ = now_utc() + timedelta(hours=1)
        changed = (replace(one, override_until=until_, override_reason="a fix is coming") for one in current.standings)
        return replace(current, standings=tuple(changed))

    await strict.hub.partners.amend(strict.hub.partners.find("NL-CPA").platform_id, let)
    passed = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP)

    assert (refused.status_code, passed.status_code) == (2000, 1000)
    assert "PAG-02 failed" in refused.json["status_message"]


async def test_what_was_broadcast_before_is_not_shown_once_its_owner_is_blocked(
    strict: RunningHub, partners: tuple[Scripted, Scripted]
) -> None:
    """GET All holds to verdicts too."""
    cpo, emsp = partners
    await verify(strict, "tariffs")
    await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB)
    before = await emsp.ask("GET", "tariffs", S, to=words.HUB)
    await stand(strict, "NL-CPA", Side.CPO, "tariffs", State.BLOCKED, "TAR-01")

    assert [one["id"] for one in before.data] == ["TARIFF1"]
    assert (await emsp.ask("GET", "tariffs", S, to=words.HUB)).data == []


async def test_a_warning_is_traced_and_nothing_is_stopped(settings: Settings, mongodb_url: str) -> None:
    """With `warn`, traffic of a failing module passes, and the trace says whose it is."""
    async with (
        running_hub(settings, mongodb_url, require_verdict=Require.WARN, verify_soon_s=3600.0) as hub,
        joined(hub, "NL/CPA/CPO") as cpo,
        joined(hub, "DE/EMA/EMSP"),
    ):
        await stand(hub, "DE-EMA", Side.EMSP, "sessions", State.SANDBOX, "SES-02")
        answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", words.session(), to=words.EMSP)

        async def noted() -> bool:
            legs, _ = await hub.hub.store.traces.find(LegFilter(modules=frozenset({"sessions"})))
            return any("DE*EMA is SANDBOX: SES-02 failed" in leg.note for leg in legs)

        assert answer.status_code == 1000
        await until(noted)


async def test_the_keys_of_verdicts_are_public(hub: RunningHub) -> None:
    """Whoever wants to check a verdict finds the key without a token."""
    url = f"{hub.settings.public_url}/.well-known/ocpi-hub-keys.json"
    async with ClientSession() as session, session.get(url) as answer:
        keys = await answer.json()

    assert answer.status == 200
    assert [one["crv"] for one in keys["keys"]] == ["Ed25519"]
