"""Which of two outgoing tokens a partner takes."""

from dataclasses import replace

import pytest

from hub.simulate.platform import Platform
from tests.hub.partners.house import CPA, SECRETS, House

NAME = "Charge Point A"


@pytest.fixture
async def joined(house: House, cpo: Platform) -> Platform:
    """The operator, registered."""
    await house.join(cpo, CPA, name=NAME)
    return cpo


async def give(house: House, newer: str, older: str) -> str:
    """Have the hub hold these two tokens of the operator; returns the platform_id."""
    platform_id = house.platform().platform_id
    await house.front.roster.amend(
        platform_id,
        lambda current: replace(
            current,
            outgoing=SECRETS.seal(newer, platform_id),
            outgoing_previous=SECRETS.seal(older, platform_id) if older else "",
        ),
    )
    return platform_id


def tokens(house: House) -> tuple[str, str]:
    """The newer and the older one, in clear."""
    platform = house.platform()
    previous = platform.outgoing_previous
    return (
        house.front.roster.directory.credentials_tokens[platform.platform_id],
        SECRETS.unseal(previous, platform.platform_id) if previous else "",
    )


async def test_a_newer_token_that_works_is_proven(house: House, joined: Platform) -> None:
    """The older one is dropped, and only then."""
    platform_id = await give(house, joined.issued_token or "", "older")

    await house.front.outgoing.settle(platform_id)

    assert tokens(house) == (joined.issued_token, "")


async def test_an_older_token_that_alone_works_is_used_again(house: House, joined: Platform) -> None:
    """The partner did not finish the renewal; the newer one is kept, should it come to it."""
    platform_id = await give(house, "newer", joined.issued_token or "")

    await house.front.outgoing.settle(platform_id)

    assert tokens(house) == (joined.issued_token, "newer")


async def test_when_neither_works_neither_is_lost(house: House, joined: Platform) -> None:
    """A person has to look at it."""
    platform_id = await give(house, "newer", "older")

    await house.front.outgoing.settle(platform_id)

    assert tokens(house) == ("newer", "older")


async def test_a_partner_that_does_not_answer_settles_nothing(house: House, joined: Platform) -> None:
    """No answer says nothing about a token."""
    platform_id = await give(house, "newer", "older")
    await joined.stop()

    await house.front.outgoing.settle(platform_id)

    assert tokens(house) == ("newer", "older")
    await joined.start()


async def test_without_an_older_token_nobody_is_called(house: House, joined: Platform) -> None:
    """There is nothing to decide."""
    platform_id = await give(house, "newer", "")
    before = len(joined.requests)

    await house.front.outgoing.settle(platform_id)

    assert len(joined.requests) == before
