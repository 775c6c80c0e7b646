"""CDRs at a simulated provider: taken once, never changed, and its own alone."""

from decimal import Decimal
from typing import Any

from hub.simulate.messages import Answer
from hub.wire.interface import Interface
from tests import words
from tests.hub.simulate.pair import Pair


async def _post(pair: Pair, **changes: Any) -> Answer:
    return await pair.cpo.send("POST", "cdrs", Interface.RECEIVER, "", words.cdr(**changes), to=words.EMSP)


async def test_an_id_is_the_same_in_any_case(pair: Pair) -> None:
    """A CDR whose id differs in case alone is the same CDR, and found in any case."""
    first, other = await _post(pair, id="Cdr-1"), await _post(pair, id="CDR-1", remark="other")

    assert (first.status, other.status_code) == (201, 2001)
    assert (await pair.cpo.call("GET", first.headers["Location"].upper().replace("HTTP", "http"))).status == 404
    url, _, key = first.headers["Location"].rpartition("/")
    assert (await pair.cpo.call("GET", f"{url}/{key.upper()}")).data["id"] == "Cdr-1"


async def test_a_strangers_cdr_is_refused(pair: Pair) -> None:
    """A CDR for a Token of another provider is not taken."""
    answer = await _post(pair, cdr_token=words.cdr_token(country_code="FR", party_id="XXX"))

    assert answer.status_code == 2001
    assert answer.json["status_message"] == "/cdr_token: is a token of FR*XXX, who is not here"
    assert pair.emsp.cdrs == {}


async def test_a_credit_cdr_stands_beside_its_original(pair: Pair) -> None:
    """A Credit CDR with a reference is taken, one without is refused; the original stays."""
    negative = {"excl_vat": Decimal("-4.00"), "incl_vat": Decimal("-4.84")}
    await _post(pair)
    credit = await _post(pair, id="CDR1-C", credit=True, credit_reference_id="CDR1", total_cost=negative)
    loose = await _post(pair, id="CDR2-C", credit=True, total_cost=negative)

    assert (credit.status, loose.status_code) == (201, 2001)
    assert [cdr["total_cost"]["excl_vat"] for cdr in pair.emsp.cdrs.values()] == [Decimal("4.00"), Decimal("-4.00")]
