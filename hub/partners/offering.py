"""Offers the hub's credentials to a partner, and judges what came of it: taken, refused, or unknown."""

from hub.delivery.answer import Failure
from hub.partners.calls import Access, Heard, Journey, Unanswered
from hub.partners.credentials import Theirs, read_theirs
from hub.partners.problems import PartnerFailed
from hub.partners.reader import CREDENTIALS
from hub.wire.errors import InvalidParameters
from hub.wire.interface import Interface

ENDPOINT = (CREDENTIALS, Interface.SENDER)
UNAUTHORIZED = 401
_NOTHING_WAS_SENT = {Failure.NOT_CONNECTED, Failure.BUSY}


class Refused(PartnerFailed):
    """The partner certainly did not take what it was offered."""

    http_status = 0


async def offer(journey: Journey, method: str, url: str, access: Access, credentials: bytes) -> Heard:
    """POST or PUT the hub's credentials.

    Raises Refused when the partner certainly did not act, PartnerFailed when nobody knows (no answer in time, HTTP 5xx,
    something that is not OCPI).
    """
    try:
        heard = await journey.call(method, "credentials", url, access, credentials)
    except Unanswered as unanswered:
        sent = unanswered.failed.failure not in _NOTHING_WAS_SENT
        raise (PartnerFailed if sent else Refused)(str(unanswered), tuple(journey.steps)) from None
    if heard.succeeded:
        return heard
    said = f"{method} credentials at {heard.step.host}: {heard.complaint}"
    if heard.http_status >= 500 or (heard.said is None and heard.http_status < 400):
        raise PartnerFailed(said, tuple(journey.steps))
    refused = Refused(said, tuple(journey.steps))
    refused.http_status = heard.http_status
    raise refused


def read_answer(journey: Journey, heard: Heard) -> Theirs:
    """The partner's credentials in its answer; raises PartnerFailed that names the field."""
    try:
        return read_theirs(heard.said.data if heard.said else None)
    except InvalidParameters as invalid:
        journey.note(f"in the answer, {invalid.message}", ok=False)
        raise PartnerFailed(
            f"{heard.step.host} answered with unusable {invalid.message}", tuple(journey.steps)
        ) from None


async def say_goodbye(journey: Journey, url: str, access: Access) -> None:
    """DELETE credentials; that no answer comes is a step like any other."""
    try:
        await journey.call("DELETE", "credentials", url, access)
    except Unanswered:
        journey.note(f"{journey.steps[-1].note}; the partner may think that it is still registered", ok=False)
