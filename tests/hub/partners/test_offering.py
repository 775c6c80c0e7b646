"""What comes of an offer: taken, refused, or unknown."""

from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
from hub.delivery.post import Post
from hub.partners.calls import Access, Journey
from hub.partners.offering import Refused, offer, read_answer, say_goodbye
from hub.partners.problems import PartnerFailed
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok, refused
from hub.simulate.partner import Partner
from tests import words

ACCESS = Access(platform_id="p", token="token-a")


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A partner that answers nothing until a test says so."""
    async with Partner() as started:
        yield started


@pytest.fixture
async def journey(settings: Settings) -> AsyncIterator[Journey]:
    """One undertaking whose calls may take 0.2 s."""
    async with Post(settings) as post:
        yield Journey(post, 0.2, lambda _: None)


@pytest.mark.parametrize("status", [200, 201])
async def test_200_and_201_are_taken(partner: Partner, journey: Journey, status: int) -> None:
    """H2.33: both are success for POST and PUT."""
    partner.answer("POST", "/credentials", ok(words.credentials(), status=status))

    heard = await offer(journey, "POST", f"{partner.url}/credentials", ACCESS, b"{}")

    assert read_answer(journey, heard).token == "an-example-of-a-token"


@pytest.mark.parametrize(
    "reply",
    [refused(3001, "cannot call you"), refused(2000, "no", status=405), Reply(status=404, body=b"", bare=True)],
)
async def test_an_answer_that_says_no_is_a_refusal(partner: Partner, journey: Journey, reply: Reply) -> None:
    """H2.24: then the partner did certainly not take the token that was offered."""
    partner.answer("POST", "/credentials", reply)

    with pytest.raises(Refused) as raised:
        await offer(journey, "POST", f"{partner.url}/credentials", ACCESS, b"{}")

    assert raised.value.http_status == reply.status
    assert raised.value.steps == tuple(journey.steps)


async def test_a_connection_that_is_refused_is_a_refusal(journey: Journey, free_port: int) -> None:
    """Nothing was sent."""
    with pytest.raises(Refused):
        await offer(journey, "PUT", f"http://127.0.0.1:{free_port}/credentials", ACCESS, b"{}")


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DOWN, Fault.SERVER_ERROR, Fault.MALFORMED])
async def test_everything_else_is_unknown(partner: Partner, journey: Journey, fault: Fault) -> None:
    """A partner that does not answer, or fails while it answers, may have taken the token."""
    partner.fail(fault)

    with pytest.raises(PartnerFailed) as raised:
        await offer(journey, "PUT", f"{partner.url}/credentials", ACCESS, b"{}")

    assert not isinstance(raised.value, Refused)


@pytest.mark.parametrize("data", [None, {}, {"token": "x"}])
async def test_an_answer_without_credentials_names_the_field(partner: Partner, journey: Journey, data: object) -> None:
    """H2.22: token C has to be in the answer."""
    partner.answer("POST", "/credentials", ok(data))
    heard = await offer(journey, "POST", f"{partner.url}/credentials", ACCESS, b"{}")

    with pytest.raises(PartnerFailed, match="unusable credentials: /"):
        read_answer(journey, heard)

    assert not journey.steps[-1].ok


async def test_a_goodbye_that_nobody_hears_is_a_step(journey: Journey, free_port: int) -> None:
    """H2.30: ending a registration does not depend on the other side."""
    await say_goodbye(journey, f"http://127.0.0.1:{free_port}/credentials", ACCESS)

    assert "may think that it is still registered" in journey.steps[-1].note
