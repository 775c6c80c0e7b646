"""The path of a ClientInfo names the reported party."""

import pytest

from hub.wire.types import validate
from modules.hubclientinfo.objects import ClientInfo
from modules.hubclientinfo.rules import check_client_info
from tests import words
from tests.modules.calls import DE_EMA, NL_CPA, call


def test_the_path_names_the_reported_party() -> None:
    """H5.02: country_code and party_id of the path are those of the body, not of the sender."""
    assert check_client_info(call("PUT", NL_CPA, words.client_info(), sender=words.HUB)) == []
    assert len(check_client_info(call("PUT", DE_EMA, words.client_info(), sender=words.HUB))) == 2


@pytest.mark.parametrize("status", ["CONNECTED", "OFFLINE", "PLANNED", "SUSPENDED"])
def test_each_status(status: str) -> None:
    """H5.03: a ClientInfo of each ConnectionStatus is valid, and last_updated is required."""
    assert validate(ClientInfo, words.client_info(status=status)) == []
    assert len(validate(ClientInfo, words.client_info(status=status, last_updated=None))) == 1
