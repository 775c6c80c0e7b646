"""hubctl partner, against a running hub with real partners."""

from pathlib import Path

from hub.simulate.faults import Fault
from hub.simulate.platform import Platform
from hub.wire.party import PartyRole, Role
from tests import words
from tests.operating import Operator
from tests.running import RunningHub

CPO = PartyRole(party=words.CPO, role=Role.CPO)
EMSP = PartyRole(party=words.EMSP, role=Role.EMSP)


async def test_invite_prints_what_a_partner_needs_once(running: RunningHub, operator: Operator) -> None:
    """`--json` is exactly name, versions_url and token; with these the partner registers; no other command shows the token."""
    invited = await operator.hubctl("partner", "invite", "GreenPlug", "--party", "NL/CPA/CPO", "--json")
    assert invited.exit_code == 0
    assert set(invited.json) == {"name", "versions_url", "token"}

    async with Platform("GreenPlug", [CPO]) as platform:
        await platform.register(invited.json["versions_url"], invited.json["token"])
        secrets = [invited.json["token"], str(platform.outgoing_token), str(platform.issued_token)]
        for line in (
            "partner list",
            "partner list --json",
            "partner show GreenPlug",
            "partner show GreenPlug --json",
            "partner set GreenPlug --trailing-slash --json",
            "partner suspend GreenPlug --yes --json",
            "partner resume GreenPlug --json",
            "partner rotate GreenPlug --yes --json",
            "parties list --json",
            "status --json",
            "doctor --json",
            "traffic tail --no-follow --json",
            "deliveries list --json",
            "partner remove GreenPlug --yes --json",
        ):
            ended = await operator.hubctl(*line.split())
            assert ended.exit_code == 0, ended.err
            assert not [secret for secret in secrets if secret in ended.out + ended.err], line
            secrets.append(str(platform.outgoing_token))


async def test_invite_can_be_read_by_a_script(running: RunningHub, operator: Operator) -> None:
    """In a pipe URL and token are on stdout, a line each after a tab; words for people are on stderr."""
    invited = await operator.hubctl("partner", "invite", "GreenPlug", "--party", "nl-cpa/cpo", "--expires", "2h")

    assert dict(invited.rows)["versions URL"] == running.versions_url
    assert len(dict(invited.rows)["token"]) == 64
    assert dict(invited.rows)["token"] not in invited.err
    assert "hubctl traffic tail --partner NL-CPA" in invited.err


async def test_a_token_can_go_to_a_file(operator: Operator, tmp_path: Path) -> None:
    """`--token-out` puts the token into a new file of mode 0600 and prints it nowhere; an old file is left alone."""
    path = tmp_path / "token-a"
    words_ = ("partner", "invite", "GreenPlug", "--party", "NL/CPA/CPO", "--token-out", str(path))

    done = await operator.hubctl(*words_, "--json")
    token = path.read_text().strip()
    again = await operator.hubctl(*words_)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(token) == 64
    assert token not in done.out + done.err
    assert done.json["token_file"] == str(path)
    assert again.exit_code == 2
    assert path.read_text().strip() == token


async def test_a_file_stays_only_with_a_token_in_it(running: RunningHub, operator: Operator, tmp_path: Path) -> None:
    """When the hub refuses the invitation, no empty token file is left."""
    await running.invite("Other", CPO)
    path = tmp_path / "token-a"

    refused = await operator.hubctl("partner", "invite", "GreenPlug", "--party", "NL/CPA/CPO", "--token-out", str(path))

    assert refused.exit_code == 1
    assert not path.exists()


async def test_register_from_our_side(operator: Operator, tmp_path: Path) -> None:
    """With a token file, and with the token on stdin, the handshake runs and shows its calls."""
    async with Platform("GreenPlug", [CPO]) as cpo, Platform("MapApp", [EMSP]) as emsp:
        (tmp_path / "token-a").write_text(cpo.invite() + "\n")
        line = ("partner", "register", "GreenPlug", "--versions-url", cpo.versions_url, "--party", "NL/CPA/CPO")
        by_file = await operator.hubctl(*line, "--token-file", str(tmp_path / "token-a"))
        line = ("partner", "register", "MapApp", "--versions-url", emsp.versions_url, "--party", "DE/EMA/EMSP")
        by_stdin = await operator.hubctl(*line, "--token-file", "-", "--json", stdin=emsp.invite())

    assert (by_file.exit_code, by_stdin.exit_code) == (0, 0)
    assert "Registered GreenPlug." in by_file.err
    assert "POST   credentials" in by_file.err
    assert by_stdin.json["partner"]["status"] == "CONNECTED"


async def test_a_partner_that_fails_is_exit_5(operator: Operator, tmp_path: Path) -> None:
    """When the partner spoils the handshake, the calls are shown, and the exit code says whose fault it is."""
    async with Platform("GreenPlug", [CPO]) as cpo:
        token = cpo.invite()
        cpo.fail(Fault.SERVER_ERROR)
        line = ("partner", "register", "GreenPlug", "--versions-url", cpo.versions_url, "--party", "NL/CPA/CPO")

        failed = await operator.hubctl(*line, "--token-file", "-", stdin=token)

    assert failed.exit_code == 5
    assert "✗ GET    versions" in failed.err
    assert token not in failed.out + failed.err


async def test_a_token_file_that_is_none(operator: Operator, tmp_path: Path) -> None:
    """A missing and an empty token file are usage errors that name the file."""
    (tmp_path / "empty").write_text("\n")
    line = ("partner", "register", "X", "--versions-url", "https://x.example", "--party", "NL/CPA/CPO", "--token-file")

    for name in ("missing", "empty"):
        ended = await operator.hubctl(*line, str(tmp_path / name))
        assert ended.exit_code == 2
        assert name in ended.err


async def test_the_list_in_a_pipe(running: RunningHub, operator: Operator) -> None:
    """One line a partner, tab-separated, without titles: `cut` takes it apart."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)
        await running.invite("MapApp", EMSP)

        listed = await operator.hubctl("partner", "list")

    assert [row[:5] for row in listed.rows] == [
        ["NL*CPA", "GreenPlug", "CPO", "CONNECTED", "2.2.1"],
        ["DE*EMA", "MapApp", "EMSP", "PLANNED", ""],
    ]
    assert listed.err == ""


async def test_show_says_what_to_do_first(running: RunningHub, operator: Operator) -> None:
    """A partner that has not registered, and one that is suspended, come with the command that goes on."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)
        await running.invite("MapApp", EMSP)
        await operator.hubctl("partner", "suspend", "NL-CPA", "--reason", "unpaid", "--yes")

        suspended = await operator.hubctl("partner", "show", "GreenPlug")
        planned = await operator.hubctl("partner", "show", "DE-EMA")

    assert suspended.out.splitlines()[1:3] == [
        "WHY         suspended by the operator: unpaid",
        "DO          hubctl partner resume GreenPlug",
    ]
    assert planned.out.splitlines()[1].startswith("WHY         it has not registered yet, its invitation ends ")


async def test_what_destroys_asks_first(running: RunningHub, operator: Operator) -> None:
    """Without a terminal suspend, rotate and remove need --yes: exit 2 with a sentence, and nothing happened."""
    async with Platform("GreenPlug", [CPO]) as platform:
        await running.join(platform)
        for word in ("suspend", "rotate", "remove"):
            ended = await operator.hubctl("partner", word, "GreenPlug", stdin="y\n")
            assert (ended.exit_code, ended.out) == (2, "")
            assert "add --yes" in ended.err
        shown = await operator.hubctl("partner", "show", "GreenPlug", "--json")
        assert shown.json["status"] == "CONNECTED"


async def test_unknown_names_get_a_suggestion(running: RunningHub, operator: Operator) -> None:
    """A name or party that is nearly right is exit 3, one sentence and a suggestion; as JSON the same in fields."""
    await running.invite("GreenPlug", CPO)

    by_name = await operator.hubctl("partner", "show", "GreenPlgu")
    by_party = await operator.hubctl("partner", "rotate", "NL-CPX", "--yes")
    as_json = await operator.hubctl("partner", "show", "GreenPlgu", "--json")

    assert (by_name.exit_code, by_party.exit_code, as_json.exit_code) == (3, 3, 3)
    assert "Did you mean 'GreenPlug'?" in by_name.err
    assert "Did you mean" in by_party.err
    assert as_json.out == ""
    assert '"code": "unknown_partner"' in as_json.err


async def test_a_conflict_is_exit_1(running: RunningHub, operator: Operator) -> None:
    """A party that is taken, and a partner that is not suspended, are said; nothing changes."""
    await running.invite("GreenPlug", CPO)

    taken = await operator.hubctl("partner", "invite", "Other", "--party", "NL/CPA/CPO")
    resumed = await operator.hubctl("partner", "resume", "GreenPlug")

    assert (taken.exit_code, resumed.exit_code) == (1, 1)
    assert "NL*CPA" in taken.err


async def test_switches(running: RunningHub, operator: Operator) -> None:
    """`set` says what it switched; with nothing to set it is a usage error."""
    await running.invite("GreenPlug", CPO)

    done = await operator.hubctl("partner", "set", "NL-CPA", "--trailing-slash", "--no-catch-up")
    nothing = await operator.hubctl("partner", "set", "NL-CPA")

    assert done.err == "GreenPlug: trailing slash on, catch up off.\n"
    assert nothing.exit_code == 2
