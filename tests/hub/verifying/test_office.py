"""The hub judges a partner by the very suite that the partner can run itself, signs what came of it, and learns from it."""

import asyncio
import json
import os
import sys
import zlib
from copy import deepcopy

import orjson
import pytest

from contracts import suite
from hub.partners.problems import NotPossible
from hub.simulate.cpo import Cpo
from hub.simulate.defects import known
from hub.simulate.emsp import Emsp
from hub.simulate.messages import Received, Reply
from hub.simulate.partner import Partner
from hub.standing import Side, State
from hub.verdicts import check, published
from hub.verifying.office import Wish
from hub.wire.interface import ModuleId
from hub.wire.party import PartyRole
from tests.running import RunningHub


def states(hub: RunningHub, name: str) -> dict[str, State]:
    """The state of each judged module of a partner."""
    return {one.module: one.state for one in hub.hub.partners.find(name).standings}


def id_of(hub: RunningHub, partner: Partner | Cpo | Emsp) -> str:
    """The platform_id of a joined partner."""
    return hub.hub.partners.find(getattr(partner, "name", "")).platform_id


async def test_a_clean_partner_is_verified_and_the_verdict_is_signed(running: RunningHub, cpo: Cpo) -> None:
    """Every module that could be judged is VERIFIED; its verdict names suite, time and expiry, and stands the check."""
    steps: list[tuple[int, int, str]] = []
    (judged,) = await running.hub.verifying.verify(
        id_of(running, cpo), Wish(progress=lambda done, of, name: steps.append((done, of, name)))
    )

    assert set(states(running, cpo.name).values()) == {State.VERIFIED}
    assert {"cdrs", "locations", "sessions", "tariffs"} == set(judged.verification.verdicts)
    for module, written in judged.verification.verdicts.items():
        said = check(written, published(running.hub.secrets.verdict_public_keys))
        assert (said["module"], said["green"], said["mode"]) == (module, True, "observe")
        assert said["suite"]["digest"] == suite.digest()
        assert said["judged_at"] < said["expires_at"]
    assert steps[-1][0] == steps[-1][1] == len(judged.report["results"])


async def test_the_hub_and_the_partner_come_to_the_same_verdict(running: RunningHub, cpo: Cpo) -> None:
    """CON-05: check by check, whether the hub runs the suite or the partner does it without a hub; in what is wrong, too."""
    cpo.defect = known()["LOC-01"]
    (judged,) = await running.hub.verifying.verify(id_of(running, cpo))
    token = cpo.issued_token or ""
    alone = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "contracts", "run", "--role", "CPO", "--versions-url", cpo.versions_url),
        *("--as", "NL-HUB", "--agreed", "FR-PDR-CPO", "--json"),
        env=os.environ | {"OCPI_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await alone.communicate()

    by_hub = {(one["check_id"], one["module"]): one["verdict"] for one in judged.report["results"]}
    by_partner = {(one["check_id"], one["module"]): one["verdict"] for one in json.loads(said)["results"]}
    assert by_hub == by_partner
    assert "failed" in by_hub.values()
    assert alone.returncode == 1


async def test_a_failed_blocker_closes_its_module_alone(running: RunningHub, cpo: Cpo) -> None:
    """The other modules of the same partner stay VERIFIED; after the mend the next run opens it again."""
    await running.hub.verifying.verify(id_of(running, cpo))
    written = deepcopy(cpo.cdrs)
    cpo.defect = known()["CDR-01"]
    await running.hub.verifying.verify(id_of(running, cpo))
    worse = states(running, cpo.name)
    cpo.defect = None
    cpo.cdrs.update(written)
    await running.hub.verifying.verify(id_of(running, cpo))

    assert (worse["cdrs"], worse["locations"]) == (State.DEGRADED, State.VERIFIED)
    assert states(running, cpo.name)["cdrs"] is State.VERIFIED


async def test_what_only_exercising_finds_is_not_forgiven_by_reading(
    running: RunningHub, emsp: Emsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that does not judge a failed check leaves it failed."""
    monkeypatch.setattr("hub.verifying.process.PATIENCE", 0.02)
    emsp.defect = known()["TOK-04"]
    await running.hub.verifying.verify(id_of(running, emsp), Wish(mode="exercise", modules=("tokens",)))
    await running.hub.verifying.verify(id_of(running, emsp))
    platform = running.hub.partners.find(emsp.name)
    tokens = platform.standing(Side.EMSP, ModuleId("tokens"))

    assert tokens is not None
    assert ("TOK-04" in tokens.failed_blockers, tokens.state, tokens.mode) == (True, State.SANDBOX, "exercise")


async def test_callbacks_of_an_exercise_come_through_the_hub(
    running: RunningHub, cpo: Cpo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CommandResult reaches the runner although only the hub's own address is known to the partner."""
    monkeypatch.setattr("hub.verifying.process.PATIENCE", 0.02)
    (judged,) = await running.hub.verifying.verify(
        id_of(running, cpo), Wish(mode="exercise", modules=("commands", "chargingprofiles"))
    )

    by_id = {one["check_id"]: one["verdict"] for one in judged.report["results"] if one["module"] == "commands"}
    assert by_id["CMD-01"] == "passed"
    assert judged.report["ok"]


async def test_quirks_become_the_partners_profile(running: RunningHub, cpo: Cpo) -> None:
    """A platform that takes raw tokens alone and redirects to a trailing slash is called so from then on."""

    def slashed(received: Received) -> Reply | None:
        if received.path.endswith("/locations"):
            return Reply(status=307, headers={"Location": received.target.replace("/locations", "/locations/", 1)})
        return None

    cpo.answer("GET", "/ocpi/2.2.1/sender/locations", slashed)
    await running.hub.verifying.verify(id_of(running, cpo))
    platform = running.hub.partners.find(cpo.name)

    assert (platform.learned["redirects"], platform.learned["trailing_slash"]) == ("yes", "yes")
    assert platform.quirks.slash_in_calls


async def test_the_report_is_kept_without_a_secret(running: RunningHub, cpo: Cpo) -> None:
    """CON-06: the stored report can be read again, and holds no token."""
    cpo.defect = known()["VER-01"]
    (judged,) = await running.hub.verifying.verify(id_of(running, cpo))
    kept = await running.hub.store.verifications.get(judged.verification.run_id)
    assert kept is not None
    report = zlib.decompress(kept.report)

    assert orjson.loads(report)["results"] == judged.report["results"]
    assert (cpo.issued_token or "").encode() not in report


async def test_only_a_registered_partner_can_be_verified(running: RunningHub) -> None:
    """An invitation has no endpoints yet."""
    await running.invite("Nobody yet", PartyRole.parse("NL/NYT/CPO"))
    with pytest.raises(NotPossible, match="only a registered partner"):
        await running.hub.verifying.verify(running.hub.partners.find("Nobody yet").platform_id)


async def test_a_partner_is_judged_once_at_a_time(running: RunningHub, cpo: Cpo) -> None:
    """Two runs at once would disturb each other."""
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(running.hub.verifying.verify(id_of(running, cpo)))
        await asyncio.sleep(0)
        with pytest.raises(NotPossible, match="being verified"):
            await running.hub.verifying.verify(id_of(running, cpo))

    assert first.result()
