"""The Link header of partners: the next page is found however they write it, and no nonsense does harm."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.paging import read_link, write_link

URLS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="<>"), min_size=1)
PIECES = st.sampled_from(
    ["<", ">", ";", ",", "=", '"', "'", " ", "\t", "rel", "next", "rel=next", "\\", "a", "é", "\n"]
)


@given(url=URLS)
def test_a_written_link_is_read(url: str) -> None:
    """H4.13: the form that the specification shows."""
    assert read_link(write_link(url)) == url


@pytest.mark.parametrize(
    "header",
    [
        '<https://p.example/l?offset=5>; rel="next"',
        "<https://p.example/l?offset=5>; rel=next",
        "<https://p.example/l?offset=5>;rel=next",
        "<https://p.example/l?offset=5>; rel='next'",
        '<https://p.example/l?offset=5>; REL="NEXT"',
        '<https://p.example/l?offset=5> ; rel = "next"',
        '<https://p.example/l?offset=5>; rel="next last"',
        '<https://p.example/l?offset=5>; title="a; rel=prev, b"; rel="next"',
        "<https://p.example/l?offset=5>; type=json; rel=next; hreflang=en",
        '<https://p.example/l>; rel="first", <https://p.example/l?offset=5>; rel="next"',
        "<https://p.example/l>; rel=first,<https://p.example/l?offset=5>; rel=next,<https://p.example/l?offset=9>; rel=last",
        '<https://p.example/l?a=1,2>; rel="prev", <https://p.example/l?offset=5>; rel="next"',
        '< https://p.example/l?offset=5 >; rel="next"',
        '<>; rel="next", <https://p.example/l?offset=5>; rel="next"',
    ],
)
def test_the_next_link_is_found(header: str) -> None:
    """H4.13: several links, quotes or none, several relations, blanks and case anywhere."""
    assert read_link(header) == "https://p.example/l?offset=5"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "null",
        "https://p.example/l?offset=5",
        'https://p.example/l?offset=5; rel="next"',
        "<https://p.example/l?offset=5>",
        '<https://p.example/l?offset=5>; rel="prev"',
        '<https://p.example/l?offset=5>; rel="nextpage"',
        '<https://p.example/l?offset=5>; rel="prev"; rel="next"',
        '<https://p.example/l?offset=5>; title="x; rel=next"',
        "<https://p.example/l?offset=5>; rel",
        '<https://p.example/l?offset=5>, rel="next"',
        '<>; rel="next"',
        '<  >; rel="next"',
        '<https://p.example/é>; rel="next"',
        '<https://p.example/\udce9>; rel="next"',
        '<https://p.example/a\nb>; rel="next"',
        '<https://p.example/l?offset=5; rel="next"',
    ],
)
def test_what_cannot_be_used_is_dropped(header: str) -> None:
    """H4.13: no next link, one without brackets, or one that is no URL: there is none."""
    assert read_link(header) is None


@given(header=st.lists(PIECES, max_size=40).map("".join) | st.text())
def test_no_header_is_too_strange_to_read(header: str) -> None:
    """H4.13: whatever a partner sends, the answer is an ASCII URL or none."""
    found = read_link(header)

    assert found is None or (found.isascii() and found.isprintable() and found in header)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<>",
        "<a>;",
        "<a>;b",
        "<a>; b=",
        '<a>;b="',
        '<a>;b="c" ',
        ";",
        "; ",
        " ",
        "<a>" + " " * 50,
        "<a>;b" + " " * 50,
        "<a>;b=" + " " * 50,
        "<a>;rel=prev,",
        "\\",
        '"',
        "<a>;rel",
    ],
)
@pytest.mark.parametrize("head", ["", "<a>", "<a>;b", '<a>;b="'])
def test_a_hostile_header_takes_linear_time(head: str, piece: str) -> None:
    """H4.13: 100 kB of anything are read within 50 ms of processor time."""
    header = head + piece * (100_000 // len(piece))

    assert min(_seconds(header) for _ in range(3)) < 0.05


def _seconds(header: str) -> float:
    started = process_time()
    read_link(header)
    return process_time() - started
