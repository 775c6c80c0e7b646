"""hubctl audit, keys, subject and partner certificates, against a running hub."""

import json
from pathlib import Path

from tests import words
from tests.certificates import Made
from tests.operating import Operator
from tests.running import RunningHub
from tests.whole.platforms import R, Scripted


async def test_the_audit_log_here_and_elsewhere(running: RunningHub, operator: Operator, tmp_path: Path) -> None:
    """list, verify, export; the export is checked without a hub, and a flipped byte is exit 1 with the entry's number."""
    await operator.hubctl("partner", "invite", "GreenPlug", "--party", "NL/GRP/CPO")
    await operator.hubctl("partner", "suspend", "GreenPlug", "--yes")
    listed = await operator.hubctl("audit", "list")
    whole = await operator.hubctl("audit", "verify", "--json")
    file, keys = tmp_path / "audit.jsonl", tmp_path / "keys.json"
    exported = await operator.hubctl("audit", "export", str(file))
    async with operator.http.get(f"{operator.settings.public_url}/.well-known/ocpi-hub-keys.json") as answer:
        keys.write_bytes(await answer.read())
    offline = ("audit", "verify", str(file), "--keys", str(keys))

    good = await operator.hubctl(*offline, "--head", whole.json["head"])
    file.write_bytes(file.read_bytes().replace(b"GreenPlug", b"GreenPlux", 1))
    bad = await operator.hubctl(*offline)
    again = await operator.hubctl("audit", "export", str(file))
    half = await operator.hubctl("audit", "verify", str(file))

    assert [row[3] for row in listed.rows] == ["POST /partners/{name}/suspend", "POST /partners/invite"]
    assert (whole.json["ok"], whole.json["entries"], exported.exit_code) == (True, 4, 0)
    assert (good.exit_code, bad.exit_code, again.exit_code, half.exit_code) == (0, 1, 2, 2)
    assert bad.out.startswith("✗ entry 1: it was changed")


async def test_keys_from_the_terminal(running: RunningHub, operator: Operator) -> None:
    """Nobody to ask is exit 2; with --yes a new key comes first; one that is none is exit 3."""
    asked = await operator.hubctl("keys", "rotate")
    rotated = await operator.hubctl("keys", "rotate", "--yes", "--json")
    listed = await operator.hubctl("keys", "list")
    unknown = await operator.hubctl("keys", "retire", "00000000", "--yes")
    retired = await operator.hubctl("keys", "retire", rotated.json["keys"][1]["kid"], "--yes", "--json")

    assert (asked.exit_code, unknown.exit_code, retired.exit_code) == (2, 3, 0)
    assert [row[1] for row in listed.rows] == ["yes", "no"]
    assert len(retired.json["keys"]) == 1


async def test_a_driver_is_taken_out(running: RunningHub, operator: Operator) -> None:
    """By a uid from stdin: how much was found where; exactly one name is needed."""
    async with Scripted("DE/EMA/EMSP") as emsp:
        await running.join(emsp)
        await emsp.ask("PUT", "tokens", R, "/DE/EMA/012345678", words.token(), to=words.HUB)
        erased = await operator.hubctl(
            "subject", "erase", "--emsp", "DE-EMA", "--uid", "-", "--yes", "--json", stdin="012345678\n"
        )
    both = await operator.hubctl("subject", "erase", "--emsp", "DE-EMA", "--uid", "1", "--contract-id", "2", "--yes")

    assert erased.json["erased"]["tokens"] == 1
    assert (erased.exit_code, both.exit_code) == (0, 2)


async def test_certificates_from_files(running: RunningHub, operator: Operator, tmp_path: Path) -> None:
    """Set, shown, taken away; a file that is none is exit 2."""
    made = Made.new(tmp_path, "greenplug")
    await operator.hubctl("partner", "invite", "GreenPlug", "--party", "NL/GRP/CPO")
    command = ("partner", "certificates", "GreenPlug")
    pinned = await operator.hubctl(*command, "--server", str(made.certificate), "--json")
    shown = await operator.hubctl(*command)
    taken = await operator.hubctl(*command, "--server", "none", "--json")
    missing = await operator.hubctl(*command, "--server", str(tmp_path / "none.pem"))

    assert json.loads(pinned.out)["server"][0]["fingerprint"] == made.fingerprint
    assert made.fingerprint in shown.out
    assert (taken.json["server"], missing.exit_code) == ([], 2)
