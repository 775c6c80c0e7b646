"""The refusals: one class for each number of the specification, and the HTTP status that goes with it."""

import pytest

from hub.wire import errors
from hub.wire.errors import MethodNotAllowed, OcpiError, Unauthorized

STATUS_CODES = {
    errors.ClientError: 2000,
    errors.InvalidParameters: 2001,
    errors.NotEnoughInformation: 2002,
    errors.UnknownLocation: 2003,
    errors.UnknownToken: 2004,
    errors.ServerError: 3000,
    errors.UnableToUseClientApi: 3001,
    errors.UnsupportedVersion: 3002,
    errors.MissingEndpoints: 3003,
    errors.HubError: 4000,
    errors.UnknownReceiver: 4001,
    errors.ForwardTimeout: 4002,
    errors.ReceiverNotConnected: 4003,
}
HTTP_STATUSES = [(errors.BrokenJson("why"), 400), (errors.NotFound("why"), 404), (errors.BodyTooLarge(1024), 413)]


@pytest.mark.parametrize(("refusal", "status_code"), STATUS_CODES.items())
def test_each_number_has_its_class(refusal: type[OcpiError], status_code: int) -> None:
    """H3.11, H3.13: the numbers of the specification, each with HTTP 200 unless something else is said."""
    assert refusal("why").status_code == status_code
    assert refusal("why").http_status == 200


@pytest.mark.parametrize(("refusal", "http_status"), HTTP_STATUSES)
def test_what_never_was_ocpi_has_an_http_status(refusal: OcpiError, http_status: int) -> None:
    """Broken JSON is HTTP 400, a missing resource 404, a body over the limit 413; all are 2000."""
    assert refusal.http_status == http_status
    assert refusal.status_code == 2000


def test_one_refusal_can_have_another_http_status() -> None:
    """The class keeps its own: only this one refusal is different."""
    assert errors.UnknownToken("no such token", http_status=404).http_status == 404
    assert errors.UnknownToken("no such token").http_status == 200


def test_no_token_and_a_wrong_token_read_the_same() -> None:
    """HTTP 401 with 2000, and one text for a missing and for a wrong credentials token."""
    assert (Unauthorized().http_status, Unauthorized().status_code) == (401, 2000)
    assert str(Unauthorized()) == str(Unauthorized())
    assert Unauthorized().headers == {"WWW-Authenticate": "Token"}


def test_a_method_that_is_not_there_names_those_that_are() -> None:
    """HTTP 405 with an Allow header."""
    refusal = MethodNotAllowed("PATCH", ("GET", "PUT"))

    assert (refusal.http_status, refusal.status_code) == (405, 2000)
    assert refusal.headers == {"Allow": "GET, PUT"}
    assert str(refusal) == "PATCH is not available here; available: GET, PUT"
