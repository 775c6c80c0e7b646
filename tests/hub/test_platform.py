"""The records of a partner: who is on a platform, and how a rule is named."""

import pytest

from hub.platform import Agreement, Effect
from tests.directories import platform, rule
from tests.words import CPO, EMSP


def test_a_platform_hosts_who_has_not_left() -> None:
    """A party is on a platform as long as one of its roles there is."""
    one = platform("p", "NL/CPA/CPO", "BE/DUO/EMSP", gone=["DE/EMA/EMSP", "NL/CPA/EMSP"])

    assert one.hosts(CPO)
    assert not one.hosts(EMSP)


@pytest.mark.parametrize(
    ("agreement", "rule_id"),
    [
        (rule(CPO, EMSP, "locations"), "NL*CPA>DE*EMA/locations"),
        (rule(None, EMSP, None), "*>DE*EMA/*"),
        (rule(None, None, None), "*>*/*"),
        (rule(CPO, EMSP, "locations", Effect.ALLOW), "NL*CPA>DE*EMA/locations"),
    ],
)
def test_a_rule_is_named_by_whom_it_is_about(agreement: Agreement, rule_id: str) -> None:
    """One name for each sender, receiver and module, so that a new rule replaces the old one."""
    assert agreement.rule_id == rule_id
