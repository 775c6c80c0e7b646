"""The classes of Tokens beyond the examples."""

from typing import Any

import pytest

from hub.wire.types import validate
from modules.tokens.objects import AuthorizationInfo, LocationReferences
from tests import words


@pytest.mark.parametrize("allowed", ["ALLOWED", "BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED"])
def test_each_answer_to_an_authorization(allowed: str) -> None:
    """H6.64: an AuthorizationInfo of each AllowedType is valid, with or without a location."""
    assert validate(AuthorizationInfo, words.authorization_info(allowed=allowed, location=None)) == []


def test_references_may_name_no_evse() -> None:
    """The evse_uids may be absent, empty or null."""
    nothings: list[dict[str, Any]] = [{}, {"evse_uids": []}, {"evse_uids": None}]

    for nothing in nothings:
        assert LocationReferences.model_validate({"location_id": "LOC1"} | nothing).evse_uids == ()
