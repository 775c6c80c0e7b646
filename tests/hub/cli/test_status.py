"""hubctl status and doctor, on a hub that is well, one that is not, and none."""

import asyncio
from pathlib import Path

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.wire.interface import Interface
from tests import words
from tests.operating import Ended, Operator
from tests.running import RunningHub


async def test_a_hub_that_is_well(operator: Operator) -> None:
    """status and doctor: exit 0, one screen, a mark for everything."""
    status, doctor = await operator.hubctl("status"), await operator.hubctl("doctor")

    assert (status.exit_code, doctor.exit_code) == (0, 0)
    assert status.out.startswith("✓ ok   NL*HUB   ")
    assert doctor.out.splitlines()[0].split() == ["✓", "hub", "running"]
    assert doctor.out.splitlines()[-1] == "all is well"


async def test_an_offline_partner_degrades(running: RunningHub, operator: Operator) -> None:
    """Exit 1, who is OFFLINE, and the command that tells more; the same in the list and in show."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        cpo.fail(Fault.DOWN)
        await emsp.tell("GET", "locations", Interface.SENDER, to=words.CPO)

        status = await _until_degraded(operator)
        as_json = await operator.hubctl("status", "--json")
        shown = await operator.hubctl("partner", "show", "NL-CPA")

    assert status.out.startswith("✗ degraded")
    assert status.out.splitlines()[-1] == f"! {cpo.name} (NL*CPA) is OFFLINE   →  hubctl partner show NL-CPA"
    assert as_json.exit_code == 1
    assert as_json.json["partners"] == {"OFFLINE": 1, "CONNECTED": 1}
    assert "WHY         it does not answer" in shown.out


async def test_a_problem_of_the_hub_is_found(running: RunningHub, operator: Operator) -> None:
    """The doctor says what is wrong and the command that mends it, and ends with 1."""
    environment = {"HUB_ADMIN_URL": operator.url, "HUB_ADMIN_TOKEN": operator.token}
    (operator.settings.data_path / "secret.key").chmod(0o640)

    doctor = await operator.hubctl("doctor", **environment)

    assert doctor.exit_code == 1
    assert f"→  chmod 600 {operator.settings.data_path / 'secret.key'}" in doctor.out
    assert doctor.out.splitlines()[-1] == "1 problem"


async def test_no_hub_is_a_clear_message(operator: Operator, tmp_path: Path, free_port: int) -> None:
    """No hub on this machine, and none at HUB_ADMIN_URL: one sentence, what to run, exit 1; the doctor says the same."""
    nowhere = {"HUB_DATA_DIR": str(tmp_path / "nowhere")}
    elsewhere = {"HUB_ADMIN_URL": f"http://127.0.0.1:{free_port}", "HUB_ADMIN_TOKEN": "x"}

    here = await operator.hubctl("partner", "list", **nowhere)
    there = await operator.hubctl("partner", "list", **elsewhere)
    doctor = await operator.hubctl("doctor", **nowhere)

    assert (here.exit_code, there.exit_code, doctor.exit_code) == (1, 1, 1)
    assert here.err == f"No hub is running with the data directory {tmp_path / 'nowhere'}.\nTry: hubctl serve\n"
    assert there.err.startswith(f"No hub answers at http://127.0.0.1:{free_port}")
    assert doctor.out.startswith("✗ hub")
    assert not (tmp_path / "nowhere").exists()


async def _until_degraded(operator: Operator) -> Ended:
    async with asyncio.timeout(10):
        while (ended := await operator.hubctl("status")).exit_code == 0:
            pass
    return ended
