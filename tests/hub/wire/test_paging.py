"""Paged lists of our own: which page is asked for, and the headers that lead through all of them."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.wire.errors import InvalidParameters
from hub.wire.paging import (
    AFTER_SEQ,
    LIMIT,
    LINK,
    TOTAL,
    PageRequest,
    next_by_count,
    read_link,
    read_page,
    read_query,
    write_next,
)

URL = "https://hub.example/ocpi/2.2.1/sender/locations"
MAXIMUM = 100
SEQUENCES = st.lists(st.integers(1, 10**6), unique=True, max_size=30).map(sorted)


def page(query: str) -> PageRequest:
    """The page that a query asks for, where the server's maximum is 100."""
    return read_page(read_query(query), MAXIMUM)


def test_without_parameters_the_first_full_page_is_meant() -> None:
    """H7.08: offset is 0 and limit the server's maximum unless they are given."""
    assert page("") == PageRequest(limit=MAXIMUM)


def test_all_four_parameters_are_read() -> None:
    """H7.08: date_from, date_to, offset and limit."""
    assert page("date_from=2026-01-01T00:00:00Z&date_to=2026-02-01T00:00:00&offset=20&limit=10") == PageRequest(
        date_from=datetime(2026, 1, 1, tzinfo=UTC), date_to=datetime(2026, 2, 1, tzinfo=UTC), offset=20, limit=10
    )


@pytest.mark.parametrize(("asked", "used"), [(1, 1), (99, 99), (100, 100), (101, 100), (2000, 100)])
def test_the_limit_is_the_smaller_one(asked: int, used: int) -> None:
    """H7.09, H7.10: a page is never larger than the server's maximum, whatever is asked."""
    assert page(f"limit={asked}").limit == used


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1e2", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=٣", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("offset=99999999999999999", "offset"),
        ("after_seq=x", "after_seq"),
        ("date_from=yesterday", "date_from"),
        ("date_to=2026-13-01T00:00:00Z", "date_to"),
        ("date_from=1735689600", "date_from"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(query: str, named: str) -> None:
    """H7.11: 2001 with HTTP 200, and the text says which parameter."""
    with pytest.raises(InvalidParameters, match=f"^{named} ") as refused:
        page(query)

    assert (refused.value.status_code, refused.value.http_status) == (2001, 200)


@given(query=st.text(max_size=60))
def test_any_query_is_a_page_or_refused(query: str) -> None:
    """H7.11: nothing but a refusal comes of a query that makes no sense."""
    try:
        asked = page(query)
    except InvalidParameters:
        return
    assert 1 <= asked.limit <= MAXIMUM
    assert asked.offset >= 0


def test_a_plus_is_no_space() -> None:
    """H7.06: a query is not a form: `+` is the character that the client wrote, encoded or not."""
    assert read_query("a=1+1&b=1%2B1&c=1%201") == {"a": "1+1", "b": "1+1", "c": "1 1"}


@pytest.mark.parametrize(
    "written", ["2026-01-31T13:00:00+01:00", "2026-01-31T13%3A00%3A00%2B01%3A00", "2026-01-31T12:00:00Z"]
)
def test_a_plus_in_a_date_stays_a_plus(written: str) -> None:
    """H7.06: an offset that was not encoded, though HTML forms would read its `+` as a space."""
    assert page(f"date_from={written}").date_from == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_date_that_lost_its_plus_is_read() -> None:
    """H7.06: a `+` that some client library has already made a space."""
    assert page("date_from=2026-01-31T13:00:00%2001:00").date_from == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_the_first_of_two_equal_names_counts() -> None:
    """One value for each parameter, and an empty one is as good as none."""
    assert read_query("limit=1&limit=2&offset=") == {"limit": "1", "offset": ""}
    assert page("offset=&limit=&date_from=") == PageRequest(limit=MAXIMUM)


def test_the_next_page_is_asked_as_this_one_was() -> None:
    """H7.09, H7.10, H4.11: filters stay as they were spelled, offset moves on, limit is the one that was used."""
    query = "date_from=2026-01-01T00:00:00+00:00&limit=2000&offset=100&custom=a%20b"

    headers = write_next(URL, query, page(query), total=500, more=True, last_seq=777)

    assert headers == {
        TOTAL: "500",
        LIMIT: "100",
        LINK: f"<{URL}?date_from=2026-01-01T00:00:00+00:00&custom=a%20b"
        f'&offset=200&limit=100&{AFTER_SEQ}=777>; rel="next"',
    }


def test_the_last_page_has_no_link() -> None:
    """H7.09: X-Total-Count and X-Limit on every page, Link on all but the last."""
    assert write_next(URL, "limit=5", page("limit=5"), total=12, more=False) == {TOTAL: "12", LIMIT: "5"}


def test_a_list_without_an_order_of_its_own_moves_by_offset() -> None:
    """H7.09: where nothing says where a page ended, the Link has the next offset alone."""
    headers = write_next(URL, "", page(""), total=101, more=True)

    assert headers[LINK] == f'<{URL}?offset=100&limit=100>; rel="next"'


def test_beyond_the_end_is_an_empty_last_page() -> None:
    """H7.11: an offset beyond the end has the honest total, and no Link."""
    headers = write_next(URL, "offset=40", page("offset=40"), total=12, more=False)

    assert headers == {TOTAL: "12", LIMIT: "100"}


def walk(sequences: list[int], size: int, gone: set[int]) -> list[int]:
    """What a client sees that follows every Link, while `gone` disappear after its first page."""
    seen: list[int] = []
    query = f"limit={size}"
    while True:
        asked = read_page(read_query(query), 7)
        left = sequences if not seen else [one for one in sequences if one not in gone]
        after = left[asked.offset :] if asked.after_seq is None else [one for one in left if one > asked.after_seq]
        here, more = after[: asked.limit], len(after) > asked.limit
        headers = write_next(URL, query, asked, total=len(left), more=more, last_seq=here[-1] if here else None)
        seen += here
        if LINK not in headers:
            return seen
        query = urlsplit(read_link(headers[LINK]) or "").query


@given(sequences=SEQUENCES, size=st.integers(1, 9))
def test_following_every_link_shows_each_object_once(sequences: list[int], size: int) -> None:
    """H7.09, H7.10: the pages together are the whole list, in its order, with nothing twice."""
    assert walk(sequences, size, set()) == sequences


@given(sequences=SEQUENCES, size=st.integers(1, 9), data=st.data())
def test_objects_that_disappear_meanwhile_hide_no_others(sequences: list[int], size: int, data: st.DataObject) -> None:
    """H7.09: who stays in the list all the time is seen, although offsets and the total shrink while someone pages."""
    gone = data.draw(st.sets(st.sampled_from(sequences))) if sequences else set()

    seen = walk(sequences, size, gone)

    assert [one for one in seen if one not in gone] == [one for one in sequences if one not in gone]


@example(offset=10, returned=10, total=20, limit=10)
@example(offset=10, returned=10, total=21, limit=None)
@given(
    offset=st.integers(0, 300),
    returned=st.integers(0, 50),
    total=st.integers(0, 300),
    limit=st.none() | st.integers(1, 200),
)
def test_counting_on_ends_and_moves_forward(offset: int, returned: int, total: int, limit: int | None) -> None:
    """A partner whose Link says nothing: offset goes on by what came, up to X-Total-Count and never beyond."""
    query = f"date_from=2026-01-01T00:00:00Z&offset={offset}" + (f"&limit={limit}" if limit else "")

    following = next_by_count(query, returned=returned, total=str(total), limit="50")

    if returned == 0 or offset + returned >= total:
        assert following is None
    else:
        size = min(limit or 50, 50)
        assert following == f"date_from=2026-01-01T00:00:00Z&offset={offset + returned}&limit={size}"


@pytest.mark.parametrize("total", ["", "many", "-1", "1.5", "9" * 5000, "٣"])
def test_without_an_honest_total_there_is_nothing_to_count_to(total: str) -> None:
    """An X-Total-Count that is absent or nonsense, however long, ends the list."""
    assert next_by_count("", returned=10, total=total, limit="10") is None


@pytest.mark.parametrize("limit", ["", "0", "all", "9" * 5000])
def test_without_a_limit_the_page_that_came_is_the_measure(limit: str) -> None:
    """An X-Limit that is absent or nonsense: the next page is as large as this one was."""
    assert next_by_count("", returned=10, total="30", limit=limit) == "offset=10&limit=10"
