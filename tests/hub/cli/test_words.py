"""Durations, parties and claims as people write them."""

from datetime import timedelta

import pytest

from hub.cli import words
from hub.cli.errors import CommandFailed, ExitCode


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("10m", 600), ("10 min", 600), ("2h", 7200), ("7D", 604800), ("1.5h", 5400)],
)
def test_durations(written: str, seconds: float) -> None:
    """A number and a unit, in any case."""
    assert words.duration(written, "--since") == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "10", "m", "-5s", "1w", "1e3s", "٣s", "9999999s"])
def test_what_is_no_duration_is_a_usage_error(written: str) -> None:
    """Anything else names the option and shows how to write it."""
    with pytest.raises(CommandFailed, match="--since is a time such as 500ms") as failed:
        words.duration(written, "--since")

    assert failed.value.exit_code is ExitCode.USAGE


def test_parties_and_everyone() -> None:
    """A party in any spelling; `any` and `*` are everyone; nonsense is a usage error that names the option."""
    assert [words.party_or_any(written, "--from") for written in ("nl-cpa", "NL*CPA", "any", "*", "ALL")] == [
        "NL*CPA",
        "NL*CPA",
        "*",
        "*",
        "*",
    ]
    with pytest.raises(CommandFailed, match="--from: 'Netherlands'"):
        words.party_or_any("Netherlands", "--from")


def test_claims_are_read_before_anything_is_asked() -> None:
    """`NL/CPA/CPO` passes, a claim without a role or with the hub's role does not."""
    assert words.claims(["NL/CPA/CPO", "nl/cpa/emsp"]) == ["NL/CPA/CPO", "nl/cpa/emsp"]
    for wrong in ("NL/CPA", "NL/CPA/HUB", "NL/CPA/BANK"):
        with pytest.raises(CommandFailed, match="--party"):
            words.claims([wrong])
