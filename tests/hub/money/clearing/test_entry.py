"""A CDR in the books changes its state as people and credits say, and never otherwise."""

import pytest

from hub.money.clearing.entry import NEXT, CdrState, Change, WrongMove, moved
from tests.hub.money.clearing.cleared import NOON, entry


@pytest.mark.parametrize("before", CdrState)
@pytest.mark.parametrize("after", CdrState)
def test_moves(before: CdrState, after: CdrState) -> None:
    """What is possible is written down in one table; every change is kept with who and why."""
    change = Change(at=NOON, by="jan", state=after, reason="because")
    cdr = entry(state=before)

    if after in NEXT[before]:
        assert moved(cdr, change).state is after
        assert moved(cdr, change).changes == (change,)
    else:
        with pytest.raises(WrongMove, match=f"is {before}"):
            moved(cdr, change)


def test_what_is_on_a_statement_is_not_disputed() -> None:
    """Only a Credit CDR takes it back."""
    with pytest.raises(WrongMove, match="on the statement"):
        moved(entry(statement_id="2024-03/EUR/A>B"), Change(at=NOON, by="jan", state=CdrState.DISPUTED))


def test_amounts() -> None:
    """Minor units as decimal strings, by the currency's decimals."""
    cdr = entry(net=600, gross=726)

    assert (cdr.tax, cdr.amount(cdr.tax), cdr.amount(-5)) == (126, "1.26", "-0.05")
    assert entry(digits=0).amount(1234) == "1234"
