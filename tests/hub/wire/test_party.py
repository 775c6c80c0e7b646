"""Parties and roles: every spelling of one party is the same party, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.party import Party, PartyRole, Role

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COUNTRY_CODES = st.text(LETTERS, min_size=2, max_size=2)
PARTY_IDS = st.text(LETTERS + "0123456789", min_size=3, max_size=3)
PARTIES = st.builds(Party.of, COUNTRY_CODES, PARTY_IDS)
ANY_TEXT = st.text(max_size=12)


@given(country_code=COUNTRY_CODES, party_id=PARTY_IDS)
def test_case_does_not_make_another_party(country_code: str, party_id: str) -> None:
    """H1.30: country_code and party_id are compared without case."""
    written = Party.of(country_code, party_id)

    assert written == Party.of(country_code.swapcase(), party_id.swapcase())
    assert hash(written) == hash(Party.of(country_code.lower(), party_id.upper()))


@given(party=PARTIES)
def test_folding_twice_changes_nothing(party: Party) -> None:
    """A folded party is folded."""
    assert Party.of(party.country_code, party.party_id) == party


@given(party=PARTIES, separator=st.sampled_from(["*", "-", "/", " ", ""]))
def test_every_usual_spelling_is_read(party: Party, separator: str) -> None:
    """`NL*TNM`, `NL-TNM`, `NL/TNM` and `nltnm` are one party, with blanks around them too."""
    written = f" {party.country_code.lower()}{separator}{party.party_id} "

    assert Party.parse(written) == party


@given(party=PARTIES)
def test_a_written_party_is_read_again(party: Party) -> None:
    """What `str` writes, `parse` reads."""
    assert Party.parse(str(party)) == party


@given(country_code=ANY_TEXT, party_id=ANY_TEXT)
def test_what_is_no_party_is_refused(country_code: str, party_id: str) -> None:
    """Two texts are a party of ASCII letters and digits, or a ValueError: nothing between."""
    try:
        party = Party.of(country_code, party_id)
    except ValueError:
        return
    assert (party.country_code, party.party_id) == (country_code.upper(), party_id.upper())
    assert len(party.country_code) == 2
    assert party.country_code.isascii()
    assert party.country_code.isalpha()
    assert len(party.party_id) == 3
    assert party.party_id.isascii()
    assert party.party_id.isalnum()


@pytest.mark.parametrize(
    ("country_code", "party_id"),
    [
        ("NLD", "TNM"),
        ("N", "LTNM"),
        ("NL", "TN"),
        ("NL", "TNMX"),
        ("", ""),
        ("NL", "*TN"),
        ("N1", "TNM"),
        ("ÄÖ", "TNM"),
    ],
)
def test_wrong_lengths_and_characters_are_refused(country_code: str, party_id: str) -> None:
    """Characters cannot wander from one field to the other, and only ASCII counts."""
    with pytest.raises(ValueError, match="two letters"):
        Party.of(country_code, party_id)


def test_a_text_that_is_no_party_says_how_to_write_one() -> None:
    """The refusal shows the start of what was written, and an example."""
    with pytest.raises(ValueError, match="'Deutschland' is not a party: write NL-TNM"):
        Party.parse("Deutschland")


@given(party=PARTIES, role=st.sampled_from([role for role in Role if role is not Role.HUB]))
def test_a_party_in_a_role_is_read(party: Party, role: Role) -> None:
    """`NL/CPA/CPO` is a party and one of its roles, in any case."""
    written = f"{party.country_code}/{party.party_id}/{role}".lower()

    assert PartyRole.parse(written) == PartyRole(party=party, role=role)


@pytest.mark.parametrize("written", ["NL/CPA", "NL/CPA/", "NL/CPA/HUB", "NL/CPA/MSP", "CPO", ""])
def test_a_role_that_nobody_may_claim_is_refused(written: str) -> None:
    """HUB is this hub's own role; the refusal lists the roles that there are."""
    with pytest.raises(ValueError, match=r"CPO, EMSP, NAP, NSP, OTHER, SCSP|is not a party"):
        PartyRole.parse(written)


def test_the_specification_has_seven_roles() -> None:
    """H2.40: the roles, spelled as 2.2.1 spells them."""
    assert set(Role) == {"CPO", "EMSP", "HUB", "NAP", "NSP", "OTHER", "SCSP"}
