"""Routing looks at parties, never into the identifiers of contracts and EVSEs."""

from hypothesis import given
from hypothesis import strategies as st

from hub.wire.interface import Interface
from tests import words
from tests.directories import directory, platform
from tests.hub.routed import outcome, request
from tests.words import EMSP

DIRECTORY = directory(platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP"), platform("other", "FR/EMB/EMSP"))
CONTRACT_IDS = st.from_regex(r"(FR|fr)[-*]?EMB[-*]?C?[0-9A-Z]{1,9}", fullmatch=True)
EVSE_IDS = st.from_regex(r"FR\*EMB\*E[0-9]{1,9}", fullmatch=True)


@given(contract_id=CONTRACT_IDS, evse_id=EVSE_IDS)
def test_no_route_follows_from_an_emobility_id(contract_id: str, evse_id: str) -> None:
    """H2.43: a CDR whose contract and EVSE ids begin with another party's goes to the party of its CdrToken."""
    token = words.cdr_token(contract_id=contract_id)
    place = words.cdr()["cdr_location"] | {"evse_id": evse_id}
    cdr = words.cdr(cdr_token=token, cdr_location=place)

    assert outcome(request("POST", "cdrs", Interface.RECEIVER, body=cdr), DIRECTORY) == f"forward {EMSP}"


@given(contract_id=CONTRACT_IDS)
def test_a_contract_id_does_not_say_who_authorizes(contract_id: str) -> None:
    """H2.43: an authorization for a uid that looks like another party's is looked up, not read."""
    asked = request("POST", "tokens", Interface.SENDER, f"/{contract_id.replace('*', '%2A')}/authorize")

    assert outcome(asked, DIRECTORY) == "lookup token"
