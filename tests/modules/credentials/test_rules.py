"""Rules of Credentials that their shape cannot say."""

from modules.credentials.rules import check_credentials
from tests import words
from tests.modules.calls import call, said


def test_no_party_is_listed_twice_in_a_role() -> None:
    """H2.41: role, party_id and country_code are unique together, case aside; one party may have two roles."""
    again = words.credentials_role(country_code="nl", party_id="cpa")
    roles = [words.credentials_role(), words.credentials_role(role="EMSP"), again]

    assert check_credentials(call("POST", body=words.credentials(roles=roles[:2]))) == []
    assert said(check_credentials(call("POST", body=words.credentials(roles=roles)))) == [
        "/roles/2: is the same party in the same role as an earlier element"
    ]
