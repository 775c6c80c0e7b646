"""When an operator was last heard of."""

from hypothesis import given
from hypothesis import strategies as st

from hub.apps.heard import Heard


@given(st.lists(st.integers(0, 10**13), min_size=1))
def test_the_latest_counts(instants: list[int]) -> None:
    """In whatever order they come; nobody else is concerned."""
    heard = Heard()
    for at_ms in instants:
        heard.note("NL*CPA", at_ms)

    assert heard.last_ms("NL*CPA") == max(instants)
    assert heard.last_ms("NL*CPB") == 0
