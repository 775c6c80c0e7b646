"""Reading a partner's versions and endpoints, over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.config import Settings
from hub.delivery.post import Post
from hub.partners.calls import Access, Journey
from hub.partners.reader import CREDENTIALS, Reader
from hub.platform import TokenEncoding
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.partner import Partner
from hub.wire.errors import MissingEndpoints, UnableToUseClientApi, UnsupportedVersion
from hub.wire.interface import Interface, ModuleId, Version

ACCESS = Access(platform_id="p", token="token-b")
LATEST_FIRST = (Version.V2_2_1, Version.V2_2)


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A partner that answers nothing until a test says so."""
    async with Partner() as started:
        yield started


@pytest.fixture
async def journey(settings: Settings) -> AsyncIterator[Journey]:
    """One undertaking."""
    async with Post(settings) as post:
        yield Journey(post, 2.0, lambda _: None)


def endpoint(partner: Partner, identifier: str, role: str | None = "SENDER", **changes: Any) -> dict[str, Any]:
    """One endpoint of the version details."""
    return {"identifier": identifier, "role": role, "url": f"{partner.url}/{identifier}"} | changes


def offer(partner: Partner, versions: object, endpoints: object) -> None:
    """Have the partner answer."""
    partner.answer("GET", "/versions", ok(versions))
    partner.answer("GET", "/details", ok({"version": "2.2.1", "endpoints": endpoints}))


def versions(partner: Partner, *numbers: str) -> list[dict[str, str]]:
    """A versions list."""
    return [{"version": number, "url": f"{partner.url}/details/{number}"} for number in numbers]


async def test_the_first_wanted_version_is_read(partner: Partner, journey: Journey) -> None:
    """H2.01 H2.02 H2.03 H2.22: versions, then the details of the latest mutual one; what is not known is passed over."""
    endpoints = [
        endpoint(partner, "credentials"),
        endpoint(partner, "tokens", "RECEIVER"),
        endpoint(partner, "nltnm-x"),
    ]
    offer(partner, versions(partner, "2.0", "2.2", "2.2.1", "2.3.0"), endpoints)

    found = await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)

    assert found.version is Version.V2_2_1
    assert set(found.endpoints) == {
        (CREDENTIALS, Interface.SENDER),
        (ModuleId("tokens"), Interface.RECEIVER),
        (ModuleId("nltnm-x"), Interface.SENDER),
    }
    assert [received.path for received in partner.requests] == ["/versions", "/details/2.2.1"]
    assert [(step.what, step.ok, step.note) for step in journey.steps] == [
        ("versions", True, "2.0, 2.2, 2.2.1, 2.3.0"),
        ("2.2.1 details", True, "3 endpoints (credentials S, nltnm-x S, tokens R)"),
    ]


@pytest.mark.parametrize("role", ["RECEIVER", "SENDER", None, "CPO"])
async def test_the_role_of_a_credentials_endpoint_means_nothing(
    partner: Partner, journey: Journey, role: str | None
) -> None:
    """H2.06: whatever role the partner writes there, or none."""
    offer(partner, versions(partner, "2.2.1"), [endpoint(partner, "credentials", role)])

    found = await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)

    assert found.endpoints == {(CREDENTIALS, Interface.SENDER): f"{partner.url}/credentials"}


async def test_an_endpoint_that_cannot_be_read_is_passed_over(partner: Partner, journey: Journey) -> None:
    """One bad line of a partner's list does not keep the others out."""
    bad = [endpoint(partner, "locations", "BOTH"), {"identifier": "cdrs"}, "text", endpoint(partner, "")]
    offer(partner, versions(partner, "2.2.1"), [*bad, endpoint(partner, "credentials")])

    found = await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)

    assert set(found.endpoints) == {(CREDENTIALS, Interface.SENDER)}


async def test_no_mutual_version_is_3002(partner: Partner, journey: Journey) -> None:
    """H2.24: says what is offered and what would do."""
    offer(partner, versions(partner, "2.1.1"), [])

    with pytest.raises(UnsupportedVersion, match=r"2\.1\.1.*2\.2\.1 or 2\.2"):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)


async def test_no_credentials_endpoint_is_3003(partner: Partner, journey: Journey) -> None:
    """H2.23: the credentials endpoint is the one that OCPI requires of everyone; the others are optional."""
    offer(partner, versions(partner, "2.2.1"), [endpoint(partner, "locations")])

    with pytest.raises(MissingEndpoints, match="credentials"):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(body=b"<html>", bare=True), "HTTP 200 without an OCPI envelope"),
        (Reply(status=503, body=b"", bare=True), "HTTP 503 without an OCPI envelope"),
        (refused(3000, "try later"), r"HTTP 200, OCPI 3000 \(try later\)"),
        (ok({"versions": []}), "data is not a list"),
        (ok([{"version": "2.2.1"}]), "/0/url: is required"),
        (ok([{"version": "2.2.1", "url": "ftp://x"}]), "/0/url: is not an http or https URL"),
    ],
)
async def test_answers_that_cannot_be_used_are_3001(
    partner: Partner, journey: Journey, reply: Reply, said: str
) -> None:
    """H2.23: the reason is in the message, the field too."""
    partner.answer("GET", "/versions", reply)

    with pytest.raises(UnableToUseClientApi, match=said):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)


@pytest.mark.parametrize("details", [None, [], {"version": "2.2.1"}, {"version": "2.2.1", "endpoints": None}])
async def test_details_without_endpoints_are_3001(partner: Partner, journey: Journey, details: object) -> None:
    """H2.23: version details are an object with a list of endpoints."""
    partner.answer("GET", "/versions", ok(versions(partner, "2.2.1")))
    partner.answer("GET", "/details", ok(details))

    with pytest.raises(UnableToUseClientApi, match="version details"):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)


async def test_every_url_is_checked_before_it_is_called(partner: Partner, journey: Journey) -> None:
    """H4.03: the versions URL, the details URL and each endpoint URL; without leave none may be plain http or private."""
    with pytest.raises(UnableToUseClientApi, match="/url: the URL is plain http"):
        await Reader(False).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)
    offer(partner, [{"version": "2.2.1", "url": "http://user:pass@127.0.0.1/"}], [])
    with pytest.raises(UnableToUseClientApi, match="versions: /url: the URL holds a user name"):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)
    offer(partner, versions(partner, "2.2.1"), [endpoint(partner, "cdrs", url="http://127.0.0.1:0/")])
    with pytest.raises(UnableToUseClientApi, match="version details: /endpoints/0/url: the URL names port 0"):
        await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)


async def test_a_read_that_never_arrived_is_tried_once_more(journey: Journey, free_port: int) -> None:
    """A refused connection is no answer: reads, and only reads, may be tried again."""
    with pytest.raises(UnableToUseClientApi, match=r"GET versions at 127\.0\.0\.1"):
        await Reader(True).discover(journey, ACCESS, f"http://127.0.0.1:{free_port}/versions", LATEST_FIRST)

    assert [(step.method, step.http_status) for step in journey.steps] == [("GET", 0)] * 2


async def test_the_encoding_that_the_partner_takes_is_found(partner: Partner, journey: Journey) -> None:
    """H1.10: Base64 first; on 401 raw, and from then on raw at once."""

    def only_raw(received: Received) -> Reply | None:
        return None if received.headers["Authorization"] == "Token token-b" else refused(2000, "no", status=401)

    offer(partner, versions(partner, "2.2.1"), [endpoint(partner, "credentials")])
    partner.answer("GET", "/", only_raw)

    found = await Reader(True).discover(journey, ACCESS, f"{partner.url}/versions", LATEST_FIRST)

    assert found.encoding is TokenEncoding.RAW
    assert [step.http_status for step in journey.steps] == [401, 200, 200]
