"""What happens to the tokens that the hub issued to one platform."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.partners import tokens
from hub.platform import TokenKind

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=600)


def hashes(issued: tokens.Issued) -> list[str]:
    """By age."""
    return [token.token_hash for token in issued]


def agreed(issued: tokens.Issued, token_hash: str) -> tokens.Issued:
    """A renewal from start to end."""
    offered = tokens.offered(issued, tokens.established(token_hash, NOW))
    return tokens.renewed(offered, token_hash, UNTIL)


def test_an_invitation_is_a_token_a_alone() -> None:
    """H2.20: token A opens the registration and nothing else, as long as the operator says."""
    (token,) = tokens.invited("a", NOW, UNTIL)

    assert (token.kind, token.expires_at, token.issued_at) == (TokenKind.REGISTRATION, UNTIL, NOW)
    assert tokens.newest((token,)) is None


def test_an_offered_token_ends_no_other() -> None:
    """H2.22: token B is valid before the partner has agreed to it, and the older one stays."""
    issued = tokens.offered((tokens.established("old", NOW),), tokens.established("new", NOW))

    assert hashes(issued) == ["old", "new"]
    assert not any(token.superseded or token.expires_at for token in issued)


def test_a_token_offered_in_vain_is_gone() -> None:
    """H2.24: after a refusal the tokens are what they were."""
    before = (tokens.established("old", NOW),)

    assert tokens.withdrawn(tokens.offered(before, tokens.established("new", NOW)), "new") == before


def test_an_agreed_token_supersedes_the_others_for_a_time() -> None:
    """H2.28: the older one has an end, the newer one waits for its first use even if a callback used it already."""
    offered = tokens.offered((tokens.established("old", NOW),), tokens.established("new", NOW))

    older, newer = tokens.renewed(tokens.proven(offered, "new"), "new", UNTIL)

    assert (older.token_hash, older.superseded, older.expires_at) == ("old", True, UNTIL)
    assert (newer.token_hash, newer.superseded, newer.proven) == ("new", False, False)


def test_the_first_use_ends_what_was_superseded() -> None:
    """H2.28: once the partner uses the new token, the older one is refused."""
    issued = tokens.proven(agreed((tokens.established("old", NOW),), "new"), "new")

    assert hashes(issued) == ["new"]
    assert issued[0].proven


def test_a_callback_with_an_offered_token_ends_nothing() -> None:
    """H2.22: while the partner has not answered, it may still fall back to the older token."""
    offered = tokens.offered((tokens.established("old", NOW),), tokens.established("new", NOW))

    assert hashes(tokens.proven(offered, "new")) == ["old", "new"]


def test_a_second_renewal_does_not_lengthen_the_life_of_the_first_token() -> None:
    """H2.28: rotation_grace_s counts from the renewal that replaced the token."""
    once = agreed((tokens.established("one", NOW),), "two")

    twice = tokens.renewed((*once, tokens.established("three", NOW)), "three", UNTIL + timedelta(1), presented="one")

    assert {token.token_hash: token.expires_at for token in twice} == {
        "one": UNTIL,
        "two": UNTIL + timedelta(1),
        "three": None,
    }


@given(st.lists(st.sampled_from(["renew", "offer", "prove", "withdraw"]), max_size=30))
def test_whatever_comes_the_newest_agreed_token_works_and_the_number_is_bounded(steps: list[str]) -> None:
    """H2.28: no order of renewals, offers and uses leaves the partner without a token, or the hub with many."""
    issued: tokens.Issued = (tokens.established("0", NOW),)
    current = "0"
    for number, step in enumerate(steps, start=1):
        if step == "renew":
            current = str(number)
            issued = agreed(issued, current)
        elif step == "offer":
            issued = tokens.offered(issued, tokens.established(str(number), NOW))
        elif step == "prove":
            issued = tokens.proven(issued, current)
        else:
            issued = tokens.withdrawn(issued, str(number - 1)) if str(number - 1) != current else issued

        assert len(issued) <= 4
        assert sum(1 for token in issued if token.superseded and token.expires_at is None) == 0
        assert tokens.newest(issued) is not None
