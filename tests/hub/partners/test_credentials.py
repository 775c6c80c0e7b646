"""Credentials objects: the hub's own, and what a partner's claims."""

import pytest

from hub.config import Settings
from hub.partners.credentials import hold_to, read_body, read_theirs, write_own
from hub.wire import json_text
from hub.wire.errors import BrokenJson, InvalidParameters
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import validate
from modules.credentials.objects import Credentials
from tests import words

CPA = PartyRole(party=Party.of("NL", "CPA"), role=Role.CPO)


def test_the_hub_lists_itself_alone_as_hub() -> None:
    """H2.42: one role, HUB, with the hub's own party; the token goes in as it is (H1.03)."""
    settings = Settings(
        _env_file=None, public_url="https://hub.example", country_code="DE", party_id="ABC", name="A hub"
    )

    own = json_text.check(write_own(settings, "the-token"))

    assert own == {
        "token": "the-token",
        "url": "https://hub.example/ocpi/versions",
        "roles": [{"role": "HUB", "country_code": "DE", "party_id": "ABC", "business_details": {"name": "A hub"}}],
    }
    assert validate(Credentials, own) == []


def test_theirs_are_read() -> None:
    """H2.40: token, URL, and each role with the name of its business."""
    theirs = read_theirs(words.credentials())

    assert (theirs.token, theirs.versions_url) == ("an-example-of-a-token", "https://cpa.example/ocpi/versions")
    assert theirs.claimed == {CPA: "Charge Point A"}
    assert theirs.token not in repr(theirs)


def test_an_object_in_a_list_is_taken_out_of_it() -> None:
    """A single object wrapped in a list is what some platforms send."""
    assert read_theirs([words.credentials()]) == read_theirs(words.credentials())


@pytest.mark.parametrize("value", [None, [], {}, "text", [words.credentials(), words.credentials()]])
def test_what_is_no_credentials_object_is_refused(value: object) -> None:
    """H2.24: 2001."""
    with pytest.raises(InvalidParameters):
        read_theirs(value)


def test_a_role_twice_is_refused_by_its_place() -> None:
    """H2.41: unique combination of role, party_id and country_code, compared without case."""
    value = words.credentials(roles=[words.credentials_role(), words.credentials_role(party_id="cpa")])

    with pytest.raises(InvalidParameters, match=r"/roles/1: NL\*CPA CPO is listed twice"):
        read_theirs(value)


@pytest.mark.parametrize("role", ["EMSP", "HUB"])
def test_a_role_beyond_the_invitation_is_refused_by_its_place(role: str) -> None:
    """H2.44: the same party in a role that it was not invited in is a foreign claim too."""
    theirs = read_theirs(words.credentials(roles=[words.credentials_role(), words.credentials_role(role=role)]))

    with pytest.raises(InvalidParameters, match=rf"/roles/1: NL\*CPA {role} is not among .* NL\*CPA CPO"):
        hold_to({CPA}, theirs)


def test_fewer_roles_than_invited_are_fine() -> None:
    """The invitation is the most that may be claimed."""
    hold_to({CPA, PartyRole(party=Party.of("NL", "CPB"), role=Role.CPO)}, read_theirs(words.credentials()))


def test_no_body_and_broken_json() -> None:
    """H7.13: nothing is 2001, what is not JSON is HTTP 400."""
    with pytest.raises(InvalidParameters):
        read_body(b" ")
    with pytest.raises(BrokenJson):
        read_body(b"{")
