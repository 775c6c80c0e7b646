"""One driver's data goes, over the admin API, and nobody reads anywhere who it was."""

import pytest
from structlog.testing import capture_logs

from tests import words
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted

UID = "04B7FF0AEE"


async def test_a_drivers_token_is_gone_for_everyone(running: RunningHub, operator: Operator) -> None:
    """GET All no longer shows it; other drivers' stay; the log names nobody."""
    async with Scripted("NL/CPA/CPO") as cpo, Scripted("DE/EMA/EMSP") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        for uid in (UID, "other"):
            token = words.token(uid=uid, contract_id=f"C-{uid}")
            await emsp.ask("PUT", "tokens", R, f"/DE/EMA/{uid}", token, to=words.HUB)

        with capture_logs() as lines:
            erased = await operator.ask("POST", "/subjects/erase", {"emsp": "DE-EMA", "contract_id": f"C-{UID}"})
        listed = await cpo.ask("GET", "tokens", S, to=words.HUB)

    assert erased.json["erased"]["tokens"] == erased.json["erased"]["index"] == 1
    assert [token["uid"] for token in listed.data] == ["other"]
    assert UID not in str(lines) + str(erased.json)


@pytest.mark.parametrize(
    "asked", [{}, {"uid": "1", "contract_id": "2"}, {"uid": " "}, {"uid": "x" * 37}, {"uid": "1", "emsp": "Germany"}]
)
async def test_exactly_one_name_of_one_driver(operator: Operator, asked: dict[str, str]) -> None:
    """Neither, both, blank, too long, or an eMSP that is none: 400, and what was written does not come back."""
    said = await operator.ask("POST", "/subjects/erase", {"emsp": "DE-EMA", **asked})

    assert said.status == 400
    assert "x" * 37 not in str(said.json)
