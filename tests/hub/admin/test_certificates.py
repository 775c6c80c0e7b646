"""Certificates of one partner over the admin API."""

from pathlib import Path

from tests.certificates import Made
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import Scripted


async def test_a_servers_certificate_is_set_shown_and_taken_away(
    running: RunningHub, operator: Operator, tmp_path: Path
) -> None:
    """What is not given stays; an empty text takes it away; the partner's record shows no more of it than that."""
    made = Made.new(tmp_path, "greenplug")
    async with Scripted("NL/CPA/CPO") as cpo:
        await running.join(cpo)
        path = "/partners/NL-CPA/certificates"
        pinned = await operator.ask("PUT", path, {"server": made.pem})
        kept = await operator.ask("PUT", path, {})
        shown = await operator.ask("GET", path)
        taken = await operator.ask("PUT", path, {"server": ""})

    assert pinned.json["server"][0]["fingerprint"] == made.fingerprint
    assert kept.json == shown.json == pinned.json
    assert (taken.json["server"], taken.json["client"]) == ([], [])


async def test_what_is_no_certificate(running: RunningHub, operator: Operator, tmp_path: Path) -> None:
    """A key, a text, somebody unknown; a client's certificate at a hub that sees none."""
    made = Made.new(tmp_path, "greenplug")
    await running.invite("GreenPlug", *Scripted("NL/CPA/CPO").roles)
    path = "/partners/GreenPlug/certificates"
    said = [
        await operator.ask("PUT", path, {"server": made.key.read_text()}),
        await operator.ask("PUT", path, {"server": "hello"}),
        await operator.ask("PUT", path, {"client": made.pem}),
        await operator.ask("PUT", "/partners/nobody/certificates", {"server": made.pem}),
    ]

    assert [(one.status, one.error) for one in said] == [
        (400, "bad_request"),
        (400, "bad_request"),
        (409, "no_tls"),
        (404, "unknown_partner"),
    ]
    assert "private key" in said[0].json["error"]["message"]
