"""The page for Prometheus: for who has an admin token, in its form, with what an operator needs to see."""

import re

from hub.metrics import MEDIA_TYPE
from tests import words
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import R, Scripted, joined

LINE = re.compile(r"(?:# (?:HELP|TYPE) .+|[a-z_]+(?:\{.*\})? [0-9.e+-]+)")


async def _page(operator: Operator, authorization: str = "") -> tuple[int, str, list[str]]:
    url = f"{operator.url}/admin/v1/metrics"
    headers = {"Authorization": authorization or f"Bearer {operator.token}"}
    async with operator.http.get(url, headers=headers) as answer:
        return answer.status, answer.headers["Content-Type"], (await answer.text()).splitlines()


async def test_what_passed_is_on_the_page(running: RunningHub, operator: Operator) -> None:
    """Requests, refusals and durations by platform's name; status, lanes, breakers; the process."""
    async with joined(running, "NL/CPA/CPO") as cpo, joined(running, "DE/EMA/EMSP") as emsp:
        await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)
        await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.HUB)
        status, media_type, lines = await _page(operator)

    assert (status, media_type) == (200, MEDIA_TYPE)
    assert all(LINE.fullmatch(line) for line in lines)
    for expected in (
        f'ocpi_hub_platform_status{{platform="{cpo.name}",status="CONNECTED"}} 1',
        f'ocpi_hub_lane_behind{{platform="{emsp.name}"}} 0',
        f'ocpi_hub_lane_breaker{{platform="{cpo.name}",state="closed"}} 1',
        "ocpi_hub_database_up 1",
    ):
        assert expected in lines
    assert any(
        line.startswith(f'ocpi_hub_requests_total{{platform="{emsp.name}",leg="out",outcome="ok"}}') for line in lines
    )
    assert any(line.startswith("process_resident_memory_bytes") for line in lines)
    assert any(line.startswith(f'ocpi_hub_refusals_total{{platform="{cpo.name}",leg="in"') for line in lines)
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


async def test_no_one_else_sees_it(running: RunningHub, operator: Operator) -> None:
    """Names and volumes of partners: neither without a token, nor with a partner's, nor at the root."""
    async with joined(running, "NL/CPA/CPO") as cpo:
        stranger = await operator.ask("GET", "/metrics", authorization="")
        partner = await operator.ask("GET", "/metrics", authorization=f"Bearer {cpo.registered()[1]}")
        async with operator.http.get(f"{operator.settings.public_url}/metrics") as root:
            assert root.status == 404

    assert (stranger.status, partner.status) == (401, 401)


async def test_names_of_removed_partners_are_not_kept_apart(running: RunningHub, operator: Operator) -> None:
    """Labels are those of partners that there are: what others left counts together."""
    for name in ("DE/EMA/EMSP", "DE/EMB/EMSP"):
        async with Scripted(name) as platform:
            await running.join(platform)
            await running.hub.partners.remove(name[:2] + "-" + name[3:6])

    _, _, lines = await _page(operator)

    assert not any("DE/EM" in line for line in lines)
    assert any(line.startswith('ocpi_hub_requests_total{platform="removed",leg="in"') for line in lines)


async def test_health_and_readiness_say_why(running: RunningHub, operator: Operator) -> None:
    """200 with no reason; a process that stops is not ready, but healthy."""

    async def ask(path: str) -> tuple[int, object]:
        async with operator.http.get(f"{operator.settings.public_url}{path}") as answer:
            return answer.status, (await answer.json())["reason"]

    assert [await ask(path) for path in ("/health", "/ready")] == [(200, None), (200, None)]
    running.hub._stopping = True
    assert [await ask(path) for path in ("/health", "/ready")] == [(200, None), (503, "this process is stopping")]
