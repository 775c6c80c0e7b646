"""Calls of configuration modules at a partner, over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from hub.config import Settings
from hub.delivery.answer import Failure
from hub.delivery.post import Post
from hub.partners.calls import Access, Journey, Unanswered
from hub.platform import TokenEncoding
from hub.simulate.faults import Fault
from hub.simulate.messages import ok, refused
from hub.simulate.partner import Partner
from hub.store.protocols import Leg

ACCESS = Access(platform_id="p", token="token-b")


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A partner that answers nothing until a test says so."""
    async with Partner() as started:
        yield started


@pytest.fixture
def legs() -> list[Leg]:
    """What was traced."""
    return []


@pytest.fixture
async def journey(settings: Settings, legs: list[Leg]) -> AsyncIterator[Journey]:
    """One undertaking whose calls may take 0.2 s."""
    async with Post(settings) as post:
        yield Journey(post, 0.2, legs.append)


async def test_a_call_has_ids_and_no_routing_headers(partner: Partner, journey: Journey) -> None:
    """H1.20 H1.21 H1.32 H1.41: own X-Request-ID, one X-Correlation-ID for all, no TO and FROM, JSON for a body."""
    partner.answer("PUT", "/credentials", ok({}))

    for _ in range(2):
        await journey.call("PUT", "credentials", f"{partner.url}/credentials", ACCESS, b"{}")

    first, second = partner.requests
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert first.headers["X-Correlation-ID"] == second.headers["X-Correlation-ID"]
    assert first.headers["Content-Type"] == "application/json"
    assert not [name for name in first.headers if name.lower().startswith("ocpi-")]


async def test_the_other_encoding_is_tried_once_after_401(partner: Partner, journey: Journey) -> None:
    """H1.10: two calls at most; when both are refused the first answer counts."""
    partner.answer("GET", "/versions", refused(2000, "who are you", status=401))

    heard = await journey.call("GET", "versions", f"{partner.url}/versions", ACCESS)

    assert [received.headers["Authorization"] for received in partner.requests] == [
        "Token dG9rZW4tYg==",
        "Token token-b",
    ]
    assert (heard.http_status, heard.access.encoding) == (401, TokenEncoding.BASE64)
    assert heard.complaint == "HTTP 401, OCPI 2000 (who are you)"


async def test_raw_goes_first_to_who_wants_raw(partner: Partner, journey: Journey) -> None:
    """H1.10: the encoding of the platform's record is the one that is tried first."""
    partner.answer("GET", "/versions", ok([]))

    await journey.call(
        "GET", "versions", f"{partner.url}/versions", Access(platform_id="p", token="t", encoding=TokenEncoding.RAW)
    )

    assert [received.headers["Authorization"] for received in partner.requests] == ["Token t"]


@pytest.mark.parametrize(("fault", "failure"), [(Fault.SLOW, Failure.TIMEOUT), (Fault.DOWN, Failure.BROKEN)])
async def test_no_answer_is_a_step_with_its_reason(
    partner: Partner, journey: Journey, legs: list[Leg], fault: Fault, failure: Failure
) -> None:
    """The person who asked, and the trace, learn why there was no answer; nothing secret is in either."""
    partner.fail(fault)

    with pytest.raises(Unanswered) as raised:
        await journey.call("PUT", "credentials", f"{partner.url}/credentials", ACCESS, b'{"token": "secret"}')

    assert raised.value.failed.failure is failure
    (step,), (leg,) = journey.steps, legs
    assert (step.http_status, step.ok, step.host) == (0, False, "127.0.0.1")
    assert (leg.note, leg.module, leg.platform_id) == (step.note, "credentials", "p")
    assert "secret" not in f"{raised.value} {step} {leg}"
    assert "token-b" not in f"{raised.value} {step} {leg} {ACCESS}"
