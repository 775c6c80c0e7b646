"""The hub held against its own suite, with a reference partner behind it: what it carries looks as a platform's own answers."""

import pytest

from contracts.report import Report
from contracts.run import Target, run
from hub.config import Settings
from hub.simulate.platform import Platform
from hub.wire.party import Party, PartyRole, Role
from tests.contracts.reference_partners import PARTNERS, PATIENCE, published
from tests.running import HUB, RunningHub, running_hub

OTHER_SIDE = {"CPO": Role.EMSP, "EMSP": Role.CPO}
SUITE = Party(country_code="NL", party_id="CTS")

NOT_TAKEN = "the platform does not offer hubclientinfo RECEIVER"


@pytest.mark.parametrize("role", sorted(PARTNERS))
async def test_the_hub_passes_its_own_suite(settings: Settings, mongodb_url: str, role: str) -> None:
    """From token A to DELETE, reading and writing: nothing is found. A hub only gives HubClientInfo."""
    async with running_hub(settings, mongodb_url) as hub, PARTNERS[role]() as behind:
        await hub.join(behind)
        report = await judged(hub, behind, role)

    found = {f"{one.check_id} {one.module}: {one.observed}" for one in report.results if one.verdict != "passed"}
    assert {one for one in found if not one.endswith(NOT_TAKEN)} == set()
    assert report.ok
    assert {one.check_id for one in report.results} == {one.check_id for one in published().checks if role in one.roles}


async def judged(hub: RunningHub, behind: Platform, role: str) -> Report:
    """The hub's report, as a partner of the other side comes to it."""
    token = await hub.invite("The contract suite", PartyRole(party=SUITE, role=OTHER_SIDE[role]))
    target = Target(
        role=role,
        versions_url=hub.versions_url,
        token=token,
        register=True,
        mode="exercise",
        party={"country_code": behind.party.country_code, "party_id": behind.party.party_id},
        agreed=(_agreed(HUB, Role.HUB), _agreed(behind.party, Role(role))),
        patience=PATIENCE,
    )
    return await run(published(), target)


def _agreed(party: Party, role: Role) -> dict[str, str]:
    return {"country_code": party.country_code, "party_id": party.party_id, "role": role.value}
