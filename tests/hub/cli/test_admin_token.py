"""hubctl admin token, and hubctl on another machine."""

from pathlib import Path

from tests.operating import Operator


async def test_a_token_lets_another_machine_in(operator: Operator, tmp_path: Path) -> None:
    """What `admin token` prints opens the hub for HUB_ADMIN_URL and HUB_ADMIN_TOKEN, without its data directory."""
    made = await operator.hubctl("admin", "token", "--subject", "eva@laptop", "--expires", "1h")
    laptop = {
        "HUB_DATA_DIR": str(tmp_path / "laptop"),
        "HUB_ADMIN_URL": operator.url + "/admin/v1/",
        "HUB_ADMIN_TOKEN": made.out.strip(),
    }

    denied = await operator.hubctl("routes", "deny", "--from", "any", "--to", "NL-CPA", "--json", **laptop)

    assert made.exit_code == 0
    assert len(made.out.splitlines()) == 1
    assert (denied.exit_code, denied.json["created_by"]) == (0, "eva@laptop")
    assert not (tmp_path / "laptop").exists()


async def test_no_token_and_a_wrong_one_are_exit_4(operator: Operator) -> None:
    """HUB_ADMIN_URL without a token, and with a wrong one: exit 4, and how to make one; the token is not repeated."""
    url = operator.url

    missing = await operator.hubctl("partner", "list", HUB_ADMIN_URL=url)
    wrong = await operator.hubctl("partner", "list", HUB_ADMIN_URL=url, HUB_ADMIN_TOKEN="mallory-was-here")

    assert (missing.exit_code, wrong.exit_code) == (4, 4)
    assert "hubctl admin token" in missing.err
    assert "hubctl admin token" in wrong.err
    assert "mallory" not in wrong.err


async def test_what_cannot_be_made_is_said(operator: Operator, tmp_path: Path) -> None:
    """A life over 90 days and an empty subject: exit 2; a machine without the server key: exit 1, and no key is made."""
    long = await operator.hubctl("admin", "token", "--subject", "eva", "--expires", "91d")
    nobody = await operator.hubctl("admin", "token", "--subject", "")
    elsewhere = await operator.hubctl("admin", "token", "--subject", "eva", HUB_DATA_DIR=str(tmp_path / "laptop"))

    assert (long.exit_code, nobody.exit_code, elsewhere.exit_code) == (2, 2, 1)
    assert "90 days" in long.err
    assert not (tmp_path / "laptop").exists()


async def test_a_key_that_others_may_read_is_not_used(operator: Operator) -> None:
    """When the key file is open to others, hubctl says so and ends with 4 instead of using it."""
    (operator.settings.data_path / "secret.key").chmod(0o644)

    ended = await operator.hubctl("partner", "list")

    assert ended.exit_code == 4
    assert "chmod 600" in ended.err
