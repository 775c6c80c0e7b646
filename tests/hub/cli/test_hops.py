"""Legs that belong together on one line."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.cli.hops import pair


def leg(kind: str, **changes: Any) -> dict[str, Any]:
    """A leg as the admin API gives it."""
    told: dict[str, Any] = {"kind": kind, "correlation_id": "c1", "module": "locations", "method": "PUT", "plan": ""}
    return told | changes


def test_a_forward_is_one_hop() -> None:
    """The leg out is told first, the leg in that waited for it second: together they are a forward."""
    out, came = leg("out"), leg("in", plan="forward to DE*EMA EMSP")

    hops = pair([out, came])

    assert [(hop.incoming, hop.out) for hop in hops] == [(came, [out])]
    assert hops[0].is_forward


def test_a_broadcast_gathers_what_follows_it() -> None:
    """The legs out of a broadcast come after its leg in, whatever their method."""
    came = leg("in", plan="broadcast to 2 receivers", method="PATCH")
    first, second = leg("out", method="PATCH"), leg("out", method="PUT")

    hops = pair([came, first, second])

    assert [(hop.incoming, hop.out) for hop in hops] == [(came, [first, second])]
    assert not hops[0].is_forward


def test_what_the_hub_sends_by_itself_stands_alone() -> None:
    """A leg out without any leg in, or with one of another message, is a hop of its own."""
    alone, other = leg("out", correlation_id="c2"), leg("in", plan="forward to DE*EMA EMSP")

    assert [(hop.incoming, hop.out) for hop in pair([alone, other])] == [(None, [alone]), (other, [])]


def test_a_command_and_its_result_are_two_hops() -> None:
    """Two forwards with the same correlation id keep their own legs."""
    legs = [leg("out"), leg("in", plan="forward"), leg("out"), leg("in", plan="callback")]

    assert [hop.out for hop in pair(legs)] == [[legs[0]], [legs[2]]]


@given(
    st.lists(
        st.builds(
            leg,
            st.sampled_from(["in", "out"]),
            correlation_id=st.sampled_from(["c1", "c2"]),
            module=st.sampled_from(["locations", "tokens"]),
            method=st.sampled_from(["PUT", "PATCH"]),
            plan=st.sampled_from(["", "forward to X", "broadcast to 2 receivers"]),
        )
    )
)
def test_no_leg_is_lost_or_doubled(legs: list[dict[str, Any]]) -> None:
    """However legs are mixed, each is shown exactly once."""
    shown = [one for hop in pair(legs) for one in ([hop.incoming] if hop.incoming else []) + hop.out]

    assert sorted(map(id, shown)) == sorted(map(id, legs))
